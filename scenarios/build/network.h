// The running network: every VIOLIN of a scenario with its entities and virtual links, on overlay
// hosts of one substrate. What builds it before a run also changes it during one: each function
// here works while frames flow, and what that costs is counted by reason.
//
//   Network -- VirtualNetwork (a VIOLIN) -- Node (an entity on a host) -- Nic -- VirtualLink
//                 |                                                                 |
//                 +-- lower VirtualNetwork, if its hosts are another's vHosts       +-- Carrier or
//                                                                                       tunnel
//
// Component names are "violin/entity" and "violin/entity.nic"; a link is named by the end that was
// given first.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "core/kernel.h"
#include "models/entity/capture_tap.h"
#include "models/entity/entity.h"
#include "models/link/cable.h"
#include "models/substrate/substrate.h"
#include "models/vhost/tunnel_port.h"
#include "models/vhost/vhost.h"
#include "models/vrouter/vrouter.h"
#include "models/vswitch/vswitch.h"
#include "scenarios/build/carrier.h"
#include "scenarios/build/host_stages.h"

namespace violin {

enum class EntityKind : std::uint8_t { kVHost, kVSwitch, kVRouter };

struct Node;
class Network;
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

// One entity. Its address is its identity; nics are in order of their making.
struct Node {
  VirtualNetwork& network;
  EntityKind kind;
  Placement place;
  std::unique_ptr<Entity> entity;
  std::vector<Nic> nics;
  bool automatic_gateway = false;    // of a vHost: follows automatic routing
  bool host_up = true;               // the overlay host, all the way down
  bool host_migrating = false;       // a vHost that carries it is between two hosts
  std::unique_ptr<Arrival> arrival;  // while it is so itself

  bool migrating() const { return arrival != nullptr || host_migrating; }
  bool up() const { return host_up && !migrating(); }
  const std::string& full_name() const { return entity->name(); }
  std::string_view name() const;  // without the VIOLIN's
  VHost& vhost() const { return static_cast<VHost&>(*entity); }
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
  bool plugged = true;                                 // the timeline may pull it
  std::size_t index = 0;                               // in its network's links

  Link& direction(std::size_t d) { return d == 0 ? cable.a_to_b() : cable.b_to_a(); }
  const PipeParameters& parameters(std::size_t d) const {
    return d == 0 ? spec->a_to_b : spec->b_to_a;
  }
  bool up() const { return plugged && ends[0].node->up() && ends[1].node->up(); }
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
  const std::vector<std::unique_ptr<Node>>& nodes() const { return nodes_; }  // as they were made
  const std::vector<std::unique_ptr<VirtualLink>>& links() const { return links_; }

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
  Network* owner_ = nullptr;
  std::unique_ptr<Timer> routing_timer_;  // made with the first routes
  std::uint32_t macs_ = 0;
};

struct NicSpec {
  std::string name;
  std::optional<MacAddress> mac;  // one is given if none
  Ipv4Interface address;
  std::uint32_t mtu = 1500;
};

class Network {
 public:
  // The kernel outlives the network. Frames may still be in it when it goes.
  Network(Kernel& kernel, Substrate substrate);
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  ~Network();

  Kernel& kernel() const { return kernel_; }
  Substrate& substrate() { return substrate_; }
  const Substrate& substrate() const { return substrate_; }
  const std::vector<std::unique_ptr<VirtualNetwork>>& networks() const { return networks_; }
  VirtualNetwork* find(std::string_view network) const;
  // The entities of higher VIOLINs that run on this vHost.
  std::vector<Node*> hosted_on(const Node& host) const;

  // --- building and on-demand reconfiguration

  VirtualNetwork& add_network(std::string name, VirtualNetwork* lower,
                              const RoutingPolicy& routing);
  // Names are free in their network (std::logic_error otherwise; validation comes before).
  Node& add_vhost(VirtualNetwork& network, std::string_view name, Placement place);
  Node& add_vrouter(VirtualNetwork& network, std::string_view name, Placement place);
  Node& add_vswitch(VirtualNetwork& network, std::string_view name, Placement place,
                    const VSwitchOptions& options = {});
  // Of a vHost or vRouter. Throws std::invalid_argument as these do.
  Nic& add_nic(Node& node, const NicSpec& spec);
  void remove_nic(Node& node, std::string_view name);
  // Gives the vNIC another address; its cable stays.
  void readdress(Node& node, std::string_view nic, Ipv4Interface address);
  // Ends its links, then the entity, as kDetached; first what a higher VIOLIN has on it.
  void remove(Node& node);

