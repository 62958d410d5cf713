#include "models/placement/online/embedding.h"

#include <algorithm>
#include <deque>
#include <map>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/require.h"

namespace violin::embedding {

namespace {

// What an embedding takes of each node and link that it touches.
struct Taken {
  std::map<std::size_t, std::uint64_t> nodes;
  std::map<std::size_t, std::uint64_t> links;
};

Taken taken(const Embedding& embedding) {
  Taken taken;
  for (std::size_t i = 0; i < embedding.hosts.size(); ++i) {
    taken.nodes[embedding.hosts[i]] += embedding.request.nodes[i];
  }
  for (std::size_t i = 0; i < embedding.paths.size(); ++i) {
    for (const std::size_t link : embedding.paths[i]) {
      taken.links[link] += embedding.request.links[i].bandwidth;
    }
  }
  return taken;
}

// By falling value; equal ones as they come.
std::vector<std::size_t> order(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
  return order;
}

std::vector<double> widths(const Network& network) {
  std::vector<double> widths;
  for (const Network::Link& link : network.links) {
    widths.push_back(static_cast<double>(link.bandwidth));
  }
  return widths;
}

std::size_t other_end(const Network::Link& link, std::size_t end) {
  return link.a == end ? link.b : link.a;
}

}  // namespace

std::uint64_t Embedding::revenue() const {
  std::uint64_t sum = std::accumulate(request.nodes.begin(), request.nodes.end(), std::uint64_t{0});
  for (const Network::Link& link : request.links) {
    sum += link.bandwidth;
  }
  return sum;
}

std::uint64_t Embedding::cost() const {
  std::uint64_t sum = std::accumulate(request.nodes.begin(), request.nodes.end(), std::uint64_t{0});
  for (std::size_t i = 0; i < paths.size(); ++i) {
    sum += request.links[i].bandwidth * paths[i].size();
  }
  return sum;
}

SubstrateResources::SubstrateResources(Network total)
    : total_(std::move(total)), left_(total_), links_at_(total_.nodes.size()) {
  for (std::size_t i = 0; i < total_.links.size(); ++i) {
    const auto& [a, b, width] = total_.links[i];
    if (a >= links_at_.size() || b >= links_at_.size()) {
      throw std::invalid_argument("a link of the substrate leads to a node that does not exist");
    }
    links_at_[a].push_back(i);
    links_at_[b].push_back(i);
  }
}

void SubstrateResources::take(const Embedding& embedding) {
  const Taken sums = taken(embedding);
  for (const auto& [node, amount] : sums.nodes) {
    require(node < left_.nodes.size() && amount <= left_.nodes[node],
            "a node gives no more than it has left");
  }
  for (const auto& [link, amount] : sums.links) {
    require(link < left_.links.size() && amount <= left_.links[link].bandwidth,
            "a link gives no more than it has left");
  }
  for (const auto& [node, amount] : sums.nodes) {
    left_.nodes[node] -= amount;
  }
  for (const auto& [link, amount] : sums.links) {
    left_.links[link].bandwidth -= amount;
  }
}

void SubstrateResources::give_back(const Embedding& embedding) {
  const Taken sums = taken(embedding);
  for (const auto& [node, amount] : sums.nodes) {
    require(node < left_.nodes.size() && amount <= total_.nodes[node] - left_.nodes[node],
            "a node takes back no more than it gave");
  }
  for (const auto& [link, amount] : sums.links) {
    require(link < left_.links.size() &&
                amount <= total_.links[link].bandwidth - left_.links[link].bandwidth,
            "a link takes back no more than it gave");
  }
  for (const auto& [node, amount] : sums.nodes) {
    left_.nodes[node] += amount;
  }
  for (const auto& [link, amount] : sums.links) {
    left_.links[link].bandwidth += amount;
  }
}

std::optional<std::vector<std::size_t>> SubstrateResources::path(std::size_t from, std::size_t to,
                                                                 std::uint64_t bandwidth) const {
  std::vector<std::optional<std::size_t>> entered(left_.nodes.size());
  std::deque<std::size_t> open{from};
  while (!open.empty() && open.front() != to) {
    const std::size_t here = open.front();
    open.pop_front();
    for (const std::size_t link : links_at_[here]) {
      const std::size_t next = other_end(left_.links[link], here);
      if (left_.links[link].bandwidth >= bandwidth && next != from && !entered[next]) {
        entered[next] = link;
        open.push_back(next);
      }
    }
  }
  if (open.empty()) {
    return std::nullopt;
  }
  std::vector<std::size_t> path;
  for (std::size_t at = to; at != from; at = other_end(left_.links[path.back()], at)) {
    path.push_back(*entered[at]);
  }
  std::ranges::reverse(path);
  return path;
}

Network network_of(const RouterGraph& graph, std::vector<std::uint64_t> node_capacities) {
  if (node_capacities.size() != graph.routers().size()) {
    throw std::invalid_argument("there must be one capacity for each router");
  }
  Network network{std::move(node_capacities), {}};
  for (const SubstrateLink& link : graph.links()) {
    const SubstrateLink* back = link.reverse ? &graph.link(*link.reverse) : nullptr;
    if (back == nullptr || back < &link || !link.up || !back->up) {
      continue;
    }
    if (!link.capacity || !back->capacity) {
      throw std::invalid_argument("the capacity of link '" + link.name + "' is not known");
    }
    network.links.push_back({violin::to_index(link.from), violin::to_index(link.to),
                             std::min(*link.capacity, *back->capacity).bits_per_second()});
  }
  return network;
}

Embedder::Embedder(std::string_view name)
    : index_(static_cast<std::size_t>(std::ranges::find(kNames, name) - kNames.begin())) {
  if (index_ == kNames.size()) {
    throw std::invalid_argument("no embedder is called '" + std::string(name) + "'");
  }
}

std::vector<double> Embedder::rank(const Network& network) const {
  constexpr std::array kRankings{node_resource_metric, global_resource_capacity, random_walk_rank};
  return kRankings[index_](network);
}

std::optional<Embedding> Embedder::embed(const Network& request,
                                         const SubstrateResources& substrate) const {
  Embedding embedding{request, std::vector<std::size_t>(request.nodes.size()),
                      std::vector<std::vector<std::size_t>>(request.links.size())};
  std::vector<std::size_t> hosts = order(rank(substrate.left()));
  for (const std::size_t node : order(rank(request))) {
    const auto host = std::ranges::find_if(
        hosts, [&](std::size_t h) { return substrate.left().nodes[h] >= request.nodes[node]; });
    if (host == hosts.end()) {
      return std::nullopt;
    }
    embedding.hosts[node] = *host;
    hosts.erase(host);
  }
  SubstrateResources rest = substrate;  // what is left while its links are being laid
  for (const std::size_t link : order(widths(request))) {
    const auto& [a, b, width] = request.links[link];
    const auto path = rest.path(embedding.hosts[a], embedding.hosts[b], width);
    if (!path) {
      return std::nullopt;
    }
    embedding.paths[link] = *path;
    rest.take({{{}, {{0, 0, width}}}, {}, {*path}});
  }
  return embedding;
}

}  // namespace violin::embedding
