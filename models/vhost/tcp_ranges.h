// A set of positions kept as sorted, disjoint, non-adjacent half-open ranges: what a receiver holds
// out of order, and what a sender knows to have arrived (RFC 2018).
//
// Growing at the high end and being cut at the low end, which is what TCP does to it, costs O(1)
// and allocates nothing once warm; an insertion in the middle costs O(ranges).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/vhost/tcp_sequence.h"

namespace violin {

struct TcpRange {
  TcpPosition begin = 0;
  TcpPosition end = 0;  // one past the last

  std::int64_t size() const { return end - begin; }
  bool operator==(const TcpRange&) const = default;
};

class TcpRanges {
 public:
  // Adds the positions of `range`, which is not empty; returns how many of them are new.
  std::int64_t insert(TcpRange range);
  // Removes every position below `at`; returns how many there were.
  std::int64_t erase_below(TcpPosition at);
  void clear();

  bool empty() const { return head_ == ranges_.size(); }
  std::int64_t total() const { return total_; }
  // How many positions of `range` are in the set.
  std::int64_t covered(TcpRange range) const;
  // The lowest range whose end is above `position`; nullptr if there is none.
  const TcpRange* above(TcpPosition position) const;
  // Ascending; valid until the next change.
  std::span<const TcpRange> ranges() const { return std::span(ranges_).subspan(head_); }

 private:
  std::int64_t merge(std::size_t first, TcpRange range);
  std::size_t first_with_end_from(TcpPosition position) const;
  void compact();

  std::vector<TcpRange> ranges_;  // valid from head_ on
  std::size_t head_ = 0;
  std::int64_t total_ = 0;
};

}  // namespace violin
