// A virtual router: forwards IPv4 between its interfaces, over real header bytes.
//
//   frame -> Ethernet -> IPv4 -> for us? -> martians, TTL -> FIB -> MTU -> TTL, checksum
//              |ARP                 |local                                     |
//        NeighborCache          ICMP echo, sinks                NeighborCache -> MAC -> egress
//
// Sources: RFC 1812 (requirements for routers), RFC 791, 792, 826, 1191 (next-hop MTU), 1624
// (checksum update), 2644 (directed broadcasts stay out), 5227 (announcements).
// Departs from RFC 1812: ICMP errors carry the address of the interface at which the datagram came
// in (not the one by which the error leaves), as traceroute users expect; source-routed datagrams
// are dropped in silence (kUnsupported); no redirects, no parameter problem other than for options,
// an echo request that was broadcast is not answered, an echo reply carries no options. Multicast
// takes the routes that it is given (multicast_route.h); without one it is kUnsupported.
//
// Frames that are answered with an ICMP error are dropped by their reason, and the error is
// originated; an echo request is consumed and the reply originated. A datagram that is fragmented
// counts as one frame of which further handles were replicated.
//
// Interfaces and routes may change at any time, but not inside a call of receive().
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/token_bucket.h"
#include "models/entity/entity.h"
#include "models/neighbor/neighbor_cache.h"
#include "models/vhost/fragment_intake.h"
#include "models/vhost/icmp_error.h"
#include "models/vrouter/destination_cache.h"
#include "models/vrouter/local_delivery.h"
#include "models/vrouter/multicast_route.h"
#include "models/vrouter/route_table.h"

namespace violin {

// Shared by any number of routers.
struct VRouterConfig {
  NeighborConfig neighbor{};
  ReassemblyConfig reassembly{};             // of fragments addressed to the router
  FrameRate icmp_errors{1000};               // RFC 1812 section 4.3.2.8; 0 for none
  std::uint32_t icmp_error_burst = 50;       // at least 1
  std::uint8_t ttl = 64;                     // of what it originates
  bool announce_on_plug = true;              // gratuitous ARP when a cable is plugged
  bool forward_directed_broadcasts = false;  // RFC 2644
};
inline constexpr VRouterConfig kDefaultVRouterConfig{};

struct VRouterState;  // vrouter_state.h
struct VRouterHoldings;

struct RouterInterface {
  std::string name;
  MacAddress mac;
  Ipv4Interface address;
  std::uint32_t mtu = 1500;  // of IPv4 datagrams, 68..65535
};

class alignas(64) VRouter final : public Entity {
 public:
  // `config` outlives the router and does not change.
  VRouter(Kernel& kernel, std::string name, const VRouterConfig& config = kDefaultVRouterConfig);
  VRouter(Kernel& kernel, std::string name, VRouterConfig&& config) = delete;
  ~VRouter() override;

  // --- interfaces

  // Adds an interface with the route to its subnet; ports of removed ones are used again. Throws
  // std::invalid_argument, naming router and interface, if the name, MAC or address is taken on
  // this router, the address is none of a single host in its subnet, the MAC is no station's, or
  // the MTU is out of range.
  PortIndex add_interface(const RouterInterface& interface);
  // Every route through it goes; frames that wait for ARP there are dropped as kDetached.
  void remove_interface(PortIndex port);
  // Configured routes whose gateway is not in the new subnet go. Throws as add_interface().
  void set_address(PortIndex port, Ipv4Interface address);
  // Of an interface that exists.
  const RouterInterface& interface(PortIndex port) const;
  std::optional<PortIndex> find_interface(std::string_view name) const;
  bool owns(Ipv4Address address) const;

  // A neighbor that is never asked for.
  void add_neighbor(PortIndex port, Ipv4Address address, MacAddress mac);
  const NeighborCache& neighbors(PortIndex port) const;
  // Broadcasts a gratuitous ARP.
  void announce(PortIndex port, TimePoint now);

  // --- routes

  // A configured route. Of several for one prefix the one with the least metric is used. Throw
  // std::invalid_argument, naming the router, if no interface's subnet has the gateway, or it is an
  // address of the router.
  void add_route(Ipv4Prefix prefix, Ipv4Address gateway, std::uint32_t metric = 0);
  // Over an interface: to the gateway, or to the destination as a neighbor.
  void add_route(Ipv4Prefix prefix, PortIndex egress, std::optional<Ipv4Address> gateway = {},
                 std::uint32_t metric = 0);
  // Removes the prefix's configured routes; false if there is none.
  bool remove_route(Ipv4Prefix prefix);
  // Replaces all routes that an earlier call gave; each leads out of an interface that exists. They
  // come after connected and configured ones for the same prefix.
  void set_computed_routes(std::span<const Route> routes);
  const RouteTable& routes() const { return routes_; }
  // Replaces the group's; at most one to a source. Those from an interface that is removed go with
  // it.
  void set_multicast_routes(Ipv4Address group, std::span<const MulticastRoute> routes);

  // --- the router as a station

  // `sink` outlives the router or is replaced by nullptr. The sink for ICMP gets what is no echo
  // request; that for another protocol gets group-addressed datagrams too.
  void attach(wire::IpProtocol protocol, LocalDelivery* sink);
  // Sends a datagram of the router's own, IPv4 header first, with headroom for Ethernet.
  void originate(Frame datagram, TimePoint now);
  // For headers of what is originated: each call another one.
  std::uint16_t next_identification() { return ++identification_; }

  // --- moving to another overlay host

