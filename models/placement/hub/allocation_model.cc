#include "models/placement/hub/allocation_model.h"

#include <algorithm>
#include <numeric>

namespace violin {
namespace {

bool symmetric(const Table<double>& table) {
  for (std::size_t i = 0; i < table.rows(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (table(i, j) != table(j, i)) {
        return false;
      }
    }
  }
  return true;
}

std::vector<FlowPair> flow_pairs(const HubProblem& problem) {
  const bool merge = symmetric(problem.transfer);
  std::vector<FlowPair> pairs;
  const auto add = [&](std::size_t from, std::size_t to, double weight) {
    if (weight > 0) {
      pairs.push_back({from, to, weight});
    }
  };
  for (std::size_t i = 0; i < problem.points(); ++i) {
    for (std::size_t j = i + 1; j < problem.points(); ++j) {
      add(i, j, problem.flow(i, j) + (merge ? problem.flow(j, i) : 0));
      add(j, i, merge ? 0 : problem.flow(j, i));
    }
  }
  return pairs;
}

template <typename T>
void keep_of(std::vector<T>& list, std::span<const std::size_t> indices) {
  if (!list.empty()) {
    std::vector<T> kept;
    for (const std::size_t i : indices) {
      kept.push_back(list[i]);
    }
    list = std::move(kept);
  }
}

}  // namespace

AllocationModel::AllocationModel(const HubProblem& problem)
    : candidates(problem.candidates()),
      linear(problem.points(), problem.candidates()),
      transfer(problem.transfer),
      flow(problem.flow),
      pairs(flow_pairs(problem)),
      sent(problem.sent()),
      received(problem.received()),
      fixed_costs(problem.candidates()),
      capacities(problem.capacities),
      homes(problem.homes.begin(), problem.homes.end()),
      hubs(problem.hubs) {
  std::iota(candidates.begin(), candidates.end(), std::size_t{0});
  homes.resize(problem.points());
  for (std::size_t i = 0; i < points(); ++i) {
    flow(i, i) = 0;
  }
  for (std::size_t k = 0; k < sites(); ++k) {
    fixed_costs[k] = problem.fixed_cost(k);
    for (std::size_t i = 0; i < points(); ++i) {
      linear(i, k) = sent[i] * problem.collection(i, k) + received[i] * problem.distribution(i, k) +
                     problem.flow(i, i) * problem.transfer(k, k);
    }
  }
}

void AllocationModel::keep(std::span<const std::size_t> sites) {
  linear = columns_of(linear, sites);
  Table<double> rows(sites.size(), transfer.columns());
  for (std::size_t k = 0; k < sites.size(); ++k) {
    std::ranges::copy(transfer.row(sites[k]), rows.row(k).begin());
  }
  transfer = columns_of(rows, sites);
  keep_of(candidates, sites);
  keep_of(fixed_costs, sites);
  keep_of(capacities, sites);
  for (std::optional<std::size_t>& home : homes) {
    const auto found = home ? std::ranges::lower_bound(sites, *home) : sites.end();
    home = found != sites.end() && *found == *home
               ? std::optional(static_cast<std::size_t>(found - sites.begin()))
               : std::nullopt;
  }
}

}  // namespace violin
