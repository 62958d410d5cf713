#include "scenarios/report/run_folder.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "scenarios/report/database.h"
#include "scenarios/report/json.h"

namespace violin {

namespace fs = std::filesystem;

namespace {

// Holds nothing but what a run writes.
bool is_earlier_run(const fs::path& folder) {
  if (!fs::is_directory(folder)) {
    return false;
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    const fs::path name = entry.path().filename();
    if (name != "run.db" && name != "summary.json" && name.extension() != ".pcapng") {
      return false;
    }
  }
  return true;
}

}  // namespace

RunFolder::RunFolder(fs::path folder) : folder_(std::move(folder)) {
  if (!folder_.has_filename()) {
    folder_ = folder_.parent_path();  // "out/" is "out"
  }
  partial_ = folder_;
  partial_ += ".partial";
  if (fs::exists(folder_) && !is_earlier_run(folder_)) {
    throw std::runtime_error("'" + folder_.string() +
                             "' exists and holds other things than an earlier run: name another");
  }
  std::error_code error;
  fs::remove_all(partial_, error);
  fs::create_directories(partial_, error);
  if (error) {
    throw std::runtime_error("cannot make '" + partial_.string() + "': " + error.message());
  }
}

RunFolder::~RunFolder() {
  std::error_code ignored;  // nothing to be done about it here
  fs::remove_all(partial_, ignored);
}

void RunFolder::complete(const RunResult& result) {
  write_database(result, partial_ / "run.db");
  std::ofstream summary(partial_ / "summary.json", std::ios::binary);
  if (!(summary << to_json(result) << std::flush)) {
    throw std::runtime_error("cannot write '" + (partial_ / "summary.json").string() +
                             "': " + std::strerror(errno));
  }
  summary.close();
  fs::remove_all(folder_);
  fs::rename(partial_, folder_);
}

}  // namespace violin
