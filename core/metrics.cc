#include "core/metrics.h"

#include <cmath>

#include "core/require.h"

namespace violin {

std::uint64_t Histogram::middle_of(std::size_t bucket) {
  if (bucket < 2 * kPerOctave) {
    return bucket;
  }
  const std::size_t shift = bucket / kPerOctave - 1;
  const std::uint64_t lower = std::uint64_t{bucket % kPerOctave + kPerOctave} << shift;
  return lower + (std::uint64_t{1} << shift) / 2;
}

// Extends counts_ by whole octaves until the buckets from `first` to `last` are inside.
void Histogram::cover(std::size_t first, std::size_t last) {
  std::size_t begin = first / kPerOctave * kPerOctave;
  std::size_t end = (last / kPerOctave + 1) * kPerOctave;
  if (!counts_.empty()) {
    begin = std::min(begin, first_);
    end = std::max(end, first_ + counts_.size());
  }
  std::vector<std::uint64_t> wider(end - begin);
  std::ranges::copy(counts_, wider.begin() + static_cast<std::ptrdiff_t>(first_ - begin));
  counts_ = std::move(wider);
  first_ = begin;
}

void Histogram::merge(const Histogram& other) {
  if (other.count_ == 0) {
    return;
  }
  cover(other.first_, other.first_ + other.counts_.size() - 1);
  for (std::size_t i = 0; i < other.counts_.size(); ++i) {
    counts_[other.first_ - first_ + i] += other.counts_[i];
  }
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

std::optional<double> Histogram::mean() const {
  if (count_ == 0) {
    return std::nullopt;
  }
  return static_cast<double>(sum_) / static_cast<double>(count_);
}

std::optional<std::uint64_t> Histogram::quantile(double q) const {
  require(q >= 0 && q <= 1, "a quantile is between 0 and 1");
  if (count_ == 0) {
    return std::nullopt;
  }
  const double rank = std::ceil(q * static_cast<double>(count_));
  if (rank <= 1) {
    return min_;
  }
  if (rank >= static_cast<double>(count_)) {
    return max_;
  }
  auto remaining = static_cast<std::uint64_t>(rank);
  std::size_t i = 0;
  while (counts_[i] < remaining) {
    remaining -= counts_[i++];
  }
  return std::clamp(middle_of(first_ + i), min_, max_);
}

}  // namespace violin
