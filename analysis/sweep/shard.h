// Finished outcomes on the disk, a line each: what a rank has written survives its end at any
// moment, but for a line that was not whole.
#pragma once

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>

#include "analysis/sweep/outcome.h"

namespace violin::sweep {

// One rank's file; nobody else writes to it.
class Shard {
 public:
  // Appends to the file, less a last line that is not whole. Throws std::runtime_error.
  explicit Shard(std::filesystem::path file);

  // Survives the end of this process at once, and that of the machine after about a second. Throws
  // std::runtime_error with the system's reason.
  void append(const Outcome& outcome);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  [[noreturn]] void fail() const;

  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::chrono::steady_clock::time_point synced_;
};

// Of all shards in the folder, by alternative; lines that are not whole do not count. Others may
// be writing meanwhile. Throws std::runtime_error if a shard cannot be read.
std::map<std::uint64_t, Outcome> read_shards(const std::filesystem::path& folder);

}  // namespace violin::sweep
