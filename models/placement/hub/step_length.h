// How far supergradient steps go, as a share of Polyak's length: shorter after some steps in a row
// without progress, until they are too short to matter.
#pragma once

#include <cstddef>

namespace violin {

class StepLength {
 public:
  StepLength(double length, std::size_t patience) : length_(length), patience_(patience) {}

  double operator*() const { return length_; }
  bool spent() const { return length_ < kShortest; }
  void count(bool progress) {
    idle_ = progress ? 0 : idle_ + 1;
    if (idle_ == patience_) {
      length_ *= kShorten;
      idle_ = 0;
    }
  }

 private:
  static constexpr double kShorten = 0.7;
  static constexpr double kShortest = 0.03;

  double length_;
  std::size_t patience_;
  std::size_t idle_ = 0;
};

}  // namespace violin
