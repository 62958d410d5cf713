// Good medians, fast: descent by exchanging one median, where each exchange is judged in one pass
// over the points (Whitaker, INFOR 21, 1983; Hansen, Mladenovic, Location Science 5, 1997), from
// random medians and from those near the best known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/random.h"
#include "models/placement/budget.h"
#include "models/placement/hub/median_problem.h"

namespace violin {

class MedianSearch {
 public:
  using Medians = std::vector<std::size_t>;
  // Told of each cost that is lower than all before, with its medians in ascending order.
  using OnBetter = std::function<void(std::int64_t, const Medians&)>;

  // The problem outlives it.
  MedianSearch(const MedianProblem& problem, std::uint64_t seed, OnBetter on_better);

  // Ends after so many descents in a row that found nothing better.
  void run(std::size_t patience, const KeepGoing& keep_going);
  void descend_from(Medians medians, const KeepGoing& keep_going);

 private:
  // Of a point: its nearest median (as a slot) and the distances to it and to the next.
  struct Service {
    std::size_t slot;
    Distance first;
    Distance second;
  };
  struct Exchange {
    std::size_t slot;
    std::int64_t gain;
  };

  Medians random_medians();
  Medians changed_medians();
  void serve(const Medians& medians);
  Exchange best_exchange(std::size_t site);
  bool improve(Medians& medians, const KeepGoing& keep_going);

  std::size_t count_;
  Table<Distance> from_;  // candidate x point
  RandomStream random_;
  OnBetter on_better_;
  std::vector<Service> service_;
  std::vector<std::int64_t> losses_;  // of each slot
  Medians best_;
  std::int64_t least_;
};

}  // namespace violin
