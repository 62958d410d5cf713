#include "models/vhost/tcp_ranges.h"

#include <algorithm>

namespace violin {

namespace {
// How many dead entries at the front are worth moving the live ones for.
constexpr std::size_t kCompactAfter = 64;
}  // namespace

std::size_t TcpRanges::first_with_end_from(TcpPosition position) const {
  const auto it = std::lower_bound(
      ranges_.begin() + static_cast<std::ptrdiff_t>(head_), ranges_.end(), position,
      [](const TcpRange& range, TcpPosition at) { return range.end < at; });
  return static_cast<std::size_t>(it - ranges_.begin());
}

std::int64_t TcpRanges::insert(TcpRange range) {
  if (empty() || ranges_.back().end < range.begin) {
    ranges_.push_back(range);
    total_ += range.size();
    return range.size();
  }
  return merge(first_with_end_from(range.begin), range);
}

// `first` is the lowest range that `range` may touch.
std::int64_t TcpRanges::merge(std::size_t first, TcpRange range) {
  std::size_t last = first;
  std::int64_t present = 0;
  for (; last < ranges_.size() && ranges_[last].begin <= range.end; ++last) {
    present += ranges_[last].size();
    range.begin = std::min(range.begin, ranges_[last].begin);
    range.end = std::max(range.end, ranges_[last].end);
  }
  const auto at = ranges_.begin() + static_cast<std::ptrdiff_t>(first);
  if (last == first) {
    ranges_.insert(at, range);
  } else {
    *at = range;
    ranges_.erase(at + 1, ranges_.begin() + static_cast<std::ptrdiff_t>(last));
  }
  total_ += range.size() - present;
  return range.size() - present;
}

std::int64_t TcpRanges::erase_below(TcpPosition at) {
  const std::int64_t before = total_;
  while (!empty() && ranges_[head_].end <= at) {
    total_ -= ranges_[head_].size();
    ++head_;
  }
  if (!empty() && ranges_[head_].begin < at) {
    total_ -= at - ranges_[head_].begin;
    ranges_[head_].begin = at;
  }
  compact();
  return before - total_;
}

void TcpRanges::compact() {
  if (empty()) {
    clear();
  } else if (head_ >= kCompactAfter && head_ * 2 >= ranges_.size()) {
    ranges_.erase(ranges_.begin(), ranges_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
}

void TcpRanges::clear() {
  ranges_.clear();
  head_ = 0;
  total_ = 0;
}

std::int64_t TcpRanges::covered(TcpRange range) const {
  std::int64_t sum = 0;
  for (std::size_t i = first_with_end_from(range.begin);
       i < ranges_.size() && ranges_[i].begin < range.end; ++i) {
    const TcpPosition begin = std::max(ranges_[i].begin, range.begin);
    sum += std::max<std::int64_t>(0, std::min(ranges_[i].end, range.end) - begin);
  }
  return sum;
}

const TcpRange* TcpRanges::above(TcpPosition position) const {
  const std::size_t at = first_with_end_from(position + 1);
  return at < ranges_.size() ? &ranges_[at] : nullptr;
}

}  // namespace violin
