// The parts of a VIOLIN while it runs: entities on their hosts, their vNICs, the virtual links
// between them. Values that Network makes, changes and takes away; others read them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "core/kernel.h"
#include "models/entity/entity.h"
#include "models/entity/outlet.h"
#include "models/link/cable.h"
#include "models/substrate/overlay_host.h"
#include "models/vhost/tunnel_port.h"
#include "models/vhost/vhost.h"
#include "models/vrouter/vrouter.h"
#include "models/vswitch/vswitch.h"
#include "scenarios/build/carrier.h"

namespace violin {

enum class EntityKind : std::uint8_t { kVHost, kVSwitch, kVRouter };

struct Node;
class Handover;
class Network;
class Turn;
class VirtualNetwork;
class VirtualLink;

// Where an entity runs: on an overlay host of the substrate, or on a vHost of the lower VIOLIN.
using Placement = std::variant<HostId, Node*>;

struct Nic {
  std::string name;
  PortIndex port{};
  MacAddress mac;
  std::optional<Ipv4Interface> address;  // none at a vSwitch
  std::uint32_t mtu = 1500;
  VirtualLink* link = nullptr;
};

// The end of a migration that takes time.
struct Arrival {
  Arrival(Network& moving_network, Node& moving_node, Kernel& kernel, EventOrigin& origin)
      : network(moving_network),
        node(moving_node),
        timer(Timer::calling<&Arrival::arrive>(kernel, origin, *this)) {}
  void arrive();

  Network& network;
  Node& node;
  Timer timer;
};

// The way into an entity for who is not told when another object takes its place: the same as long
// as the node is there.
class Entrance final : public FrameSink {
 public:
  explicit Entrance(Entity& entity) : entity_(&entity) {}
  void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override {
    entity_->receive(port, burst, now);
  }
  void lead_to(Entity& entity) { entity_ = &entity; }
  // Expires with the node.
  std::weak_ptr<const void> life() const { return life_; }

 private:
  Entity* entity_;
  std::shared_ptr<const char> life_ = std::make_shared<const char>();  // to be watched, not shared
};

// What a move of a running entity to another overlay host was like.
struct MoveReport {
  std::size_t links = 0;      // that were re-pointed, each direction by itself
  Duration repointing{};      // from the first to the last of them
  Duration duration{};        // until the old object was gone
  std::uint64_t relayed = 0;  // frames that went from the old host to the new one
  std::uint64_t held = 0;     // frames that waited for earlier ones
  bool in_order = false;      // nothing can have overtaken anything
  bool done = false;          // it is where it was to go
};

// One entity. Its address is its identity; nics are in order of their making.
struct Node {
  VirtualNetwork& network;
  EntityKind kind;
  Placement place;
  std::unique_ptr<Entity> entity;
  std::vector<Nic> nics;
  Bytes memory{};                                // that it claims on its host
  bool automatic_gateway = false;                // of a vHost: follows automatic routing
  bool host_up = true;                           // the overlay host, all the way down
  bool host_migrating = false;                   // a vHost that carries it is between two hosts
  bool outside = false;                          // a vHost or vRouter whose stack is not ours
  std::unique_ptr<Arrival> arrival;              // while it is so itself
  std::unique_ptr<Entrance> entrance = nullptr;  // once somebody asked
  Handover* handover = nullptr;                  // while it moves with all that it knows
  std::optional<MoveReport> last_move = std::nullopt;  // of the last such move

