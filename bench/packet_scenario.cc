#include "bench/packet_scenario.h"

#include <algorithm>
#include <set>

#include "core/random.h"

namespace violin::bench {

namespace {

std::uint32_t below(std::uint32_t n, RandomStream& random) {
  return static_cast<std::uint32_t>(random() % n);
}

void spread_starts(PacketScenario& scenario) {
  RandomStream random(1, "starts");
  const auto interval = static_cast<std::uint64_t>(scenario.interval().count());
  for (PacketFlow& flow : scenario.flows) {
    flow.start = Duration(static_cast<std::int64_t>(random() % interval));
  }
  std::ranges::sort(scenario.flows, {}, &PacketFlow::start);
}

}  // namespace

PacketScenario chain(std::uint32_t routers) {
  PacketScenario scenario;
  scenario.sites = routers;
  for (std::uint32_t i = 1; i < routers; ++i) {
    scenario.cables.emplace_back(i - 1, i);
  }
  scenario.flows = {{0, routers - 1, {}}};
  scenario.flow_rate = BitRate::mbps(800);
  return scenario;
}

PacketScenario lan(std::uint32_t hosts, PacketScenario::Lan kind) {
  PacketScenario scenario;
  scenario.lan = kind;
  scenario.sites = hosts;
  scenario.link_delay = std::chrono::microseconds(1);
  scenario.flow_rate = BitRate::mbps(kind == PacketScenario::Lan::kUnicast ? 80 : 2);
  for (std::uint32_t i = 0; i < hosts; ++i) {
    scenario.flows.push_back({i, (i + 1) % hosts, {}});
  }
  spread_starts(scenario);
  return scenario;
}

PacketScenario random_graph(std::uint32_t flows) {
  constexpr std::uint32_t kRouters = 500;
  constexpr std::size_t kCables = kRouters * 4 / 2;
  PacketScenario scenario;
  scenario.sites = kRouters;
  RandomStream random(1, "graph");
  std::set<std::pair<std::uint32_t, std::uint32_t>> cables;
  for (std::uint32_t i = 1; i < kRouters; ++i) {
    cables.emplace(below(i, random), i);  // a random recursive tree
  }
  while (cables.size() < kCables) {
    const auto [a, b] = std::minmax({below(kRouters, random), below(kRouters, random)});
    if (a != b) {
      cables.emplace(a, b);
    }
  }
  scenario.cables.assign(cables.begin(), cables.end());
  for (std::uint32_t i = 0; i < flows; ++i) {
    const std::uint32_t from = below(kRouters, random);
    scenario.flows.push_back({from, (from + 1 + below(kRouters - 1, random)) % kRouters, {}});
  }
  spread_starts(scenario);
  return scenario;
}

}  // namespace violin::bench
