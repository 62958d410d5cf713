// The largest of a row of numbers >= 0 of which one changes at a time: O(log n) a change, O(1) to
// ask. Its memory is two numbers for each.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace violin::placement {

class MaxTree {
 public:
  // All 0.
  explicit MaxTree(std::size_t size = 0) : size_(size), leaves_(std::max<std::size_t>(size, 1)) {
    nodes_.resize(2 * leaves_);
  }

  void set(std::size_t index, double value) {
    std::size_t node = leaves_ + index;
    nodes_[node] = value;
    for (; node > 1; node /= 2) {
      nodes_[node / 2] = std::max(nodes_[node], nodes_[node ^ 1]);
    }
  }
  // One more, 0; takes O(n) now and then.
  void append() {
    if (++size_ > leaves_) {
      MaxTree larger(2 * leaves_);
      for (std::size_t i = 0; i < leaves_; ++i) {
        larger.set(i, nodes_[leaves_ + i]);
      }
      larger.size_ = size_;
      *this = std::move(larger);
    }
  }
  double max() const { return nodes_[1]; }  // 0 if there are none

 private:
  std::size_t size_;
  std::size_t leaves_;
  std::vector<double> nodes_;  // children of i are 2i and 2i + 1; nodes_[0] is not used
};

}  // namespace violin::placement
