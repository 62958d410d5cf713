// The folder of a study: as "<folder>.partial" while rows are missing, then in its place.
//
//   study.txt   what is studied; --resume goes on only with the same
//   rows/       finished outcomes, a shard for each rank
//   ...         what is made of them, once all are there
#pragma once

#include <filesystem>
#include <string>

namespace violin::sweep {

class StudyFolder {
 public:
  explicit StudyFolder(std::filesystem::path folder);

  // By one rank before all others do anything. To resume what is not there is to begin. Throws
  // std::runtime_error if the folder holds other things than an earlier study, which the new one
  // will replace; if one is unfinished and not to be resumed; or if one to be resumed is not of
  // this study.
  void begin(const std::string& study, bool resume) const;

  // While the study goes on.
  const std::filesystem::path& partial() const { return partial_; }
  std::filesystem::path rows() const { return partial_ / "rows"; }
  std::filesystem::path shard(int rank) const;

  // True for one caller only, of all ranks that ask.
  bool claim_completion() const;
  // Moves all to the final place.
  void complete() const;

 private:
  std::filesystem::path folder_;
  std::filesystem::path partial_;
};

}  // namespace violin::sweep
