#include "analysis/sweep/design.h"

#include <algorithm>
#include <limits>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/random.h"
#include "core/require.h"

namespace violin::sweep {

namespace {

// Combinations of the axes, all of which have a value.
std::uint64_t combinations(const std::vector<std::size_t>& axes) {
  constexpr std::uint64_t kLargest = std::numeric_limits<std::int64_t>::max();
  std::uint64_t product = 1;
  for (const std::size_t values : axes) {
    require(values > 0, "an axis has values");
    if (product > kLargest / values) {
      throw std::invalid_argument("the grid has more than 2^63 alternatives: vary less");
    }
    product *= values;
  }
  return product;
}

// Floyd's algorithm: every set of `samples` of 0..size-1 is as likely (Bentley and Floyd, "A sample
// of brilliance", CACM 30(9), 1987).
std::set<std::uint64_t> sample(std::uint64_t size, std::uint64_t samples, std::uint64_t seed) {
  RandomStream random(seed, "study");
  std::set<std::uint64_t> picked;
  for (std::uint64_t last = size - samples; last < size; ++last) {
    const std::uint64_t draw = random() % (last + 1);
    picked.insert(picked.contains(draw) ? last : draw);
  }
  return picked;
}

void check_size(std::uint64_t size) {
  if (size > Design::kMost) {
    throw std::invalid_argument("the study has " + std::to_string(size) +
                                " alternatives, but at most " + std::to_string(Design::kMost) +
                                " are looked at: vary less, or take a random sample");
  }
}

}  // namespace

Design Design::grid(std::vector<std::size_t> axes) {
  const std::uint64_t size = combinations(axes);
  check_size(size);
  return {std::move(axes), size};
}

Design Design::random(std::vector<std::size_t> axes, std::uint64_t samples, std::uint64_t seed) {
  const std::uint64_t all = combinations(axes);
  Design design(std::move(axes), std::min(samples, all));
  check_size(design.size_);
  const auto picked = sample(all, design.size_, seed);
  design.picked_.assign(picked.begin(), picked.end());
  return design;
}

Design Design::one_at_a_time(const std::vector<std::size_t>& axes, const Choice& given) {
  Design design(axes, 0);
  design.listed_.emplace_back(axes.size());
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    for (std::size_t value = 0; value < axes[axis]; ++value) {
      if (given[axis] != value) {
        design.listed_.emplace_back(axes.size());
        design.listed_.back()[axis] = value;
      }
    }
  }
  design.size_ = design.listed_.size();
  check_size(design.size_);
  return design;
}

Choice Design::at(std::uint64_t index) const {
  require(index < size_, "an alternative of the design");
  if (!listed_.empty()) {
    return listed_[index];
  }
  std::uint64_t rest = picked_.empty() ? index : picked_[index];
  Choice choice(axes_.size());
  for (std::size_t axis = axes_.size(); axis-- > 0;) {
    choice[axis] = rest % axes_[axis];
    rest /= axes_[axis];
  }
  return choice;
}

}  // namespace violin::sweep
