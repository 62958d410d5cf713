#include "tests/models/placement/topology/random_topology.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/random.h"
#include "models/placement/evaluation.h"
#include "models/placement/topology/shortest_ways.h"

namespace violin::placement {

namespace {

Substrate substrate_of(const DelayMatrix& delays) {
  std::vector<OverlayHost> all;
  for (std::size_t a = 0; a < delays.size(); ++a) {
    all.push_back({"h" + std::to_string(a)});
  }
  return {std::move(all), MeasuredPaths(delays)};
}

DelayMatrix random_delays(std::uint64_t seed, std::size_t hosts) {
  RandomStream random(seed, "substrate");
  DelayMatrix delays(hosts);
  for (std::size_t a = 0; a < hosts; ++a) {
    for (std::size_t b = 0; b < hosts; ++b) {
      if (a != b) {
        delays.set(a, b, DelayMatrix::kUnit * static_cast<std::int64_t>(1 + random() % 400'000));
      }
    }
  }
  return delays;
}

double entities_cost(const TopologyRequest& request, const TopologyPlan& plan) {
  return request.cost_per_entity * static_cast<double>(plan.hubs.size()) +
         request.cost_per_trunk.value_or(0) *
             static_cast<double>(plan.trunks.size() + 1 - plan.hubs.size());
}

// Counts up over digits below `base`.
bool advance(std::vector<std::size_t>& digits, std::size_t base) {
  for (std::size_t& digit : digits) {
    digit = (digit + 1) % base;
    if (digit != 0) {
      return true;
    }
  }
  return false;
}

// All trees of up to three hubs.
std::vector<std::vector<std::array<std::size_t, 2>>> trees(std::size_t hubs) {
  switch (hubs) {
    case 1:
      return {{}};
    case 2:
      return {{{0, 1}}};
    default:
      return {{{0, 1}, {1, 2}}, {{0, 1}, {0, 2}}, {{0, 2}, {1, 2}}};
  }
}

}  // namespace

Substrate random_substrate(std::uint64_t seed, std::size_t hosts) {
  return substrate_of(random_delays(seed, hosts));
}

Substrate metric_substrate(std::uint64_t seed, std::size_t hosts) {
  return substrate_of(shortest_ways(random_delays(seed, hosts)));
}

TopologyRequest random_request(std::uint64_t seed, const Sizes& sizes) {
  RandomStream random(seed, "request");
  TopologyRequest request;
  request.kind =
      seed % 2 == 0 ? TopologyRequest::Kind::kVRouters : TopologyRequest::Kind::kVSwitches;
  request.budget = sizes.budget;
  request.cost_per_entity = random.chance(0.5) ? 0 : 20;
  const auto rate = [&] { return static_cast<double>(1000 + random() % 4'000'000); };
  for (std::size_t i = 0; i < sizes.vhosts; ++i) {
    request.vhosts.push_back(HostId{static_cast<std::uint32_t>(random() % sizes.hosts)});
    request.flows.push_back({i, (i + 1 + random() % (sizes.vhosts - 1)) % sizes.vhosts, rate(), 1});
  }
  for (std::uint64_t g = random() % 3; g > 0; --g) {
    MulticastGroup group{random() % sizes.vhosts, {}, rate(), 1};
    for (std::uint64_t m = random() % sizes.vhosts; m > 0; --m) {
      group.members.push_back(random() % sizes.vhosts);
    }
    request.groups.push_back(group);
  }
  return request;
}

double evaluated(const Substrate& substrate, const TopologyRequest& request,
                 const TopologyPlan& plan) {
  const Problem problem = as_problem(substrate, request, plan);
  return evaluate(problem, planned_placement(request, plan)).cost + entities_cost(request, plan);
}

double cheapest(const Substrate& substrate, const TopologyRequest& request) {
  double best = std::numeric_limits<double>::infinity();
  for (std::size_t p = 1; p <= request.budget; ++p) {
    auto topologies = trees(p);
    if (request.cost_per_trunk && p == 3) {
      topologies.push_back({{0, 1}, {0, 2}, {1, 2}});
    }
    for (const auto& trunks : topologies) {
      std::vector<std::size_t> plugged(request.vhosts.size());
      do {
        TopologyPlan plan{std::vector<HostId>(p), trunks, plugged};
        std::vector<std::size_t> places(p);
        do {
          for (std::size_t h = 0; h < p; ++h) {
            plan.hubs[h] = HostId{static_cast<std::uint32_t>(places[h])};
          }
          best = std::min(best, evaluated(substrate, request, plan));
        } while (advance(places, substrate.size()));
      } while (advance(plugged, p));
    }
  }
  return best;
}

}  // namespace violin::placement
