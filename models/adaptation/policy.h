// When to move which entities. A policy is told what is measured and answers with moves; it reads
// no clock and does nothing itself, so that it is the same in simulation and live.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "models/adaptation/move_search.h"
#include "models/adaptation/smoother.h"

namespace violin::adaptation {

class Policy {
 public:
  virtual ~Policy() = default;
  // What is to be moved now, given where entities are. `at` never decreases.
  virtual std::vector<Move> decide(const Snapshot& now, const Assignment& current,
                                   TimePoint at) = 0;
  std::vector<Move> decide(const placement::Problem& now, const Assignment& current, TimePoint at) {
    return decide(Snapshot(now), current, at);
  }
};

struct PolicyOptions {
  Prices prices{};
  // What is seen is expected to hold for so long.
  Duration horizon = std::chrono::minutes(10);
  // A set of moves is made if the saving over the horizon, and what staying has cost (see Debts),
  // exceed this many times its cost: hysteresis.
  double threshold = 2;
  bool count_debts = true;
  Duration smoothing{};        // time constant, see Smoother
  std::size_t most_moves = 4;  // per decision, and in any time of length `window`
  Duration window{};
};

// Weighs what a move saves against what it costs. With one movable entity, two hosts, debts, no
// smoothing, threshold 2, one price for all moves and a horizon that is the time between decisions,
// it is the work function algorithm: it costs at most three times the best plan, and one move.
// Begins anew when the number of entities changes.
class AdaptivePolicy final : public Policy {
 public:
  explicit AdaptivePolicy(const PolicyOptions& options);
  using Policy::decide;
  std::vector<Move> decide(const Snapshot& now, const Assignment& current, TimePoint at) override;

 private:
  std::size_t room(TimePoint at);

  PolicyOptions options_;
  Smoother smoother_;
  std::optional<Snapshot> estimate_;  // as of last_
  TimePoint last_{};
  Debts debts_;
  std::deque<TimePoint> recent_;  // moves within the window, the oldest first
};

// Moves to whatever is best now, as if moves cost nothing.
class FollowPolicy final : public Policy {
 public:
  explicit FollowPolicy(double breach_price) { follow_.prices.breach = breach_price; }
  using Policy::decide;
  std::vector<Move> decide(const Snapshot& now, const Assignment& current, TimePoint at) override;

 private:
  Appraisal follow_{.horizon = std::chrono::seconds(1), .threshold = 0};
};

}  // namespace violin::adaptation
