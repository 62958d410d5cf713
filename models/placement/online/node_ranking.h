// How much the nodes of a capacitated network are worth for embedding virtual networks: the
// rankings of the literature on virtual network embedding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace violin::embedding {

// A network of nodes and undirected links: what a substrate has left, or what a virtual network
// asks for. Whole units of the user's choice, such as frames per second and bits per second, so
// that books balance exactly.
struct Network {
  struct Link {
    std::size_t a;
    std::size_t b;
    std::uint64_t bandwidth;
    bool operator==(const Link&) const = default;
  };
  std::vector<std::uint64_t> nodes;  // capacity of each
  std::vector<Link> links;
  bool operator==(const Network&) const = default;
};

// Capacity times the bandwidth of the links at the node (Yu, Yi, Rexford, Chiang, "Rethinking
// virtual network embedding", SIGCOMM CCR 38(2), 2008: their available resources).
std::vector<double> node_resource_metric(const Network& network);

// Global resource capacity (Gong, Wen, Zhu, Lee, "Toward profit-seeking virtual network embedding
// algorithm via global resource capacity", INFOCOM 2014): its share of all capacity plus, damped by
// 0.85, what its neighbours pass on, each in proportion to the bandwidth of its links. Their
// iteration, until it changes by less than 1e-5 (Euclidean).
std::vector<double> global_resource_capacity(const Network& network);

// NodeRank (Cheng et al., "Virtual network embedding through topology-aware node ranking", SIGCOMM
// CCR 41(2), 2011): a random walk that jumps anywhere with probability 0.15 and else to a
// neighbour, always in proportion to the node resource metric. Until it changes by less than 1e-4.
std::vector<double> random_walk_rank(const Network& network);

}  // namespace violin::embedding
