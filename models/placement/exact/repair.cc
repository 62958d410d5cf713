#include "models/placement/exact/repair.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace violin::placement {

namespace {

constexpr double kNothing = 1e-12;  // of an excess: a rounding error
constexpr std::size_t kTried = 4;   // hosts that mend, the cheapest of them
constexpr double kGain = 1e-9;      // the least gain of a move, relative to the cost

class Repair {
 public:
  Repair(const PairModel& model, const PairCosts& costs, const HostLimits& limits, Hosts hosts)
      : model_(model),
        costs_(costs),
        limits_(limits),
        hosts_(std::move(hosts)),
        placed_(hosts_.size(), true),
        uses_(limits.uses(hosts_)),
        limited_(limits.any()) {}

  std::optional<Hosts> run() && {
    const std::size_t rounds = 4 * hosts_.size() + 4;
    for (std::size_t i = 0; i < rounds && limits_.excess(hosts_, uses_) > kNothing; ++i) {
      if (!mend()) {
        return std::nullopt;
      }
    }
    if (limits_.excess(hosts_, uses_) > kNothing) {
      return std::nullopt;
    }
    for (std::size_t i = 0; i < rounds && improve(); ++i) {
    }
    return std::move(hosts_);
  }

 private:
  struct Move {
    std::uint32_t variable;
    std::uint32_t host;
    double price;  // cost for a unit of excess
  };

  // What is beyond limits where `variable` is and where its neighbours are.
  double excess_around(std::uint32_t variable) const {
    if (!limited_) {
      return 0;
    }
    double excess = limits_.clashes(hosts_, variable);
    for (const std::uint32_t h : touched_) {
      excess += limits_.excess_at(h, uses_);
    }
    return excess;
  }

  void put(std::uint32_t variable, std::uint32_t host) {
    if (limited_) {
      limits_.use(hosts_, placed_, variable, -1, uses_);
    }
    hosts_[variable] = host;
    if (limited_) {
      limits_.use(hosts_, placed_, variable, 1, uses_);
    }
  }

  // How much more is beyond limits once `variable` is on `host`.
  double added_excess(std::uint32_t variable, std::uint32_t host) {
    const std::uint32_t before = hosts_[variable];
    touched_ = {before, host};
    for (const std::uint32_t e : model_.edges_of[variable]) {
      touched_.push_back(hosts_[model_.edges[e].other(variable)]);
    }
    std::ranges::sort(touched_);
    touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
    const double excess = excess_around(variable);
    put(variable, host);
    const double after = excess_around(variable);
    put(variable, before);
    return after - excess;
  }

  bool is_concerned(std::uint32_t variable) const {
    return limits_.excess_at(hosts_[variable], uses_) > 0 ||
           limits_.clashes(hosts_, variable) > 0 ||
           std::ranges::any_of(model_.edges_of[variable], [&](std::uint32_t e) {
             return limits_.excess_at(hosts_[model_.edges[e].other(variable)], uses_) > 0;
           });
  }

  bool mend() {
    std::optional<Move> best;
    for (std::uint32_t v = 0; v < hosts_.size(); ++v) {
      if (!is_concerned(v)) {
        continue;
      }
      const auto moved = move_costs(model_, costs_, hosts_, v);
      std::size_t tried = 0;
      for (const std::uint32_t h : cheapest(moved, kFar)) {
        const double mended = h == hosts_[v] ? 0 : -added_excess(v, h);
        const double price = (moved[h] - moved[hosts_[v]]) / mended;
        if (mended > kNothing && (!best || price < best->price)) {
          best = {v, h, price};
        }
        if (mended > kNothing && ++tried == kTried) {
          break;
        }
      }
    }
    if (best) {
      put(best->variable, best->host);
    }
    return best.has_value();
  }

  // Hosts that cost less than that, in order of what they cost.
  static std::vector<std::uint32_t> cheapest(const std::vector<double>& costs, double below) {
    std::vector<std::uint32_t> hosts;
    for (std::uint32_t h = 0; h < costs.size(); ++h) {
      if (costs[h] < below) {
        hosts.push_back(h);
      }
    }
    std::ranges::sort(hosts, {}, [&](std::uint32_t h) { return std::pair(costs[h], h); });
    return hosts;
  }

  bool improve() {
    bool improved = false;
    for (std::uint32_t v = 0; v < hosts_.size(); ++v) {
      const auto moved = move_costs(model_, costs_, hosts_, v);
      const double here = moved[hosts_[v]];
      const auto better = cheapest(moved, here - kGain * std::abs(here));
      const auto chosen = std::ranges::find_if(
          better, [&](std::uint32_t h) { return !limited_ || added_excess(v, h) <= kNothing; });
      if (chosen != better.end()) {
        put(v, *chosen);
        improved = true;
      }
    }
    return improved;
  }

  const PairModel& model_;
  const PairCosts& costs_;
  const HostLimits& limits_;
  Hosts hosts_;
  std::vector<bool> placed_;  // all
  Uses uses_;
  bool limited_;
  std::vector<std::uint32_t> touched_;
};

}  // namespace

std::optional<Hosts> repair(const PairModel& model, const PairCosts& costs,
                            const HostLimits& limits, Hosts hosts) {
  return Repair(model, costs, limits, std::move(hosts)).run();
}

}  // namespace violin::placement
