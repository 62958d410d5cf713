// Admission of virtual networks that come and go, one after the other, to a substrate whose nodes
// and links have capacities: two-stage embedding.
//
// First the nodes: those of the request in order of their rank, each to the node of highest rank
// that has enough capacity and carries no other node of the request. Then the links, the widest
// first: each on the path of fewest links that have enough bandwidth. There is no backtracking; if
// a node or a link finds no place the request is refused. Ranks (node_ranking.h) are those of what
// is left at that time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "models/placement/online/node_ranking.h"
#include "models/substrate/router_graph.h"

namespace violin::embedding {

// A request and where it is.
struct Embedding {
  Network request;
  std::vector<std::size_t> hosts;               // by node of the request
  std::vector<std::vector<std::size_t>> paths;  // by its link: substrate links, in order

  // What it asks for, and what it takes of the substrate: both the sum of node capacity and
  // bandwidth, the latter times the links of its path.
  std::uint64_t revenue() const;
  std::uint64_t cost() const;
};

// The books of a substrate.
class SubstrateResources {
 public:
  // Throws std::invalid_argument if a link's end does not exist.
  explicit SubstrateResources(Network total);

  const Network& total() const { return total_; }
  const Network& left() const { return left_; }
  // Throws std::logic_error, and changes nothing, if more were taken than is left or given back
  // than was taken.
  void take(const Embedding& embedding);
  void give_back(const Embedding& embedding);
  // The fewest links that each have so much left, from one node to another; empty within a node.
  std::optional<std::vector<std::size_t>> path(std::size_t from, std::size_t to,
                                               std::uint64_t bandwidth) const;

 private:
  Network total_;
  Network left_;
  std::vector<std::vector<std::size_t>> links_at_;  // by node, ascending
};

// Cables of the graph that are up, each with the smaller capacity of its directions. Throws
// std::invalid_argument if a capacity is not known or there is not one number for each router.
Network network_of(const RouterGraph& graph, std::vector<std::uint64_t> node_capacities);

class Embedder {
 public:
  static constexpr std::array<std::string_view, 3> kNames{"nrm", "grc", "random-walk"};
  // Throws std::invalid_argument for a name that is not in the list.
  explicit Embedder(std::string_view name);

  std::string_view name() const { return kNames[index_]; }
  std::vector<double> rank(const Network& network) const;
  // nullopt: refused. Takes nothing.
  std::optional<Embedding> embed(const Network& request, const SubstrateResources& substrate) const;

 private:
  std::size_t index_;
};

}  // namespace violin::embedding
