// What a run counts and measures. Values are 64-bit integers in the unit that the metric's owner
// states: nanoseconds, bytes, frames.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace violin {

// Only grows.
class Counter {
 public:
  void add(std::uint64_t n = 1) { value_ += n; }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

// Goes up and down, and remembers how far. Starts at 0.
class Gauge {
 public:
  void set(std::int64_t value) {
    value_ = value;
    lowest_ = std::min(lowest_, value);
    highest_ = std::max(highest_, value);
  }
  void add(std::int64_t change) { set(value_ + change); }
  std::int64_t value() const { return value_; }
  std::int64_t lowest() const { return lowest_; }
  std::int64_t highest() const { return highest_; }

 private:
  std::int64_t value_ = 0;
  std::int64_t lowest_ = 0;
  std::int64_t highest_ = 0;
};

// The distribution of any number of values: count, sum, minimum and maximum exact, quantiles with a
// relative error below 1 % (values below 128 exact).
//
// Source: the bucketing of HdrHistogram (G. Tene): each octave [2^k, 2^(k+1)) is cut into 64
// buckets of one width, a value is reported as the middle of its bucket. Counts are kept for the
// octaves between the least and the greatest value only, 512 bytes each.
class Histogram {
 public:
  __extension__ using Sum = unsigned __int128;

  void record(std::uint64_t value) { record(value, 1); }
  // The same value `times` times.
  void record(std::uint64_t value, std::uint64_t times) {
    if (times == 0) {
      return;
    }
    const std::size_t bucket = bucket_of(value);
    if (bucket - first_ >= counts_.size()) [[unlikely]] {
      cover(bucket, bucket);
    }
    counts_[bucket - first_] += times;
    count_ += times;
    sum_ += Sum{value} * times;
    min_ = std::min(min_, value);
    max_ = std::max(max_, value);
  }
  // As if everything that `other` recorded had been recorded here.
  void merge(const Histogram& other);

  std::uint64_t count() const { return count_; }
  Sum sum() const { return sum_; }
  // Of no values there are none.
  std::optional<std::uint64_t> min() const { return if_any(min_); }
  std::optional<std::uint64_t> max() const { return if_any(max_); }
  std::optional<double> mean() const;
  // The value of rank ceil(q * count), the least one for q = 0, so that a share q of all values is
  // not greater. A q outside [0, 1] is a bug (std::logic_error).
  std::optional<std::uint64_t> quantile(double q) const;

  std::size_t memory() const { return counts_.capacity() * sizeof(std::uint64_t); }

 private:
  static constexpr unsigned kBits = 6;
  static constexpr std::size_t kPerOctave = std::size_t{1} << kBits;

  // Values below 2 * kPerOctave have a bucket each.
  static std::size_t bucket_of(std::uint64_t value) {
    const auto octave = static_cast<unsigned>(std::bit_width(value | (kPerOctave - 1))) - kBits;
    const unsigned shift = octave == 0 ? 0 : octave - 1;
    return shift * kPerOctave + static_cast<std::size_t>(value >> shift);
  }
  static std::uint64_t middle_of(std::size_t bucket);
  void cover(std::size_t first, std::size_t last);
  std::optional<std::uint64_t> if_any(std::uint64_t value) const {
    return count_ == 0 ? std::nullopt : std::optional(value);
  }

  std::vector<std::uint64_t> counts_;
  std::size_t first_ = 0;  // the bucket of counts_[0], a multiple of kPerOctave
  std::uint64_t count_ = 0;
  Sum sum_ = 0;
  std::uint64_t min_ = ~std::uint64_t{0};
  std::uint64_t max_ = 0;
};

}  // namespace violin
