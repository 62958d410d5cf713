// Where should the entities of virtual networks run? The question as plain values.
//
// Entities are joined by virtual links. Demands are routed over these links, and their routes do
// not depend on where entities run. So what a link carries in each direction is known beforehand;
// a placement decides how far it is carried.
//
// Terms of the objective, and the cost that their weights make of them:
//
//   network         sum over links and directions of load x delay          Mbit/s x ms
//   delay           mean over receivers of the delay of their path         ms
//   stretch         mean over receivers of that over the direct delay      1
//   loss            mean over receivers of -ln(1 - p), about the loss p;   1
//                   100 for each hop of their path that loses all
//   worst_delay     the largest delay of a receiver                        ms
//   worst_stretch   the largest stretch of a receiver                      1
//   busiest_host    the largest share of a host's capacity that is used    1
//   busiest_link    the same of the substrate's links, or of the bandwidth
//                   between two hosts where there is no router graph       1
//
// A hop that loses all counts as -ln(1 - p) = 100. A receiver has no stretch if its direct delay is
// 0 (it is on the source's host) or there is no direct way. What one host does with frames for
// itself costs no delay and no access bandwidth.
//
// Constraints: allowed hosts, memory, forwarding capacity (frames per second that reach entities
// of a host), access bandwidth up and down, and groups of entities of which no two share a host.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/substrate/substrate.h"

namespace violin::placement {

enum class EntityId : std::uint32_t {};
constexpr std::size_t to_index(EntityId entity) { return static_cast<std::size_t>(entity); }

struct Entity {
  std::string name;
  std::vector<HostId> allowed;  // ascending; empty: every host
  Bytes memory{};

  // The only host that is allowed.
  std::optional<HostId> pinned() const {
    return allowed.size() == 1 ? std::optional(allowed.front()) : std::nullopt;
  }
};

// Direction 0 leads from ends[0] to ends[1], direction 1 back.
struct VirtualLink {
  std::string name;
  std::array<EntityId, 2> ends;
};

struct Hop {
  std::uint32_t link;
  std::uint32_t direction;
  bool operator==(const Hop&) const = default;
};

struct Receiver {
  EntityId entity;
  std::vector<Hop> path;  // from the source, in order of travel
};

// Unicast has one receiver; a multicast group has several, and a link that leads to some of them
// carries each frame once.
struct Demand {
  std::string name;
  EntityId source;
  std::vector<Receiver> receivers;
  double bits_per_second = 0;  // of frames as links count them
  double frames_per_second = 0;
};

enum class Term : std::uint8_t {
  kNetwork,
  kDelay,
  kStretch,
  kLoss,
  kWorstDelay,
  kWorstStretch,
  kBusiestHost,
  kBusiestLink
};
inline constexpr std::size_t kTerms = 8;
using Terms = std::array<double, kTerms>;
constexpr double& at(Terms& terms, Term term) { return terms[static_cast<std::size_t>(term)]; }
constexpr double at(const Terms& terms, Term term) { return terms[static_cast<std::size_t>(term)]; }
// "network", "worst_delay"...
std::string_view to_string(Term term);
std::optional<Term> parse_term(std::string_view name);

// What crosses a virtual link in one direction.
struct Load {
  double bits_per_second = 0;
  double frames_per_second = 0;
};

struct Problem {
  // The substrate outlives the problem; its delays are read once, here. Throws
  // std::invalid_argument if it has no hosts.
  explicit Problem(const Substrate& on);

  const Substrate& substrate;
  DelayMatrix delays;
  std::vector<Entity> entities;
  std::vector<VirtualLink> links;
  std::vector<Demand> demands;
  std::vector<std::vector<EntityId>> apart;  // anti-affinity groups
  Terms weights{1};                          // of the terms, all >= 0; kNetwork alone at first

  std::size_t hosts() const { return delays.size(); }
  const Entity& entity(EntityId id) const { return entities[to_index(id)]; }
  double weight(Term term) const { return at(weights, term); }
};

// Throws std::invalid_argument naming the entity, link or demand that is not as told above: ends
// and allowed hosts that do not exist or are not in order, a path that does not lead from the
// source to the receiver, rates and weights that are negative or not finite.
void check(const Problem& problem);

// Host of each entity, by EntityId.
using Assignment = std::vector<HostId>;

// Of each link and direction; the same for every placement.
std::vector<std::array<Load, 2>> link_loads(const Problem& problem);
// Frames per second that reach each entity; the same for every placement.
std::vector<double> entity_loads(const Problem& problem);
// Of each entity, those from which it is to be apart.
std::vector<std::vector<EntityId>> partners_apart(const Problem& problem);

}  // namespace violin::placement
