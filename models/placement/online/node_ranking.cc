#include "models/placement/online/node_ranking.h"

#include <cmath>
#include <numeric>

namespace violin::embedding {

namespace {

constexpr double kDamping = 0.85;

std::vector<double> bandwidth_at_nodes(const Network& network) {
  std::vector<double> sums(network.nodes.size());
  for (const Network::Link& link : network.links) {
    sums[link.a] += static_cast<double>(link.bandwidth);
    sums[link.b] += static_cast<double>(link.bandwidth);
  }
  return sums;
}

// Each over their sum; all the same if that is 0.
std::vector<double> shares(std::vector<double> values) {
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  for (double& value : values) {
    value = sum > 0 ? value / sum : 1 / static_cast<double>(values.size());
  }
  return values;
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += (a[i] - b[i]) * (a[i] - b[i]);
  }
  return std::sqrt(sum);
}

// The fixed point of ranks = (1 - damping) x base + damping x what `pass_on(ranks)` gives.
template <typename PassOn>
std::vector<double> iterate(const std::vector<double>& base, double tolerance, PassOn pass_on) {
  std::vector<double> ranks = base;
  for (double change = tolerance; change >= tolerance;) {
    std::vector<double> next = pass_on(ranks);
    for (std::size_t i = 0; i < next.size(); ++i) {
      next[i] = (1 - kDamping) * base[i] + kDamping * next[i];
    }
    change = distance(next, ranks);
    ranks = std::move(next);
  }
  return ranks;
}

double ratio(double part, double whole) { return whole > 0 ? part / whole : 0; }

}  // namespace

std::vector<double> node_resource_metric(const Network& network) {
  std::vector<double> metric = bandwidth_at_nodes(network);
  for (std::size_t i = 0; i < metric.size(); ++i) {
    metric[i] *= static_cast<double>(network.nodes[i]);
  }
  return metric;
}

std::vector<double> global_resource_capacity(const Network& network) {
  const auto bandwidth = bandwidth_at_nodes(network);
  return iterate(shares({network.nodes.begin(), network.nodes.end()}), 1e-5,
                 [&](const std::vector<double>& ranks) {
                   std::vector<double> next(ranks.size());
                   for (const auto& [a, b, width] : network.links) {
                     const auto wide = static_cast<double>(width);
                     next[a] += ranks[b] * ratio(wide, bandwidth[b]);
                     next[b] += ranks[a] * ratio(wide, bandwidth[a]);
                   }
                   return next;
                 });
}

std::vector<double> random_walk_rank(const Network& network) {
  const auto metric = node_resource_metric(network);
  std::vector<double> around(metric.size());  // the neighbours' metric
  for (const Network::Link& link : network.links) {
    around[link.a] += metric[link.b];
    around[link.b] += metric[link.a];
  }
  return iterate(shares(metric), 1e-4, [&](const std::vector<double>& ranks) {
    std::vector<double> next(ranks.size());
    for (const Network::Link& link : network.links) {
      next[link.a] += ranks[link.b] * ratio(metric[link.a], around[link.b]);
      next[link.b] += ranks[link.a] * ratio(metric[link.b], around[link.a]);
    }
    return next;
  });
}

}  // namespace violin::embedding
