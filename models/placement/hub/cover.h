// A covering problem: few candidates are to reach every point. It gets smaller by what is decided
// and by what does not matter: a candidate that reaches only points that another one reaches too is
// not needed, a point that is reached whenever another one is need not be looked at, and a
// candidate that alone reaches a point is taken (Toregas, ReVelle, Geographical Analysis 4, 1972).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "models/placement/hub/bit_table.h"
#include "models/placement/hub/median_problem.h"

namespace violin {

class Cover {
 public:
  using Numbers = std::vector<std::size_t>;

  // All points and candidates of the problem.
  Cover(const MedianProblem& problem, Distance reach);
  // What is left of `other`, renumbered: number i was other.points()[i], other.candidates()[i].
  static Cover rest_of(const Cover& other);

  // What is left, in ascending order.
  const Numbers& points() const { return points_; }
  const Numbers& candidates() const { return candidates_; }
  const Numbers& taken() const { return taken_; }
  // Some point has no candidate any more.
  bool impossible() const { return impossible_; }

  bool reaches(std::size_t candidate, std::size_t point) const {
    return reached_.has(candidate, point);
  }
  // How many candidates are left that reach the point, and how many points the candidate reaches.
  std::size_t choices(std::size_t point) const { return choices_[point]; }
  std::size_t reach(std::size_t candidate) const { return reach_[candidate]; }
  template <typename Visit>
  void for_each_candidate(std::size_t point, Visit visit) const {
    reaching_.for_each(point, visit);
  }
  template <typename Visit>
  void for_each_point(std::size_t candidate, Visit visit) const {
    reached_.for_each(candidate, visit);
  }

  // Each is left now, and no longer afterwards.
  void take(std::span<const std::size_t> candidates);
  void exclude(std::span<const std::size_t> candidates);
  // Leaves out what does not matter; of equals, the first stays. As few candidates as before reach
  // all points.
  void reduce();

 private:
  Cover(std::size_t points, std::size_t candidates);

  void relate(std::size_t point, std::size_t candidate);
  void take_one(std::size_t candidate);
  void exclude_one(std::size_t candidate);
  void drop_point(std::size_t point);
  void forget_dropped();
  bool is_needless(std::size_t candidate) const;
  bool exclude_needless_candidates();
  bool drop_needless_points();
  bool take_needed_candidates();

  Numbers points_;
  Numbers candidates_;
  Numbers taken_;
  BitTable reached_;   // candidate x point, of what is left
  BitTable reaching_;  // point x candidate, likewise
  Numbers choices_;
  Numbers reach_;
  std::vector<char> dropped_;   // points
  std::vector<char> excluded_;  // candidates, or taken
  bool impossible_ = false;
};

}  // namespace violin
