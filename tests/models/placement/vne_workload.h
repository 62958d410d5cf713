// Virtual network requests that come and go, as the literature on virtual network embedding
// generates them, and what becomes of them.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "models/placement/online/embedding.h"

namespace violin::embedding {

// The settings that Virne publishes (GeminiLight/virne, settings/p_net_setting and v_sim_setting),
// but for the lifetime, which is 1000 in Yu et al. 2008 and Cheng et al. 2011. Numbers are drawn
// uniformly from both ends and what is between them.
struct VneSettings {
  std::size_t nodes = 100;
  double waxman_alpha = 0.5;  // links with probability alpha exp(-d / (beta x largest d))
  double waxman_beta = 0.2;
  std::uint64_t least_capacity = 50;  // of nodes and links
  std::uint64_t most_capacity = 100;
  std::size_t least_request = 2;  // nodes of a request
  std::size_t most_request = 10;
  double request_links = 0.5;  // probability
  std::uint64_t most_node_demand = 20;
  std::uint64_t most_link_demand = 50;
  double arrivals = 0.04;  // per unit of time, Poisson
  double lifetime = 1000;  // mean, exponential
};

// Nodes in a unit square; drawn again until it is connected.
Network waxman_substrate(std::uint64_t seed, const VneSettings& settings);

struct Arrival {
  double time;
  double lifetime;
  Network request;
};
// Requests are random graphs, drawn again until they are connected.
std::vector<Arrival> arrivals(std::uint64_t seed, std::size_t count, const VneSettings& settings);

struct OnlineResult {
  std::size_t arrived = 0;
  std::size_t accepted = 0;
  double revenue = 0;  // of those accepted, each times its lifetime
  double cost = 0;     // likewise
  double time = 0;     // until the last arrival
  Network left;        // after all have departed

  double acceptance() const { return static_cast<double>(accepted) / static_cast<double>(arrived); }
};
OnlineResult run_online(const Network& substrate, const std::vector<Arrival>& arrivals,
                        const Embedder& embedder);

}  // namespace violin::embedding
