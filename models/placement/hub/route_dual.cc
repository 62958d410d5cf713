#include "models/placement/hub/route_dual.h"

#include <algorithm>
#include <limits>

namespace violin {
namespace {

constexpr double kMemory = 0.3;  // of directions

std::vector<std::vector<std::size_t>> cheapest_first(const Table<double>& costs,
                                                     const std::vector<std::size_t>& sites) {
  std::vector<std::vector<std::size_t>> orders(costs.rows(), sites);
  for (std::size_t i = 0; i < costs.rows(); ++i) {
    std::ranges::stable_sort(orders[i], {}, [&](std::size_t k) { return costs(i, k); });
  }
  return orders;
}

}  // namespace

RouteDual::RouteDual(const HubProblem& problem) : problem_(problem) {
  for (std::size_t i = 0; i < problem.points(); ++i) {
    for (std::size_t j = 0; j < problem.points(); ++j) {
      if (problem.flow(i, j) > 0) {
        flows_.push_back({i, j, problem.flow(i, j)});
      }
    }
  }
  prices_ = Table<double>(flows_.size(), problem.candidates());
  direction_ = prices_;
  routes_.resize(flows_.size());
}

void RouteDual::use(const std::vector<std::size_t>& sites) {
  sites_ = sites;
  by_collection_ = cheapest_first(problem_.collection, sites);
  by_distribution_ = cheapest_first(problem_.distribution, sites);
}

// No sum has more addends than there are flows and sites; each addition errs by half a unit in the
// last place of what it adds at most.
HubSetDual::Relaxed RouteDual::relax() {
  Relaxed relaxed{0, 0, std::vector<double>(problem_.candidates())};
  std::vector<double>& values = relaxed.values;
  double magnitude = 0;
  for (const std::size_t k : sites_) {
    values[k] = problem_.fixed_cost(k);
    magnitude += values[k];
  }
  for (std::size_t f = 0; f < flows_.size(); ++f) {
    const std::span<const double> prices = prices_.row(f);
    routes_[f] = cheapest(flows_[f], prices);
    relaxed.base += flows_[f].size * routes_[f].cost;
    for (const std::size_t k : sites_) {
      values[k] -= flows_[f].size * prices[k];
      magnitude += flows_[f].size * prices[k];
    }
  }
  const auto addends = static_cast<double>(flows_.size() + sites_.size() + 16);
  relaxed.rounding = addends * std::numeric_limits<double>::epsilon() * (relaxed.base + magnitude);
  return relaxed;
}

// Sites come cheapest first, so that what is dearer than the best before the transfer ends a loop.
RouteDual::Route RouteDual::cheapest(const Flow& flow, std::span<const double> prices) const {
  Route best{std::numeric_limits<double>::infinity(), 0, 0};
  const std::span<const double> distribution = problem_.distribution.row(flow.to);
  const std::vector<std::size_t>& seconds = by_distribution_[flow.to];
  for (const std::size_t k : by_collection_[flow.from]) {
    const double collection = problem_.collection(flow.from, k);
    if (collection + distribution[seconds.front()] >= best.cost) {
      break;
    }
    const double first = collection + prices[k];
    const std::span<const double> transfer = problem_.transfer.row(k);
    for (const std::size_t l : seconds) {
      if (first + distribution[l] >= best.cost) {
        break;
      }
      const double cost = first + transfer[l] + distribution[l] + (l == k ? 0 : prices[l]);
      if (cost < best.cost) {
        best = {cost, k, l};
      }
    }
  }
  return best;
}

double RouteDual::turn(const std::vector<double>& open) {
  double norm = 0;
  for (std::size_t f = 0; f < flows_.size(); ++f) {
    const std::span<double> direction = direction_.row(f);
    const std::span<const double> prices = prices_.row(f);
    double sum = 0;
    for (const std::size_t k : sites_) {
      const double used = k == routes_[f].first || k == routes_[f].second ? 1 : 0;
      direction[k] = kMemory * direction[k] + (1 - kMemory) * (used - open[k]);
      if (prices[k] <= 0 && direction[k] < 0) {
        direction[k] = 0;
      }
      sum += direction[k] * direction[k];
    }
    norm += flows_[f].size * sum;
  }
  return norm;
}

void RouteDual::move(double step) {
  for (std::size_t f = 0; f < flows_.size(); ++f) {
    for (const std::size_t k : sites_) {
      prices_(f, k) = std::max(0.0, prices_(f, k) + step * direction_(f, k));
    }
  }
}

}  // namespace violin
