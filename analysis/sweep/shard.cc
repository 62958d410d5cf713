#include "analysis/sweep/shard.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace violin::sweep {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kBetweenSyncs{1};

void drop_torn_line(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::uintmax_t whole = 0;
  for (std::string line; std::getline(in, line) && !in.eof();) {
    whole += line.size() + 1;
  }
  if (fs::exists(path) && fs::file_size(path) > whole) {
    fs::resize_file(path, whole);
  }
}

}  // namespace

Shard::Shard(fs::path file) : path_(std::move(file)), synced_(Clock::now()) {
  drop_torn_line(path_);
  file_.reset(std::fopen(path_.c_str(), "ab"));
  if (file_ == nullptr) {
    fail();
  }
}

void Shard::fail() const {
  throw std::runtime_error("cannot write '" + path_.string() + "': " + std::strerror(errno));
}

void Shard::append(const Outcome& outcome) {
  const std::string line = to_line(outcome) + "\n";
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size() ||
      std::fflush(file_.get()) != 0) {
    fail();
  }
  if (Clock::now() - synced_ > kBetweenSyncs) {
    if (fsync(fileno(file_.get())) != 0) {
      fail();
    }
    synced_ = Clock::now();
  }
}

std::map<std::uint64_t, Outcome> read_shards(const fs::path& folder) {
  std::map<std::uint64_t, Outcome> outcomes;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (const fs::path& path : files) {
    std::ifstream in(path, std::ios::binary);
    if (!in) {
      throw std::runtime_error("cannot read '" + path.string() + "': " + std::strerror(errno));
    }
    for (std::string line; std::getline(in, line) && !in.eof();) {
      if (auto outcome = from_line(line)) {
        const std::uint64_t index = outcome->alternative;
        outcomes.emplace(index, std::move(*outcome));
      }
    }
  }
  return outcomes;
}

}  // namespace violin::sweep
