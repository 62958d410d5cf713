#include "tests/models/placement/random_problem.h"

#include <algorithm>
#include <deque>

#include "core/random.h"
#include "core/require.h"
#include "models/placement/evaluation.h"

namespace violin::placement {

namespace {

class Maker {
 public:
  Maker(std::uint64_t seed, const ProblemOptions& options)
      : random_(seed, "random problem"), options_(options) {}

  OwnedProblem make() {
    OwnedProblem made;
    made.substrate = std::make_unique<Substrate>(hosts(), MeasuredPaths(delays()));
    if (options_.lossy) {
      lose(*made.substrate);
    }
    made.problem = std::make_unique<Problem>(*made.substrate);
    problem_ = made.problem.get();
    problem_->weights = options_.weights;
    add_entities();
    join_inner();
    add_demands();
    if (options_.constrained) {
      constrain();
    }
    check(*problem_);
    return made;
  }

 private:
  std::size_t below(std::size_t n) { return random_() % n; }

  std::vector<OverlayHost> hosts() {
    std::vector<OverlayHost> hosts;
    for (std::size_t i = 0; i < options_.hosts; ++i) {
      OverlayHost host{"h" + std::to_string(i)};
      if (options_.constrained && random_.chance(0.5)) {
        host.memory = Bytes{64 + below(200)};
        host.capacity = FrameRate{1000 + below(20'000)};
      }
      if (options_.constrained && random_.chance(0.3)) {
        host.access_up = BitRate::kbps(2000 + below(20'000));
        host.access_down = BitRate::kbps(2000 + below(20'000));
      }
      hosts.push_back(host);
    }
    return hosts;
  }

  DelayMatrix delays() {
    DelayMatrix delays(options_.hosts);
    for (std::size_t a = 0; a < options_.hosts; ++a) {
      for (std::size_t b = 0; b < options_.hosts; ++b) {
        if (a != b && (a < b || !options_.symmetric)) {
          const std::optional<Duration> delay = any_delay();
          delays.set(a, b, delay);
          if (options_.symmetric) {
            delays.set(b, a, delay);
          }
        }
      }
    }
    return delays;
  }

  std::optional<Duration> any_delay() {
    const auto cells = static_cast<std::int64_t>(1 + below(400'000));
    return random_.chance(options_.gaps) ? std::nullopt : std::optional(DelayMatrix::kUnit * cells);
  }

  void lose(Substrate& substrate) {
    for (std::size_t pairs = options_.hosts * 2; pairs > 0; --pairs) {
      const HostId from = any_host();
      const HostId to = any_host();
      if (from != to) {
        substrate.set_loss(from, to, random_.chance(0.1) ? 1 : random_.uniform());
      }
    }
  }

  EntityId entity(std::size_t i) const { return EntityId{static_cast<std::uint32_t>(i)}; }
  HostId any_host() { return HostId{static_cast<std::uint32_t>(below(options_.hosts))}; }
  void link(std::size_t a, std::size_t b) {
    problem_->links.push_back(
        {std::to_string(a) + "-" + std::to_string(b), {entity(a), entity(b)}});
  }

  void add_entities() {
    for (std::size_t i = 0; i < options_.inner; ++i) {
      problem_->entities.push_back({"inner" + std::to_string(i), {}, Bytes{32 + below(32)}});
    }
    for (std::size_t i = 0; i < options_.leaves; ++i) {
      problem_->entities.push_back({"leaf" + std::to_string(i), {any_host()}, Bytes{16}});
      link(options_.inner + i, below(options_.inner));
    }
  }

  void join_inner() {
    const std::size_t n = options_.inner;
    for (std::size_t i = 1; i < n; ++i) {
      const bool tree = options_.shape == Shape::kTree || options_.shape == Shape::kGraph;
      const bool ladder = options_.shape == Shape::kLadder;
      link(i, ladder && i > 1 ? i - 2 : (tree ? below(i) : i - 1));
      if (ladder && i > 1 && i % 2 == 1) {
        link(i, i - 1);
      }
      if (options_.shape == Shape::kGraph && i > 1) {
        link(i, below(i));  // may be a second cable
      }
    }
    if (options_.shape == Shape::kRing && n > 2) {
      link(n - 1, 0);
    }
  }

  void add_demands() {
    for (std::size_t i = 0; i < options_.demands; ++i) {
      Demand demand;
      demand.name = "demand" + std::to_string(i);
      demand.source = any_leaf();
      demand.bits_per_second = static_cast<double>(1000 + below(4'000'000));
      demand.frames_per_second = static_cast<double>(1 + below(1000));
      const std::size_t receivers = options_.multicast ? 1 + below(options_.leaves) : 1;
      for (std::size_t r = 0; r < receivers; ++r) {
        const EntityId to = any_leaf();
        demand.receivers.push_back({to, fewest_links(*problem_, demand.source, to)});
      }
      problem_->demands.push_back(std::move(demand));
    }
  }
  EntityId any_leaf() { return entity(options_.inner + below(options_.leaves)); }

  void constrain() {
    for (std::size_t i = 0; i < options_.inner; ++i) {
      auto& allowed = problem_->entities[i].allowed;
      for (std::uint32_t h = 0; random_.chance(0.5) && h < options_.hosts; ++h) {
        if (random_.chance(0.7)) {
          allowed.push_back(HostId{h});
        }
      }
    }
    if (options_.inner > 1 && random_.chance(0.5)) {
      problem_->apart.push_back({entity(0), entity(1 + below(options_.inner - 1))});
    }
  }

  RandomStream random_;
  ProblemOptions options_;
  Problem* problem_ = nullptr;
};

}  // namespace

std::string to_string(Shape shape) {
  constexpr std::array kNames{"tree", "ring", "ladder", "graph"};
  return kNames[static_cast<std::size_t>(shape)];
}

OwnedProblem random_problem(std::uint64_t seed, const ProblemOptions& options) {
  return Maker(seed, options).make();
}

std::vector<Hop> fewest_links(const Problem& problem, EntityId from, EntityId to) {
  std::vector<std::optional<Hop>> entered(problem.entities.size());
  std::deque<EntityId> open{from};
  while (!open.empty() && open.front() != to) {
    const EntityId here = open.front();
    open.pop_front();
    if (here != from && problem.entity(here).pinned()) {
      continue;  // a leaf forwards nothing
    }
    for (std::uint32_t l = 0; l < problem.links.size(); ++l) {
      for (std::uint32_t d = 0; d < 2; ++d) {
        const EntityId next = problem.links[l].ends[1 - d];
        if (problem.links[l].ends[d] == here && next != from && !entered[to_index(next)]) {
          entered[to_index(next)] = Hop{l, d};
          open.push_back(next);
        }
      }
    }
  }
  std::vector<Hop> path;
  for (EntityId at = to; at != from;) {
    const auto& hop = entered[to_index(at)];
    require(hop.has_value(), "the random topology is connected");
    path.push_back(*hop);
    at = problem.links[hop->link].ends[hop->direction];
  }
  std::ranges::reverse(path);
  return path;
}

DelayMatrix evenly_apart(std::size_t hosts, Duration delay) {
  DelayMatrix delays(hosts);
  for (std::size_t a = 0; a < hosts; ++a) {
    for (std::size_t b = 0; b < hosts; ++b) {
      delays.set(a, b, a == b ? Duration{0} : delay);
    }
  }
  return delays;
}

std::optional<Optimum> brute_force(const Problem& problem) {
  Assignment placement(problem.entities.size());
  std::vector<std::size_t> moving;
  for (std::size_t i = 0; i < placement.size(); ++i) {
    if (const auto pinned = problem.entities[i].pinned()) {
      placement[i] = *pinned;
    } else {
      moving.push_back(i);
    }
  }
  std::optional<Optimum> best;
  for (bool more = true; more;) {
    const Evaluation evaluation = evaluate(problem, placement);
    if (evaluation.feasible() && (!best || evaluation.cost < best->cost)) {
      best = {placement, evaluation.cost};
    }
    more = false;
    for (const std::size_t i : moving) {  // counts up
      const auto next = violin::to_index(placement[i]) + 1;
      more = next < problem.hosts();
      placement[i] = HostId{more ? static_cast<std::uint32_t>(next) : 0};
      if (more) {
        break;
      }
    }
  }
  return best;
}

}  // namespace violin::placement
