#include "models/placement/topology/dual_ascent.h"

#include <algorithm>
#include <queue>
#include <vector>

namespace violin::placement {

namespace {

class Ascent {
 public:
  Ascent(const SteinerPaths& paths, std::uint32_t root)
      : root_(root), first_(paths.graph().nodes + 1), seen_(paths.graph().nodes) {
    for (std::uint32_t node = 0; node < paths.graph().nodes; ++node) {
      first_[node] = arcs_.size();
      for (const std::uint32_t e : paths.edges_at(node)) {
        arcs_.push_back({paths.graph().edges[e].cost, paths.across(e, node)});
      }
    }
    first_.back() = arcs_.size();
  }

  Ascended run(std::span<const std::uint32_t> terminals, const KeepGoing& keep_going) {
    using Entry = std::pair<std::size_t, std::uint32_t>;  // size of its part when last seen
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> active;
    for (const std::uint32_t t : terminals) {
      active.emplace(0, t);
    }
    std::uint64_t bound = 0;
    while (!active.empty() && keep_going()) {
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
  struct Arc {  // into a node
    std::uint64_t slack;
    std::uint32_t from;
  };
  std::span<Arc> into(std::uint32_t node) {
    return std::span(arcs_).subspan(first_[node], first_[node + 1] - first_[node]);
  }

  std::vector<bool> reached() {
    std::vector<std::vector<std::uint32_t>> onward(seen_.size());  // by arcs without slack
    for (std::uint32_t node = 0; node < onward.size(); ++node) {
      for (const Arc& arc : into(node)) {
        if (arc.slack == 0) {
          onward[arc.from].push_back(node);
        }
      }
    }
    std::vector<bool> in(onward.size());
    std::vector<std::uint32_t> open{root_};
    in[root_] = true;
    while (!open.empty()) {
      const std::uint32_t here = open.back();
      open.pop_back();
      for (const std::uint32_t next : onward[here]) {
        if (!in[next]) {
          in[next] = true;
          open.push_back(next);
        }
      }
    }
    return in;
  }

  // The nodes from which arcs without slack lead to the terminal.
  void find_part(std::uint32_t terminal) {
    ++stamp_;
    part_.assign(1, terminal);
    seen_[terminal] = stamp_;
    for (std::size_t i = 0; i < part_.size() && seen_[root_] != stamp_; ++i) {
      for (const Arc& arc : into(part_[i])) {
        if (arc.slack == 0 && seen_[arc.from] != stamp_) {
          seen_[arc.from] = stamp_;
          part_.push_back(arc.from);
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
      for (Arc& arc : into(node)) {
        if (seen_[arc.from] != stamp_) {
          f(arc.slack);
        }
      }
    }
  }

  std::uint32_t root_;
  std::vector<std::size_t> first_;  // arc into each node
  std::vector<Arc> arcs_;
  std::vector<std::uint64_t> seen_;
  std::uint64_t stamp_ = 0;
  std::vector<std::uint32_t> part_;
};

}  // namespace

Ascended dual_ascent(const SteinerPaths& paths, std::span<const std::uint32_t> terminals,
                     std::uint32_t root, const KeepGoing& keep_going) {
  return Ascent(paths, root).run(terminals, keep_going);
}

}  // namespace violin::placement