  // Everything that decides what becomes of its next frame, as a value. A router that is new is
  // made one that decides the same, with the same ports (std::logic_error if it has interfaces).
  VRouterState state() const;
  void restore(const VRouterState& state);
  // Gives up all that is no value: frames that wait, fragments, sinks. From now on it forwards
  // datagrams that need nothing but a known neighbor, and hands any other frame, as it came and to
  // the same port, to the successor, which decides for both. That outlives it.
  VRouterHoldings retire(FrameSink& successor);
  // Takes what a predecessor held whose state was restored here.
  void take(VRouterHoldings holdings);
  const VRouterConfig& config() const { return config_; }

  // --- Entity

  // What was learnt at a port is forgotten when its cable goes.
  void plug(PortIndex port, Attachment egress) override;
  void unplug(PortIndex port) override;
  void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override;
  // Routes and interfaces stay; the router may be used again afterwards.
  void abandon(Drop reason) override;
  std::uint64_t queued() const override;

 private:
  struct Interface {
    Interface(const RouterInterface& settings, const NeighborConfig& arp)
        : config(settings), neighbors(arp) {}
    RouterInterface config;
    NeighborCache neighbors;
    std::uint32_t neighbor_version = 0;  // as of the present epoch
    bool to_announce = false;
  };
  struct Sink {
    wire::IpProtocol protocol;
    LocalDelivery* delivery;
  };
  class Kept;
  struct Ahead;

  // vrouter.cc
  bool exists(PortIndex port) const {
    return to_index(port) < stations_.size() && !stations_[to_index(port)].is_zero();
  }
  Interface& at(PortIndex port) { return *interfaces_[to_index(port)]; }
  const Interface& at(PortIndex port) const { return *interfaces_[to_index(port)]; }
  PortIndex free_port() const;
  void forget_neighbors(Interface& interface, Drop reason);
  void new_epoch() { ++epoch_; }

  // vrouter_routes.cc
  void check(const RouterInterface& interface, std::optional<PortIndex> except) const;
  PortIndex port_towards(Ipv4Prefix prefix, Ipv4Address gateway) const;
  void add_own_routes(PortIndex port);
  void remove_routes(const std::function<bool(const Route&)>& gone);

  // vrouter_forward.cc
  void forward_burst(PortIndex port, std::span<Frame> burst, TimePoint now);
  void look_ahead(std::span<const Frame> burst, Ahead& ahead) const;
  const Forwarding* forward_plain(MacAddress station, Frame& frame, const NextHop* const* ahead,
                                  TimePoint now);
  const Forwarding* look_up(Ipv4Address destination, const NextHop* hop, TimePoint now);
  void take_frame(PortIndex port, Frame frame, TimePoint now);
  void leave_to_successor(PortIndex port, Frame frame, TimePoint now);
  void take_datagram(ReceivedDatagram datagram, TimePoint now);
  void route(ReceivedDatagram datagram, TimePoint now);
  void forward(ReceivedDatagram datagram, const NextHop& hop, TimePoint now);
  void send_through(const NextHop& hop, const wire::Ipv4Header& header, Frame frame,
                    PortIndex origin, TimePoint now);

  // vrouter_multicast.cc
  const MulticastRoute* multicast_route(const wire::Ipv4Header& header) const;
  void forward_to_group(ReceivedDatagram datagram, const MulticastRoute& route, TimePoint now);
  void send_to_group(const wire::Ipv4Header& header, Frame frame, PortIndex egress, TimePoint now);

  // vrouter_neighbor.cc
  void take_arp(PortIndex port, Frame frame, std::size_t offset, TimePoint now);
  void send_to_neighbor(PortIndex egress, Ipv4Address next_hop, Frame frame, PortIndex origin,
                        TimePoint now);
  void send_to_mac(PortIndex egress, MacAddress mac, Frame frame, TimePoint now);
  void send_arp(PortIndex port, const wire::ArpPacket& packet, MacAddress destination,
                TimePoint now);
  void ask(PortIndex port, const NeighborRequest& request, TimePoint now);
  void neighbors_changed(Interface& interface);
  void arm_neighbor_timer();
  void on_neighbor_timer();
  void report_unresolved(WaitingFrame waiting, TimePoint now);

  // vrouter_local.cc
  void deliver(ReceivedDatagram datagram, TimePoint now);
  void deliver_to(LocalDelivery* sink, ReceivedDatagram datagram, TimePoint now);
  void take_fragment(ReceivedDatagram datagram, TimePoint now);
  FragmentIntake& fragments();
  void give_up(FragmentIntake::Datagram first, TimePoint now);
  void take_icmp(ReceivedDatagram datagram, TimePoint now);
  void answer_echo(ReceivedDatagram datagram, TimePoint now);
  LocalDelivery* sink_of(wire::IpProtocol protocol) const;
  void refuse(ReceivedDatagram datagram, const IcmpProblem& problem, Drop reason, TimePoint now);
  void tell_source(const ReceivedDatagram& datagram, const IcmpProblem& problem, TimePoint now);
  void send_own(wire::Ipv4Header header, Frame payload, TimePoint now);

  // What a plain frame touches comes first.
  std::uint64_t epoch_ = 1;           // changes with interfaces, routes and neighbors
  std::vector<MacAddress> stations_;  // own ones by port; zero where there is no interface
  DestinationCache destinations_;
  const VRouterConfig& config_;
  std::vector<std::unique_ptr<Interface>> interfaces_;  // by port; addresses outlive additions
  RouteTable routes_;
  std::vector<MulticastRoute> multicast_routes_;  // by group, then source
  std::vector<Frame> scratch_;                    // of Kept
  std::vector<Sink> sinks_;
  TokenBucket icmp_errors_;
  std::uint16_t identification_ = 0;  // of the last datagram that it originated
  Timer neighbor_timer_;
  std::unique_ptr<FragmentIntake> fragments_;
  FrameSink* successor_ = nullptr;  // once it is retired
};

}  // namespace violin
