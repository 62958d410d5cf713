#include "tests/models/placement/vne_workload.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "core/random.h"

namespace violin::embedding {

namespace {

std::uint64_t between(RandomStream& random, std::uint64_t low, std::uint64_t high) {
  return low + random() % (high - low + 1);
}

double exponential(RandomStream& random, double mean) {
  return -mean * std::log1p(-random.uniform());
}

bool connected(const Network& network) {
  std::vector<std::size_t> group(network.nodes.size());
  std::iota(group.begin(), group.end(), std::size_t{0});
  for (const Network::Link& link : network.links) {
    const std::size_t joined = group[link.a];
    std::ranges::replace(group, joined, std::size_t{group[link.b]});
  }
  return std::ranges::all_of(group, [&](std::size_t g) { return g == group[0]; });
}

Network any_substrate(RandomStream& random, const VneSettings& settings) {
  Network network;
  std::vector<std::pair<double, double>> places;
  for (std::size_t i = 0; i < settings.nodes; ++i) {
    network.nodes.push_back(between(random, settings.least_capacity, settings.most_capacity));
    places.emplace_back(random.uniform(), random.uniform());
  }
  const auto distance = [&](std::size_t a, std::size_t b) {
    return std::hypot(places[a].first - places[b].first, places[a].second - places[b].second);
  };
  double largest = 0;
  for (std::size_t a = 0; a < settings.nodes; ++a) {
    for (std::size_t b = a + 1; b < settings.nodes; ++b) {
      largest = std::max(largest, distance(a, b));
    }
  }
  for (std::size_t a = 0; a < settings.nodes; ++a) {
    for (std::size_t b = a + 1; b < settings.nodes; ++b) {
      if (random.chance(settings.waxman_alpha *
                        std::exp(-distance(a, b) / (settings.waxman_beta * largest)))) {
        network.links.push_back(
            {a, b, between(random, settings.least_capacity, settings.most_capacity)});
      }
    }
  }
  return network;
}

Network any_request(RandomStream& random, const VneSettings& settings) {
  Network network;
  const std::size_t size = between(random, settings.least_request, settings.most_request);
  for (std::size_t i = 0; i < size; ++i) {
    network.nodes.push_back(between(random, 0, settings.most_node_demand));
    for (std::size_t j = 0; j < i; ++j) {
      if (random.chance(settings.request_links)) {
        network.links.push_back({j, i, between(random, 0, settings.most_link_demand)});
      }
    }
  }
  return network;
}

template <typename Draw>
Network until_connected(Draw draw) {
  Network network = draw();
  while (!connected(network)) {
    network = draw();
  }
  return network;
}

}  // namespace

Network waxman_substrate(std::uint64_t seed, const VneSettings& settings) {
  RandomStream random(seed, "waxman substrate");
  return until_connected([&] { return any_substrate(random, settings); });
}

std::vector<Arrival> arrivals(std::uint64_t seed, std::size_t count, const VneSettings& settings) {
  RandomStream random(seed, "virtual network requests");
  std::vector<Arrival> arrivals;
  double now = 0;
  for (std::size_t i = 0; i < count; ++i) {
    now += exponential(random, 1 / settings.arrivals);
    const double lifetime = exponential(random, settings.lifetime);
    arrivals.push_back(
        {now, lifetime, until_connected([&] { return any_request(random, settings); })});
  }
  return arrivals;
}

OnlineResult run_online(const Network& substrate, const std::vector<Arrival>& arrivals,
                        const Embedder& embedder) {
  OnlineResult result;
  SubstrateResources resources(substrate);
  std::multimap<double, Embedding> present;  // by time of departure
  const auto depart_until = [&](double now) {
    while (!present.empty() && present.begin()->first <= now) {
      resources.give_back(present.begin()->second);
      present.erase(present.begin());
    }
  };
  for (const Arrival& arrival : arrivals) {
    depart_until(arrival.time);
    ++result.arrived;
    result.time = arrival.time;
    if (const auto embedding = embedder.embed(arrival.request, resources)) {
      ++result.accepted;
      result.revenue += arrival.lifetime * static_cast<double>(embedding->revenue());
      result.cost += arrival.lifetime * static_cast<double>(embedding->cost());
      resources.take(*embedding);
      present.emplace(arrival.time + arrival.lifetime, *embedding);
    }
  }
  depart_until(std::numeric_limits<double>::infinity());
  result.left = resources.left();
  return result;
}

}  // namespace violin::embedding
