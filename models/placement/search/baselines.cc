#include "models/placement/search/baselines.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/random.h"
#include "models/placement/search/placing.h"

namespace violin::placement {

namespace {

Assignment random_draw(const Problem& problem, std::uint64_t seed) {
  RandomStream random(seed, "placement baseline");
  return Placing(problem).place_all([&](EntityId, std::span<float> by_host) {
    std::ranges::generate(by_host, [&] { return static_cast<float>(random.uniform()); });
  });
}

Assignment single_host(const Problem& problem) {
  Placing placing(problem);
  std::vector<float> together(problem.hosts());
  for (std::uint32_t i = 0; i < problem.entities.size(); ++i) {
    if (!placing.placed(EntityId{i})) {
      placing.add_neighbours(EntityId{i}, together);
    }
  }
  return placing.place_all(
      [&](EntityId, std::span<float> by_host) { std::ranges::copy(together, by_host.begin()); });
}

Assignment greedy(const Problem& problem) {
  Placing placing(problem);
  return placing.place_all(
      [&](EntityId entity, std::span<float> by_host) { placing.add_neighbours(entity, by_host); });
}

struct Direction {
  double x = 0;
  double y = 0;
  double z = 0;
};

constexpr double kRadians = 3.14159265358979323846 / 180;

void add(double weight, const Coordinates& position, Direction& sum) {
  const double latitude = kRadians * position.latitude;
  const double longitude = kRadians * position.longitude;
  sum.x += weight * std::cos(latitude) * std::cos(longitude);
  sum.y += weight * std::cos(latitude) * std::sin(longitude);
  sum.z += weight * std::sin(latitude);
}

Coordinates to_coordinates(const Direction& direction) {
  return {std::atan2(direction.z, std::hypot(direction.x, direction.y)) / kRadians,
          std::atan2(direction.y, direction.x) / kRadians};
}

std::optional<Assignment> centroid(const Problem& problem) {
  const auto hosts = problem.substrate.hosts();
  if (!std::ranges::all_of(hosts, [](const OverlayHost& h) { return h.position.has_value(); })) {
    return std::nullopt;
  }
  Placing placing(problem);
  return placing.place_all([&](EntityId entity, std::span<float> by_host) {
    Direction sum;
    for (const Incident& incident : placing.pairs().incidents(entity)) {
      if (placing.placed(incident.other)) {
        add(incident.bits_per_second[0] + incident.bits_per_second[1],
            *hosts[violin::to_index(placing.host(incident.other))].position, sum);
      }
    }
    const Coordinates middle = to_coordinates(sum);
    for (std::size_t h = 0; h < by_host.size(); ++h) {
      by_host[h] = static_cast<float>(great_circle_km(middle, *hosts[h].position));
    }
  });
}

}  // namespace

std::optional<Assignment> baseline(std::string_view name, const Problem& problem,
                                   std::uint64_t seed) {
  if (name == "random") {
    return random_draw(problem, seed);
  }
  if (name == "single-host") {
    return single_host(problem);
  }
  if (name == "centroid") {
    return centroid(problem);
  }
  if (name == "greedy") {
    return greedy(problem);
  }
  throw std::invalid_argument("no baseline is called '" + std::string(name) + "'");
}

}  // namespace violin::placement
