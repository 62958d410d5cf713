#include "analysis/sweep/study_folder.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace violin::sweep {

namespace fs = std::filesystem;

namespace {

constexpr const char* kStudy = "study.txt";
constexpr const char* kClaim = "completing";

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Is empty, or what a study left.
bool may_be_replaced(const fs::path& folder) {
  return fs::is_directory(folder) && (fs::is_empty(folder) || (fs::exists(folder / kStudy) &&
                                                               fs::is_directory(folder / "rows")));
}

void write(const fs::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  if (!(out << text << std::flush)) {
    throw std::runtime_error("cannot write '" + file.string() + "': " + std::strerror(errno));
  }
}

}  // namespace

StudyFolder::StudyFolder(fs::path folder) : folder_(std::move(folder)) {
  if (!folder_.has_filename()) {
    folder_ = folder_.parent_path();  // "out/" is "out"
  }
  partial_ = folder_;
  partial_ += ".partial";
}

void StudyFolder::begin(const std::string& study, bool resume) const {
  const auto refuse = [](const fs::path& which, const std::string& why) {
    throw std::runtime_error("'" + which.string() + "' " + why);
  };
  if (fs::exists(folder_) && !may_be_replaced(folder_)) {
    refuse(folder_, "exists and holds other things than an earlier study: name another");
  }
  if (fs::exists(partial_) && !resume) {
    refuse(partial_, "holds an unfinished study: go on with --resume, or remove it");
  }
  const bool finished = fs::exists(folder_ / kStudy) && !fs::exists(partial_);
  if (resume && finished && text_of(folder_ / kStudy) == study) {
    fs::rename(folder_, partial_);
  }
  if (fs::exists(partial_ / kStudy) && text_of(partial_ / kStudy) != study) {
    refuse(partial_, "is of another study (see " + std::string(kStudy) +
                         " there): resume with the same scenario and options");
  }
  fs::create_directories(rows());
  write(partial_ / kStudy, study);
  fs::remove_all(partial_ / kClaim);
}

fs::path StudyFolder::shard(int rank) const {
  return rows() / ("rank" + std::to_string(rank) + ".jsonl");
}

bool StudyFolder::claim_completion() const { return fs::create_directory(partial_ / kClaim); }

void StudyFolder::complete() const {
  fs::remove_all(partial_ / kClaim);
  fs::remove_all(folder_);
  fs::rename(partial_, folder_);
}

}  // namespace violin::sweep
