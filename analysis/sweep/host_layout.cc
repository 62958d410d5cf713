#include "analysis/sweep/host_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "analysis/sweep/scaling.h"

namespace violin::sweep {

using placement::Assignment;
using placement::Problem;

namespace {

constexpr std::size_t kMostScaled = 800;  // hosts; scaling takes their cube
constexpr double kFar = 2.5;              // times the median host's delays

std::optional<HostLayout> by_coordinates(const Substrate& substrate) {
  HostLayout layout{{}, "hosts by coordinates", "longitude (degrees)", "latitude (degrees)", 1};
  double latitude = 0;
  for (std::uint32_t h = 0; h < substrate.size(); ++h) {
    const auto& position = substrate.host(HostId{h}).position;
    if (!position) {
      return std::nullopt;
    }
    layout.positions[HostId{h}] = {position->longitude, position->latitude};
    latitude += position->latitude / static_cast<double>(substrate.size());
  }
  layout.y_per_x = 1 / std::max(0.2, std::cos(latitude * std::numbers::pi / 180));
  return layout;
}

// Sum of the delays, in cells, to those in use.
double remoteness(const Problem& problem, const std::set<HostId>& in_use, HostId host) {
  double sum = 0;
  for (const HostId other : in_use) {
    sum += problem.delays.row(to_index(host))[to_index(other)];
  }
  return sum;
}

// Those in use, and of the others evenly so many that scaling does not take long. A few that are
// far from all would push the rest together.
std::vector<HostId> chosen_hosts(const Problem& problem, const Assignment& placement) {
  const std::set<HostId> in_use(placement.begin(), placement.end());
  std::vector<std::pair<double, HostId>> others;
  const std::size_t step = problem.hosts() / kMostScaled + 1;
  for (std::size_t h = 0; h < problem.hosts(); h += step) {
    const HostId host{static_cast<std::uint32_t>(h)};
    others.emplace_back(remoteness(problem, in_use, host), host);
  }
  std::ranges::sort(others);
  const double most = kFar * others[others.size() / 2].first;
  std::set<HostId> chosen = in_use;
  for (const auto& [distance, host] : others) {
    if (distance <= most) {
      chosen.insert(host);
    }
  }
  return {chosen.begin(), chosen.end()};
}

HostLayout by_delays(const Problem& problem, const Assignment& placement) {
  const std::vector<HostId> hosts = chosen_hosts(problem, placement);
  const auto n = static_cast<Eigen::Index>(hosts.size());
  Eigen::MatrixXd delays(n, n);
  double longest = 0;
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) {
      const auto delay = problem.delays.at(to_index(hosts[static_cast<std::size_t>(i)]),
                                           to_index(hosts[static_cast<std::size_t>(j)]));
      delays(i, j) = delay ? 1e3 * to_seconds(*delay) : -1;
      longest = std::max(longest, delays(i, j));
    }
  }
  delays = (delays.array() < 0).select(longest, delays);  // no way: as far as any
  const Plane plane = classical_scaling(delays);
  HostLayout layout{
      {},
      fmt::format("hosts by classical multidimensional scaling of their delays, which the plane "
                  "shows to {:.0f} %{}",
                  100 * plane.explained,
                  hosts.size() < problem.hosts()
                      ? fmt::format("; {} of {} hosts", hosts.size(), problem.hosts())
                      : ""),
      "ms",
      "ms",
      1};
  for (Eigen::Index i = 0; i < n; ++i) {
    layout.positions[hosts[static_cast<std::size_t>(i)]] = {plane.positions(i, 0),
                                                            plane.positions(i, 1)};
  }
  return layout;
}

}  // namespace

HostLayout layout_of(const Problem& problem, const Assignment& placement) {
  auto layout = by_coordinates(problem.substrate);
  return layout ? std::move(*layout) : by_delays(problem, placement);
}

}  // namespace violin::sweep
