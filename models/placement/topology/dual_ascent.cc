#include "models/placement/topology/dual_ascent.h"

#include <algorithm>
#include <array>
#include <queue>
#include <vector>

namespace violin::placement {

namespace {

class Ascent {
 public:
  Ascent(const SteinerPaths& paths, std::uint32_t root)
      : paths_(paths), root_(root), slack_(paths.graph().edges.size()), seen_(paths.graph().nodes) {
    for (std::size_t e = 0; e < slack_.size(); ++e) {
      slack_[e].fill(paths.graph().edges[e].cost);
    }
  }

  Ascended run(std::span<const std::uint32_t> terminals) {
    using Entry = std::pair<std::size_t, std::uint32_t>;  // size of its part when last seen
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> active;
    for (const std::uint32_t t : terminals) {
      active.emplace(0, t);
    }
    std::uint64_t bound = 0;
    while (!active.empty()) {
      const std::uint32_t terminal = active.top().second;
      active.pop();
      find_part(terminal);
      if (seen_[root_] == stamp_) {
        continue;
      }
      if (active.empty() || part_.size() <= active.top().first) {
        bound += raise();
      }
      active.emplace(part_.size(), terminal);
    }
    return {bound, reached()};
  }

 private:
  std::vector<bool> reached() {
    std::vector<bool> in(paths_.graph().nodes);
    std::vector<std::uint32_t> open{root_};
    in[root_] = true;
    while (!open.empty()) {
      const std::uint32_t here = open.back();
      open.pop_back();
      for (const std::uint32_t e : paths_.edges_at(here)) {
        const std::uint32_t next = paths_.across(e, here);
        if (!in[next] && slack(e, next) == 0) {
          in[next] = true;
          open.push_back(next);
        }
      }
    }
    return in;
  }

  // Of the arc that enters `node` by the edge.
  std::uint64_t& slack(std::uint32_t edge, std::uint32_t node) {
    return slack_[edge][paths_.graph().edges[edge].a == node ? 0 : 1];
  }

  // The nodes from which arcs without slack lead to the terminal.
  void find_part(std::uint32_t terminal) {
    ++stamp_;
    part_.assign(1, terminal);
    seen_[terminal] = stamp_;
    for (std::size_t i = 0; i < part_.size() && seen_[root_] != stamp_; ++i) {
      for (const std::uint32_t e : paths_.edges_at(part_[i])) {
        const std::uint32_t from = paths_.across(e, part_[i]);
        if (seen_[from] != stamp_ && slack(e, part_[i]) == 0) {
          seen_[from] = stamp_;
          part_.push_back(from);
        }
      }
    }
  }

  // Raises the dual value of the cut around the part as far as it may.
  std::uint64_t raise() {
    std::uint64_t least = kNoWay;
    each_entering([&](std::uint64_t& slack) { least = std::min(least, slack); });
    each_entering([&](std::uint64_t& slack) { slack -= least; });
    return least;
  }

  template <typename F>
  void each_entering(const F& f) {
    for (const std::uint32_t node : part_) {
      for (const std::uint32_t e : paths_.edges_at(node)) {
        if (seen_[paths_.across(e, node)] != stamp_) {
          f(slack(e, node));
        }
      }
    }
  }

  const SteinerPaths& paths_;
  std::uint32_t root_;
  std::vector<std::array<std::uint64_t, 2>> slack_;  // of the arcs that enter ends a and b
  std::vector<std::uint64_t> seen_;
  std::uint64_t stamp_ = 0;
  std::vector<std::uint32_t> part_;
};

}  // namespace

Ascended dual_ascent(const SteinerPaths& paths, std::span<const std::uint32_t> terminals,
                     std::uint32_t root) {
  return Ascent(paths, root).run(terminals);
}

}  // namespace violin::placement
