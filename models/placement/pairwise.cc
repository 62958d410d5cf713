#include "models/placement/pairwise.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace violin::placement {

namespace {

constexpr double kMsPerCell = 1e-6 * static_cast<double>(DelayMatrix::kUnit.count());

// Between the pinned ends of a path, in cells; nullopt where an end is free. 0, which no stretch is
// told of, also where there is no way.
std::optional<double> direct(const Problem& problem, EntityId from, EntityId to) {
  const auto source = problem.entity(from).pinned();
  const auto target = problem.entity(to).pinned();
  if (!source || !target) {
    return std::nullopt;
  }
  const auto cell = problem.delays.row(violin::to_index(*source))[violin::to_index(*target)];
  return cell == DelayMatrix::kUnreachable ? 0 : cell;
}

struct Counts {
  double all = 0;
  double stretched = 0;  // those that have a stretch wherever free entities are, or may have one
};

Counts count_receivers(const Problem& problem) {
  Counts counts;
  for (const Demand& demand : problem.demands) {
    for (const Receiver& receiver : demand.receivers) {
      ++counts.all;
      counts.stretched += direct(problem, demand.source, receiver.entity) != 0.0 ? 1 : 0;
    }
  }
  return counts;
}

double loss(const Problem& problem, HostId from, HostId to) {
  const auto cell = problem.delays.row(violin::to_index(from))[violin::to_index(to)];
  return cell == DelayMatrix::kUnreachable ? 1 : problem.substrate.loss(from, to);
}

}  // namespace

float log_loss(double probability) {
  return probability >= 1 ? kHopeless
                          : std::min(kHopeless, static_cast<float>(-std::log1p(-probability)));
}

std::vector<PairWeights> pair_weights(const Problem& problem) {
  return pair_weights(problem, problem.weights);
}

std::vector<PairWeights> pair_weights(const Problem& problem, const Terms& terms) {
  std::vector<PairWeights> weights(problem.links.size());
  const auto loads = link_loads(problem);
  for (std::size_t link = 0; link < loads.size(); ++link) {
    for (const std::size_t d : {0U, 1U}) {
      weights[link].delay[d] =
          at(terms, Term::kNetwork) * 1e-6 * kMsPerCell * loads[link][d].bits_per_second;
    }
  }
  const Counts counts = count_receivers(problem);
  for (const Demand& demand : problem.demands) {
    for (const Receiver& receiver : demand.receivers) {
      const double length = direct(problem, demand.source, receiver.entity).value_or(0);
      const double per_cell =
          at(terms, Term::kDelay) * kMsPerCell / counts.all +
          (length > 0 ? at(terms, Term::kStretch) / length / counts.stretched : 0);
      for (const Hop& hop : receiver.path) {
        weights[hop.link].delay[hop.direction] += per_cell;
        weights[hop.link].loss[hop.direction] += at(terms, Term::kLoss) / counts.all;
      }
    }
  }
  return weights;
}

std::vector<float> log_losses(const Problem& problem) {
  const std::size_t n = problem.hosts();
  std::vector<float> losses;
  if (problem.weight(Term::kLoss) == 0) {
    return losses;
  }
  for (std::uint32_t from = 0; from < n; ++from) {
    for (std::uint32_t to = 0; to < n; ++to) {
      const double lost = loss(problem, HostId{from}, HostId{to});
      if (lost > 0 && losses.empty()) {
        losses.resize(n * n);
      }
      if (lost > 0) {
        losses[from * n + to] = log_loss(lost);
      }
    }
  }
  return losses;
}

double pairwise_cost(const Problem& problem, const Assignment& placement) {
  const auto weights = pair_weights(problem);
  const bool lossy = problem.weight(Term::kLoss) > 0;
  double cost = 0;
  for (std::size_t link = 0; link < weights.size(); ++link) {
    for (const std::size_t d : {0U, 1U}) {
      const HostId from = placement[to_index(problem.links[link].ends[d])];
      const HostId to = placement[to_index(problem.links[link].ends[1 - d])];
      const double cells = problem.delays.row(violin::to_index(from))[violin::to_index(to)];
      cost += weights[link].delay[d] * cells;
      if (lossy) {
        cost += weights[link].loss[d] * log_loss(loss(problem, from, to));
      }
    }
  }
  return cost;
}

}  // namespace violin::placement
