#include "models/placement/search/incident_costs.h"

#include <Eigen/Core>
#include <algorithm>
#include <cstddef>
#include <utility>

namespace violin::placement {

namespace {

// Visits each (row, column) in tiles, so that both it and its mirror image stay in the cache, until
// `visit` returns false.
template <typename Visit>
bool for_each_tiled(std::size_t n, Visit visit) {
  constexpr std::size_t kTile = 32;
  for (std::size_t top = 0; top < n; top += kTile) {
    for (std::size_t left = 0; left < n; left += kTile) {
      for (std::size_t row = top; row < std::min(n, top + kTile); ++row) {
        for (std::size_t column = left; column < std::min(n, left + kTile); ++column) {
          if (!visit(row, column)) {
            return false;
          }
        }
      }
    }
  }
  return true;
}

bool is_symmetric(std::span<const DelayMatrix::Cell> cells, std::size_t n) {
  return for_each_tiled(n, [&](std::size_t row, std::size_t column) {
    return cells[row * n + column] == cells[column * n + row];
  });
}

template <typename T>
std::vector<T> transposed(std::span<const T> matrix, std::size_t n) {
  std::vector<T> result(matrix.size());
  for_each_tiled(n, [&](std::size_t row, std::size_t column) {
    result[column * n + row] = matrix[row * n + column];
    return true;
  });
  return result;
}

Incident reversed(Incident incident, EntityId other) {
  incident.other = other;
  std::swap(incident.delay[0], incident.delay[1]);
  std::swap(incident.loss[0], incident.loss[1]);
  std::swap(incident.bits_per_second[0], incident.bits_per_second[1]);
  std::swap(incident.uses[0], incident.uses[1]);
  return incident;
}

void merge(const Incident& incident, std::vector<Incident>& into) {
  const auto found = std::ranges::find(into, incident.other, &Incident::other);
  if (found == into.end()) {
    into.push_back(incident);
    return;
  }
  for (const std::size_t d : {0U, 1U}) {
    found->delay[d] += incident.delay[d];
    found->loss[d] += incident.loss[d];
    found->bits_per_second[d] += incident.bits_per_second[d];
    found->uses[d] += incident.uses[d];
  }
}

std::vector<Incident> incident_by_link(const Problem& problem, const Terms& terms) {
  const auto weights = pair_weights(problem, terms);
  const auto loads = link_loads(problem);
  std::vector<Incident> incidents;
  for (std::size_t link = 0; link < weights.size(); ++link) {
    Incident incident{problem.links[link].ends[1], weights[link].delay, weights[link].loss};
    for (const std::size_t d : {0U, 1U}) {
      incident.bits_per_second[d] = loads[link][d].bits_per_second;
    }
    incidents.push_back(incident);
  }
  for (const Demand& demand : problem.demands) {
    for (const Receiver& receiver : demand.receivers) {
      for (const Hop& hop : receiver.path) {
        ++incidents[hop.link].uses[hop.direction];
      }
    }
  }
  return incidents;
}

void add_scaled(double scale, std::span<const DelayMatrix::Cell> cells, std::span<float> sums) {
  const auto factor = static_cast<float>(scale);
  for (std::size_t i = 0; i < sums.size(); ++i) {  // cells fit into int: that is vectorised
    sums[i] += factor * static_cast<float>(static_cast<std::int32_t>(cells[i]));
  }
}

void add_scaled(double scale, std::span<const float> row, std::span<float> sums) {
  const auto factor = static_cast<float>(scale);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sums[i] += factor * row[i];
  }
}

}  // namespace

IncidentCosts::IncidentCosts(const Problem& problem, const Terms& weights)
    : problem_(problem), incidents_(problem.entities.size()) {
  const std::size_t n = problem.hosts();
  symmetric_ = is_symmetric(problem.delays.cells(), n);
  if (!symmetric_) {
    delays_to_ = transposed(problem.delays.cells(), n);
  }
  losses_ = at(weights, Term::kLoss) > 0 ? log_losses(problem) : std::vector<float>{};
  losses_to_ = losses_.empty() ? losses_ : transposed(std::span<const float>(losses_), n);
  const auto by_link = incident_by_link(problem, weights);
  for (std::size_t link = 0; link < by_link.size(); ++link) {
    const auto [a, b] = problem.links[link].ends;
    if (a != b) {
      merge(by_link[link], incidents_[to_index(a)]);
      merge(reversed(by_link[link], a), incidents_[to_index(b)]);
    }
  }
}

double IncidentCosts::cost(const Incident& incident, HostId own, HostId other) const {
  const std::size_t from = violin::to_index(own);
  const std::size_t to = violin::to_index(other);
  double cost = incident.delay[0] * delay(from, to) + incident.delay[1] * delay(to, from);
  if (!losses_.empty()) {
    cost += incident.loss[0] * losses_[from * problem_.hosts() + to] +
            incident.loss[1] * losses_[to * problem_.hosts() + from];
  }
  return cost;
}

std::uint32_t IncidentCosts::cut(const Incident& incident, HostId own, HostId other) const {
  const std::size_t from = violin::to_index(own);
  const std::size_t to = violin::to_index(other);
  return (delay(from, to) == DelayMatrix::kUnreachable ? incident.uses[0] : 0) +
         (delay(to, from) == DelayMatrix::kUnreachable ? incident.uses[1] : 0);
}

void IncidentCosts::add(const Incident& incident, HostId other, std::span<float> by_host) const {
  const std::size_t n = problem_.hosts();
  const std::size_t row = violin::to_index(other);
  if (symmetric_) {
    add_scaled(incident.delay[0] + incident.delay[1], problem_.delays.row(row), by_host);
  } else {
    add_scaled(incident.delay[0], std::span(delays_to_).subspan(row * n, n), by_host);
    add_scaled(incident.delay[1], problem_.delays.row(row), by_host);
  }
  if (!losses_.empty()) {
    add_scaled(incident.loss[0], std::span(losses_to_).subspan(row * n, n), by_host);
    add_scaled(incident.loss[1], std::span(losses_).subspan(row * n, n), by_host);
  }
}

HostId cheapest_host(std::span<const float> by_host) {
  const float least =  // as a plain loop it would not be vectorised
      Eigen::Map<const Eigen::ArrayXf>(by_host.data(), static_cast<Eigen::Index>(by_host.size()))
          .minCoeff();
  return HostId{static_cast<std::uint32_t>(std::ranges::find(by_host, least) - by_host.begin())};
}

}  // namespace violin::placement