  bool migrating() const { return arrival != nullptr || host_migrating; }
  bool up() const { return host_up && !migrating(); }
  const std::string& full_name() const { return entity->name(); }
  std::string_view name() const;  // without the VIOLIN's
  VHost& vhost() const { return static_cast<VHost&>(*entity); }
  Outlet& outlet() const { return static_cast<Outlet&>(*entity); }
  VSwitch& vswitch() const { return static_cast<VSwitch&>(*entity); }
  VRouter& vrouter() const { return static_cast<VRouter&>(*entity); }
  Nic* find_nic(std::string_view nic_name);
  Nic& nic_at(PortIndex port);
};

// What the scenario says of a cable, shared by all that say the same: immutable.
struct LinkSpec {
  PipeParameters a_to_b;
  PipeParameters b_to_a;
};

struct LinkEnd {
  Node* node;
  PortIndex port;
};

// A cable between two entities with what carries it.
class VirtualLink {
 public:
  VirtualLink(Kernel& kernel, const std::string& name, LinkEnd a, LinkEnd b,
              std::shared_ptr<const LinkSpec> link_spec)
      : ends{a, b},
        spec(std::move(link_spec)),
        cable(kernel, name, {*a.node->entity, a.port}, {*b.node->entity, b.port}, {}, {}) {}

  std::array<LinkEnd, 2> ends;  // direction d leads from ends[d] to ends[1 - d]
  std::shared_ptr<const LinkSpec> spec;
  Cable cable;
  std::array<std::unique_ptr<Carrier>, 2> carriers;    // where a path alone does not do
  std::array<std::unique_ptr<TunnelPort>, 2> tunnels;  // at each end, on a lower VIOLIN
  std::uint32_t vni = 0;                               // of the tunnel, once there was one
  std::array<bool, 2> on_underlay{};                   // live, between two hosts
  std::array<Turn*, 2> turns{};                        // of directions that have just turned
  bool plugged = true;                                 // the timeline may pull it
  std::size_t index = 0;                               // in its network's links

  Link& direction(std::size_t d) { return d == 0 ? cable.a_to_b() : cable.b_to_a(); }
  const Link& direction(std::size_t d) const { return d == 0 ? cable.a_to_b() : cable.b_to_a(); }
  const PipeParameters& parameters(std::size_t d) const {
    return d == 0 ? spec->a_to_b : spec->b_to_a;
  }
  bool begins_at(const Node& node, PortIndex port) const {
    return ends[0].node == &node && ends[0].port == port;
  }
  bool up() const { return plugged && ends[0].node->up() && ends[1].node->up(); }
};

// What one vHost sends to a multicast group, and for whom.
struct HostGroup {
  struct Member {
    Node* node;
    std::optional<PortIndex> joined;  // the vNIC that is reached, if there is a way

    void leave(Ipv4Address group);
  };
  Node* source;
  Ipv4Address address;
  std::vector<Member> members;
};

struct RoutingPolicy {
  bool automatic = true;
  Duration convergence = std::chrono::seconds(1);
};

class VirtualNetwork {
 public:
  VirtualNetwork(std::string name, VirtualNetwork* lower, const RoutingPolicy& routing)
      : name_(std::move(name)), lower_(lower), routing_(routing) {}

  const std::string& name() const { return name_; }
  VirtualNetwork* lower() const { return lower_; }
  const RoutingPolicy& routing() const { return routing_; }
  Node* find(std::string_view node_name) const;
  // The vHost or vRouter that has the address: the first, if several; nullptr if none.
  Node* owner_of(Ipv4Address address) const;
  const std::vector<std::unique_ptr<Node>>& nodes() const { return nodes_; }  // as they were made
  const std::vector<std::unique_ptr<VirtualLink>>& links() const { return links_; }
  const std::vector<std::unique_ptr<HostGroup>>& groups() const { return groups_; }

 private:
  friend class Network;
  // 02:56:xx:xx:xx:xx, so that the small numbers that scenarios choose stay free. Each VIOLIN
  // counts by itself: none depends on what others have.
  MacAddress next_mac() { return MacAddress::local((std::uint64_t{0x56} << 32) | ++macs_); }

  std::string name_;
  VirtualNetwork* lower_;
  RoutingPolicy routing_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::unordered_map<std::string_view, Node*> by_name_;  // keyed by Node::name()
  std::vector<std::unique_ptr<VirtualLink>> links_;
  std::vector<std::unique_ptr<HostGroup>> groups_;
  Network* owner_ = nullptr;
  std::unique_ptr<Timer> routing_timer_;  // made with the first routes
  std::uint32_t macs_ = 0;
};

}  // namespace violin
