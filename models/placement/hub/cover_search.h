// So many candidates that reach every point, fast but not surely: exchanges of one candidate, in
// which points that stay out of reach count more and more (Gao, Weise, Li, "An efficient local
// search heuristic with row weighting for the unicost set covering problem", EJOR 246, 2015).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/random.h"
#include "models/placement/budget.h"
#include "models/placement/hub/cover.h"

namespace violin {

class CoverSearch {
 public:
  using Numbers = Cover::Numbers;

  // Of what is left of the cover, `count` candidates, at least one. A greedy start.
  CoverSearch(const Cover& cover, std::size_t count, std::uint64_t seed);

  // After so many exchanges at most; nullopt if it did not find any.
  std::optional<Numbers> run(std::size_t exchanges, const KeepGoing& keep_going);

 private:
  struct Candidate {
    Numbers points;
    bool taken = false;
    // Weights of the points that it alone reaches, or would if it were taken.
    std::int64_t score = 0;
    std::size_t changed = 0;  // at which exchange it was taken or given up
  };
  struct Point {
    Numbers candidates;
    std::int64_t weight = 1;
    std::size_t reached = 0;  // by so many that are taken,
    std::size_t sum = 0;      // and the sum of their numbers: the number if it is only one
  };

  void take(std::size_t candidate);
  void give_up(std::size_t candidate);
  void add_to_others(const Point& point, std::size_t than, std::int64_t weight);
  void weigh_missed();
  std::size_t best_to_take(const Numbers& candidates) const;
  std::size_t best_to_give_up() const;
  void exchange();

  RandomStream random_;
  std::vector<Candidate> candidates_;
  std::vector<Point> points_;
  Numbers taken_;
  Numbers missed_;  // points
  Numbers places_;  // of points in missed_
  std::size_t exchanges_ = 0;
};

}  // namespace violin