  // A cable from a vNIC without one, or from a new port of a vSwitch where `nic` is nullptr.
  VirtualLink& connect(Node& a, Nic* a_nic, Node& b, Nic* b_nic,
                       std::shared_ptr<const LinkSpec> spec);
  void disconnect(VirtualLink& link);
  void configure(VirtualLink& link, std::shared_ptr<const LinkSpec> spec);
  void set_plugged(VirtualLink& link, bool plugged);
  VirtualLink* find_trunk(const Node& a, const Node& b) const;

  // Moves a running entity, which keeps its state. For `downtime` its links carry nothing
  // (kMigrating).
  void migrate(Node& node, Placement place, Duration downtime);
  void fail_host(HostId host);
  void restore_host(HostId host);

  // After changes of the substrate: follows its delays, losses and limits.
  void follow_substrate();
  // Computes the static routes of a network with automatic routing now, or after its convergence
  // time.
  void compute_routes(VirtualNetwork& network);

  // --- observation

  // Captures what passes the vNIC, in both directions, and what its entity and the link towards it
  // drop. The writer outlives the network.
  void capture(Node& node, PortIndex port, PcapngWriter& writer);
  // Calls `visit(const Component&)` for every component that there is, and `visit(const Pipe&)` for
  // every pipe among them.
  template <typename Visit>
  void for_each_component(Visit visit) const;
  template <typename Visit>
  void for_each_pipe(Visit visit) const;
  // Nothing is captured any more: the writers may go.
  void end_captures();
  // Books and fingerprint of what was removed.
  const Ledger& retired() const { return retired_; }

  // Order-independent over all links, retired ones included.
  std::uint64_t fingerprint() const;
  // Frames that entities received: packet-hops.
  std::uint64_t deliveries() const;
  const HostStages* stages(HostId host) const { return stages_[to_index(host)].get(); }

 private:
  friend struct Arrival;
  struct Tap;

  Node& add_node(VirtualNetwork& network, EntityKind kind, Placement place,
                 std::unique_ptr<Entity> entity);
  // Decides what carries the link, from where its ends are and what the substrate says.
  void carry(VirtualLink& link);
  void carry(VirtualLink& link, std::size_t direction);
  void carry_by_tunnel(VirtualLink& link);
  void aim(VirtualLink& link);
  TunnelEndpoint& tunnel_endpoint(Node& host);
  void end_tunnels(VirtualLink& link);
  void recarry(Node& node);
  bool hosts_up(const Placement& place) const;
  static bool host_migrates(const Placement& place);
  void refresh_host_state();
  HostStages& stages_of(HostId host);
  void announce(const LinkEnd& end);
  void plug_taps(VirtualLink& link);
  void end_tap(Node& node, PortIndex port);
  Attachment last_hop(const LinkEnd& end);
  void withdraw(VirtualLink& link, Drop reason);
  void retire(const Pipe& pipe);
  void topology_changed(VirtualNetwork& network);

  Kernel& kernel_;
  EventOrigin origin_;
  Substrate substrate_;
  std::vector<std::unique_ptr<HostStages>> stages_;  // by HostId, made on first use
  std::vector<std::unique_ptr<VirtualNetwork>> networks_;
  std::map<std::pair<const Node*, PortIndex>, std::unique_ptr<Tap>> taps_;
  std::map<const Node*, std::unique_ptr<TunnelEndpoint>> tunnel_endpoints_;  // of lower vHosts
  Ledger retired_;
  std::uint64_t retired_fingerprint_ = 0;
  std::uint64_t retired_deliveries_ = 0;
  std::uint32_t vnis_ = 0;
};

template <typename Visit>
void Network::for_each_pipe(Visit visit) const {
  const auto pipe = [&](const Pipe& p) { visit(p); };
  for (const auto& stages : stages_) {
    if (stages) {
      stages->for_each(pipe);
    }
  }
  for (const auto& network : networks_) {
    for (const auto& link : network->links_) {
      for (const std::size_t d : {0U, 1U}) {
        visit(std::as_const(link->direction(d).pipe()));
        if (link->carriers[d] && link->carriers[d]->path() != nullptr) {
          visit(*link->carriers[d]->path());
        }
      }
    }
  }
}

template <typename Visit>
void Network::for_each_component(Visit visit) const {
  for_each_pipe(visit);
  for (const auto& [node, endpoint] : tunnel_endpoints_) {
    visit(*endpoint);
  }
  for (const auto& network : networks_) {
    for (const auto& node : network->nodes_) {
      visit(*node->entity);
    }
    for (const auto& link : network->links_) {
      for (const auto& tunnel : link->tunnels) {
        if (tunnel) {
          visit(*tunnel);
        }
      }
    }
  }
}

}  // namespace violin
