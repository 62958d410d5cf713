#include "models/placement/exact/term_bounds.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "models/placement/exact/busiest_link_bound.h"

namespace violin::placement {

namespace {

constexpr double kMsPerCell = 1e-6 * static_cast<double>(DelayMatrix::kUnit.count());
constexpr double kInfinite = std::numeric_limits<double>::infinity();

// In cells from one host to all, over any hosts; infinite where there is no way. (Dijkstra.)
std::vector<double> shortest_ways(const DelayMatrix& delays, std::size_t from) {
  std::vector<double> way(delays.size(), kInfinite);
  std::vector<bool> done(delays.size());
  way[from] = 0;
  for (std::size_t i = 0; i < way.size(); ++i) {
    std::size_t next = way.size();
    for (std::size_t h = 0; h < way.size(); ++h) {
      if (!done[h] && (next == way.size() || way[h] < way[next])) {
        next = h;
      }
    }
    done[next] = true;
    const auto row = delays.row(next);
    for (std::size_t h = 0; h < way.size(); ++h) {
      const double over = row[h] == DelayMatrix::kUnreachable ? kInfinite : way[next] + row[h];
      way[h] = std::min(way[h], over);
    }
  }
  return way;
}

struct Worst {
  double delay = 0;  // ms
  double stretch = 0;
};

Worst worst_paths(const Problem& problem, const KeepGoing& keep_going) {
  std::map<HostId, std::set<HostId>> pairs;
  for (const Demand& demand : problem.demands) {
    for (const Receiver& receiver : demand.receivers) {
      const auto from = problem.entity(demand.source).pinned();
      const auto to = problem.entity(receiver.entity).pinned();
      if (from && to && *from != *to) {
        pairs[*from].insert(*to);
      }
    }
  }
  Worst worst;
  for (const auto& [from, targets] : pairs) {
    if (!keep_going()) {
      break;
    }
    const auto ways = shortest_ways(problem.delays, violin::to_index(from));
    for (const HostId to : targets) {
      const double way = ways[violin::to_index(to)];
      const auto direct = problem.delays.row(violin::to_index(from))[violin::to_index(to)];
      if (way < kInfinite) {
        worst.delay = std::max(worst.delay, way * kMsPerCell);
        if (direct > 0 && direct != DelayMatrix::kUnreachable) {
          worst.stretch = std::max(worst.stretch, way / direct);
        }
      }
    }
  }
  return worst;
}

class BusiestHost {
 public:
  explicit BusiestHost(const Problem& problem)
      : problem_(problem), loads_(entity_loads(problem)), pinned_(problem.hosts()) {
    for (std::size_t i = 0; i < loads_.size(); ++i) {
      if (const auto host = problem.entities[i].pinned()) {
        pinned_[violin::to_index(*host)] += loads_[i];
      }
    }
  }

  double bound() const {
    double bound = 0;
    double capacity = 0;
    for (std::size_t h = 0; h < pinned_.size(); ++h) {
      bound = std::max(bound, share(h, 0));
      capacity += capacity_of(h);
    }
    for (std::size_t i = 0; i < loads_.size(); ++i) {
      if (!problem_.entities[i].pinned()) {
        bound = std::max(bound, least_share(problem_.entities[i], loads_[i]));
      }
    }
    return std::max(bound, std::accumulate(loads_.begin(), loads_.end(), 0.0) / capacity);
  }

 private:
  // Infinite: not limited. One that is 0 counts so too.
  double capacity_of(std::size_t host) const {
    const auto& capacity = problem_.substrate.hosts()[host].capacity;
    return capacity && capacity->per_second > 0 ? static_cast<double>(capacity->per_second)
                                                : kInfinite;
  }

  double share(std::size_t host, double load) const {
    return (pinned_[host] + load) / capacity_of(host);
  }

  double least_share(const Entity& entity, double load) const {
    double least = kInfinite;
    for (const HostId host : entity.allowed) {
      least = std::min(least, share(violin::to_index(host), load));
    }
    for (std::size_t h = 0; entity.allowed.empty() && h < pinned_.size(); ++h) {
      least = std::min(least, share(h, load));
    }
    return least;
  }

  const Problem& problem_;
  std::vector<double> loads_;
  std::vector<double> pinned_;  // by host
};

}  // namespace

double term_bounds(const Problem& problem, const KeepGoing& keep_going) {
  double bound = 0;
  if (problem.weight(Term::kWorstDelay) > 0 || problem.weight(Term::kWorstStretch) > 0) {
    const Worst worst = worst_paths(problem, keep_going);
    bound += problem.weight(Term::kWorstDelay) * worst.delay +
             problem.weight(Term::kWorstStretch) * worst.stretch;
  }
  if (problem.weight(Term::kBusiestHost) > 0) {
    bound += problem.weight(Term::kBusiestHost) * BusiestHost(problem).bound();
  }
  if (problem.weight(Term::kBusiestLink) > 0) {
    bound += problem.weight(Term::kBusiestLink) * busiest_link_bound(problem, keep_going);
  }
  constexpr double kRounding = 1e-12;
  return bound * (1 - kRounding);
}

}  // namespace violin::placement
