#include "analysis/report/run_folder.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stdexcept>

#include "analysis/report/database.h"
#include "analysis/report/json.h"

namespace violin {

namespace fs = std::filesystem;

namespace {

// The captures that the summary lists; none if the file is not a summary.
std::optional<std::set<std::string>> captures_of(const fs::path& summary) {
  std::ifstream file(summary, std::ios::binary);
  const auto document = nlohmann::json::parse(file, nullptr, false);
  const auto captures = document.find("captures");
  if (!document.is_object() || captures == document.end() || !captures->is_array()) {
    return std::nullopt;
  }
  std::set<std::string> names;
  for (const auto& name : *captures) {
    names.insert(name.is_string() ? name.get<std::string>() : "");
  }
  return names;
}

// Is empty, or holds just what a run wrote.
bool may_be_replaced(const fs::path& folder) {
  if (!fs::is_directory(folder)) {
    return false;
  }
  if (fs::is_empty(folder)) {
    return true;
  }
  const auto captures = captures_of(folder / "summary.json");
  return captures && fs::exists(folder / "run.db") &&
         std::ranges::all_of(fs::directory_iterator(folder), [&](const fs::directory_entry& entry) {
           const std::string name = entry.path().filename().string();
           return name == "run.db" || name == "summary.json" || captures->contains(name);
         });
}

}  // namespace

RunFolder::RunFolder(fs::path folder) : folder_(std::move(folder)) {
  if (!folder_.has_filename()) {
    folder_ = folder_.parent_path();  // "out/" is "out"
  }
  partial_ = folder_;
  partial_ += ".partial";
  if (fs::exists(folder_) && !may_be_replaced(folder_)) {
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
