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
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/kernel.h"
#include "models/entity/capture_tap.h"
#include "models/substrate/substrate.h"
#include "scenarios/build/host_stages.h"
#include "scenarios/build/underlay.h"
#include "scenarios/build/virtual_network.h"

namespace violin {

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
  // (kMigrating). Live, and without downtime, a vSwitch or vRouter is handed over (handover.h),
  // which goes on after this has returned, one such move after another. Whatever changes the
  // entity or its links meanwhile brings the hand-over to its end first.
  void migrate(Node& node, Placement place, Duration downtime);
  // Whether it is being handed over, or is going to be.
  bool moving(const Node& node) const;
  void fail_host(HostId host);
  void restore_host(HostId host);

  // After changes of the substrate: follows its delays, losses and limits.
  void follow_substrate();
  // Leads what a vHost of ours sends to a multicast group to these vHosts of its VIOLIN, from now
  // on and after each change of the topology or the routes. At most one at a time to a source and
  // address. Ends by itself when the source is removed.
  HostGroup& open_group(Node& source, Ipv4Address address, std::span<Node* const> members);
  void close_group(const Node& source, Ipv4Address address);
  // Computes the static routes of a network with automatic routing now, or after its convergence
  // time.
  void compute_routes(VirtualNetwork& network);

  // --- live

  // From now on the underlay carries what passes between overlay hosts. If `emulate`, after the
  // substrate's delays, losses and limits; otherwise these are the underlay's own. What is in
  // flight arrives. The underlay outlives the network. Once.
  void go_live(Underlay& underlay, bool emulate);
  // The stack of the vHost or vRouter is outside from now on, behind the outlet that stands for it:
  // at the same ports and cables. Nothing of the model remains, so nothing may use it
  // (applications), and none of its vNICs is captured.
  Outlet& move_outside(Node& node);

  // The way into the entity for who stays outside of the network's own links.
  Entrance& entrance(Node& node);

  // --- observation

  // Captures what passes the vNIC, in both directions, and what its entity and the link towards it
  // drop. The writer outlives the network.
  void capture(Node& node, PortIndex port, PcapngWriter& writer);
  bool captured(const Node& node, PortIndex port) const { return taps_.contains({&node, port}); }
  // Of a vNIC that is captured.
  void end_capture(const Node& node, PortIndex port);
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
  friend class Handover;
  friend class Turn;
  struct Tap;
  struct Move {
    Node* node;
    HostId to;
  };

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
  // Where that end of the link's direction is now.
  HostId host_of(const VirtualLink& link, std::size_t direction, std::size_t end) const;
  // Where frames of that direction go at its end.
  Attachment entry(const VirtualLink& link, std::size_t direction);
  // Frames that the entity sends there go into `cable`.
  void plug(const LinkEnd& end, Attachment cable);
  // Puts another object of the same name into the place of the node's entity. Returns the old one.
  std::unique_ptr<Entity> replace(Node& node, std::unique_ptr<Entity> entity);
  bool can_hand_over(const Node& node, const Placement& place, Duration downtime) const;
  void begin_next_move();
  void end_move(Drop reason);
  // Ends the re-pointing of the node's links at once, if it is being handed over.
  void settle(Node& node);
  // The same, for all of it: the old object is gone then. And forgets moves that were to come.
  void finish_move(Node& node);
  bool hosts_up(const Placement& place) const;
  static bool host_migrates(const Placement& place);
  void refresh_host_state();
  // Where frames go after what the substrate does to them.
  Attachment beyond(VirtualLink& link, std::size_t direction);
  HostStages& stages_of(HostId host);
  void announce(const LinkEnd& end);
  void plug_taps(VirtualLink& link);
  void end_tap(const Node& node, PortIndex port);
  Attachment last_hop(const LinkEnd& end);
  void withdraw(VirtualLink& link, Drop reason);
  void retire(const Pipe& pipe);
  void topology_changed(VirtualNetwork& network);
  void visit_handover(const std::function<void(const Component&)>& visit) const;
  static void renew_groups(VirtualNetwork& network);
  void leave_groups(const Node& node);

  Kernel& kernel_;
  EventOrigin origin_;
  Substrate substrate_;
  Underlay* underlay_ = nullptr;  // live
  bool emulated_ = true;          // the substrate acts on links; not on a real underlay
  std::vector<std::unique_ptr<HostStages>> stages_;  // by HostId, made on first use
  std::vector<std::unique_ptr<VirtualNetwork>> networks_;
  std::map<std::pair<const Node*, PortIndex>, std::unique_ptr<Tap>> taps_;
  std::map<const Node*, std::unique_ptr<TunnelEndpoint>> tunnel_endpoints_;  // of lower vHosts
  Ledger retired_;
  std::uint64_t retired_fingerprint_ = 0;
  std::uint64_t retired_deliveries_ = 0;
  std::uint32_t vnis_ = 0;
  std::unique_ptr<Handover> handover_;  // one at a time
  std::vector<Move> moves_;             // that wait for it
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
  if (underlay_ != nullptr) {
    underlay_->for_each_component([&](const Component& component) { visit(component); });
  }
  visit_handover([&](const Component& component) { visit(component); });
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
