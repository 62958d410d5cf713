// How sure a mean of a few independent values is, and whether two can be told apart.
//
// Source: Student's t, as in A. M. Law, "Simulation Modeling and Analysis", chapters 9 (confidence
// intervals) and 10 (the paired-t approach, which common random numbers ask for).
#pragma once

#include <optional>
#include <span>

namespace violin::sweep {

inline constexpr double kConfidence = 0.95;

struct Interval {
  double mean = 0;
  std::optional<double> half_width;  // none of fewer than two values
};

// That holds the true mean with this probability, if the values are normal. Throws
// std::logic_error of no values.
Interval confidence_interval(std::span<const double> values, double confidence = kConfidence);

// Whether the interval of the differences a[i] - b[i] holds 0; nullopt of fewer than two pairs.
// Throws std::logic_error unless both are of one length. It is the probability for one pair: who
// compares many with one another will find some told apart by chance.
std::optional<bool> cannot_be_told_apart(std::span<const double> a, std::span<const double> b,
                                         double confidence = kConfidence);

}  // namespace violin::sweep
