#include "models/placement/exact/elimination.h"

#include <algorithm>
#include <set>
#include <utility>

namespace violin::placement {

namespace {

class Eliminator {
 public:
  Eliminator(std::size_t variables, std::span<const std::array<std::uint32_t, 2>> edges,
             std::optional<std::uint32_t> last)
      : neighbors_(variables), last_(last) {
    for (const auto& [a, b] : edges) {
      neighbors_[a].insert(b);
      neighbors_[b].insert(a);
    }
    for (std::uint32_t v = 0; v < variables; ++v) {
      by_degree_.emplace(neighbors_[v].size(), v);
    }
  }

  Elimination run() && {
    while (!by_degree_.empty()) {
      take_round();
    }
    return std::move(result_);
  }

 private:
  // All leaves at once, or one variable if there are none.
  void take_round() {
    auto& round = result_.rounds.emplace_back();
    std::set<std::uint32_t> reached;
    for (const std::uint32_t v : leaves()) {
      if (!reached.contains(v)) {
        round.push_back(take(v));
        reached.insert(round.back().into.begin(), round.back().into.end());
      }
    }
    if (round.empty()) {
      const auto next =
          std::ranges::find_if(by_degree_, [&](const auto& entry) { return may_go(entry.second); });
      round.push_back(take(next->second));
    }
  }

  std::vector<std::uint32_t> leaves() const {
    std::vector<std::uint32_t> found;
    for (auto it = by_degree_.begin(); it != by_degree_.end() && it->first < 2; ++it) {
      if (may_go(it->second)) {
        found.push_back(it->second);
      }
    }
    return found;
  }

  bool may_go(std::uint32_t v) const { return v != last_ || neighbors_[v].empty(); }

  Elimination::Step take(std::uint32_t v) {
    const std::set<std::uint32_t> around = std::exchange(neighbors_[v], {});
    by_degree_.erase({around.size(), v});
    for (const std::uint32_t a : around) {
      by_degree_.erase({neighbors_[a].size(), a});
      neighbors_[a].erase(v);
      neighbors_[a].insert(around.begin(), around.end());
      neighbors_[a].erase(a);
      by_degree_.emplace(neighbors_[a].size(), a);
    }
    result_.width = std::max(result_.width, around.size());
    return {v, {around.begin(), around.end()}};
  }

  std::vector<std::set<std::uint32_t>> neighbors_;
  std::optional<std::uint32_t> last_;
  std::set<std::pair<std::size_t, std::uint32_t>> by_degree_;
  Elimination result_;
};

}  // namespace

Elimination eliminate(std::size_t variables, std::span<const std::array<std::uint32_t, 2>> edges,
                      std::optional<std::uint32_t> last) {
  return Eliminator(variables, edges, last).run();
}

}  // namespace violin::placement
