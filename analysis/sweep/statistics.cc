#include "analysis/sweep/statistics.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <vector>

#include "core/require.h"

namespace violin::sweep {

Interval confidence_interval(std::span<const double> values, double confidence) {
  require(!values.empty(), "an interval of some values");
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) {
    sum += value;
  }
  const double mean = sum / n;
  if (values.size() < 2) {
    return {mean, std::nullopt};
  }
  double squares = 0;
  for (const double value : values) {
    squares += (value - mean) * (value - mean);
  }
  const double deviation = std::sqrt(squares / (n - 1));
  const boost::math::students_t student(n - 1);
  return {mean, quantile(complement(student, (1 - confidence) / 2)) * deviation / std::sqrt(n)};
}

std::optional<bool> cannot_be_told_apart(std::span<const double> a, std::span<const double> b,
                                         double confidence) {
  require(a.size() == b.size(), "pairs of values");
  if (a.size() < 2) {
    return std::nullopt;
  }
  std::vector<double> differences(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    differences[i] = a[i] - b[i];
  }
  const Interval interval = confidence_interval(differences, confidence);
  return std::abs(interval.mean) <= *interval.half_width;
}

}  // namespace violin::sweep
