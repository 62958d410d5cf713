#include "bench/large_placement.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/random.h"

namespace violin::bench {

using placement::EntityId;
using placement::Hop;
using placement::Problem;

namespace {

std::vector<OverlayHost> hosts_in_cities(std::size_t count, RandomStream& random) {
  std::vector<Coordinates> cities;
  for (std::size_t i = 0; i < 60; ++i) {
    cities.push_back({-50 + 110 * random.uniform(), -180 + 360 * random.uniform()});
  }
  std::vector<OverlayHost> hosts;
  for (std::size_t i = 0; i < count; ++i) {
    OverlayHost host{"h" + std::to_string(i)};
    const Coordinates city = cities[random() % cities.size()];
    host.position = Coordinates{city.latitude + 4 * random.uniform(),
                                std::min(180.0, city.longitude + 4 * random.uniform())};
    hosts.push_back(host);
  }
  return hosts;
}

// The fewest links from each entity to `to`, over free entities.
std::vector<std::optional<Hop>> next_hops(const Problem& problem, EntityId to,
                                          const std::vector<std::vector<Hop>>& incoming) {
  std::vector<std::optional<Hop>> next(problem.entities.size());
  std::deque<EntityId> open{to};
  while (!open.empty()) {
    const EntityId here = open.front();
    open.pop_front();
    if (here != to && problem.entity(here).pinned()) {
      continue;
    }
    for (const Hop& hop : incoming[placement::to_index(here)]) {
      const EntityId from = problem.links[hop.link].ends[hop.direction];
      if (from != to && !next[placement::to_index(from)]) {
        next[placement::to_index(from)] = hop;
        open.push_back(from);
      }
    }
  }
  return next;
}

void join(Problem& problem, std::size_t a, std::size_t b) {
  problem.links.push_back(
      {std::to_string(a) + "-" + std::to_string(b),
       {EntityId{static_cast<std::uint32_t>(a)}, EntityId{static_cast<std::uint32_t>(b)}}});
}

}  // namespace

Substrate LargePlacement::substrate() const {
  RandomStream random(seed, "large substrate");
  auto list = hosts_in_cities(hosts, random);
  std::vector<double> last_mile;
  for (std::size_t i = 0; i < hosts; ++i) {
    last_mile.push_back(0.2 - 2 * std::log(1 - random.uniform()));  // ms
    if (limited) {
      list[i].memory = Bytes{64 + random() % 192};
      list[i].capacity = FrameRate{20'000 + random() % 200'000};
    }
  }
  DelayMatrix delays(hosts);
  for (std::size_t a = 0; a < hosts; ++a) {
    for (std::size_t b = a + 1; b < hosts; ++b) {
      const double light = great_circle_km(*list[a].position, *list[b].position) / 200;
      const double ms =
          (light * 1.5 + last_mile[a] + last_mile[b]) * (0.9 + 0.4 * random.uniform());
      const Duration delay{std::llround(1e6 * ms)};
      delays.set(a, b, delay);
      delays.set(b, a, delay);
    }
  }
  return {std::move(list), MeasuredPaths(std::move(delays))};
}

std::unique_ptr<Problem> LargePlacement::problem(const Substrate& on) const {
  auto made = std::make_unique<Problem>(on);
  RandomStream random(seed, "large problem");
  for (std::size_t i = 0; i < free; ++i) {
    made->entities.push_back({"free" + std::to_string(i), {}, Bytes{32 + random() % 32}});
    if (i > 0) {
      join(*made, i, random() % i);
    }
  }
  for (std::size_t i = 0; i < chords; ++i) {
    join(*made, random() % free, random() % free);
  }
  for (std::size_t i = 0; i < pinned; ++i) {
    const HostId host{static_cast<std::uint32_t>(random() % hosts)};
    made->entities.push_back({"pinned" + std::to_string(i), {host}, Bytes{16}});
    join(*made, free + i, random() % free);
  }
  std::vector<std::vector<Hop>> incoming(made->entities.size());
  for (std::uint32_t link = 0; link < made->links.size(); ++link) {
    for (std::uint32_t d = 0; d < 2; ++d) {
      incoming[placement::to_index(made->links[link].ends[1 - d])].push_back({link, d});
    }
  }
  const auto any_pinned = [&] {
    return EntityId{static_cast<std::uint32_t>(free + random() % pinned)};
  };
  for (std::size_t i = 0; i < demands; ++i) {
    placement::Demand demand;
    demand.name = "d" + std::to_string(i);
    demand.source = any_pinned();
    const EntityId to = any_pinned();
    const auto next = next_hops(*made, to, incoming);
    std::vector<Hop> path;
    for (EntityId at = demand.source; at != to;) {
      path.push_back(next[placement::to_index(at)].value());
      at = made->links[path.back().link].ends[1 - path.back().direction];
    }
    demand.receivers = {{to, path}};
    demand.bits_per_second = 1e4 + 1e6 * std::pow(random.uniform(), 3);
    demand.frames_per_second = demand.bits_per_second / 8000;
    made->demands.push_back(std::move(demand));
  }
  check(*made);
  return made;
}

}  // namespace violin::bench
