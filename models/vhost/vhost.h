// A virtual host: an IPv4 end system with one or more vNICs, its applications on top.
//
//     apps      UdpSocket   EchoSocket   TCP (a TransportProtocol, installed on first use)
//                  |            |            |
//               ports      identifiers   protocols     on_datagram / on_echo_reply / on_segment
//     ---------------------------------------------
//     IPv4      routes, reassembly, fragmentation, path MTU, ICMP      IpOutput
//     ---------------------------------------------
//     vNIC      MAC, address, MTU, ARP (NeighborCache)
//                  |
//               cable
//
// Sources: RFC 1122 (requirements for hosts) with RFC 791, 792, 768, 826, 1191. It is a host: it
// never forwards. Weak end system model (RFC 1122 section 3.3.4.2): each address of its is good at
// any vNIC. Multicast by RFC 1112, but without IGMP: switches and routers are told of members by
// whoever sets them up. Not supported: ICMP redirects and timestamps, source routes, IPv6.
//
// An idle host is its vNICs and routes (about half a KB); all else is made by its first use.
// Applications, sockets and protocols belong to their owners and go before the host.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/entity/entity.h"
#include "models/neighbor/neighbor_cache.h"
#include "models/vhost/echo_socket.h"
#include "models/vhost/fragment_intake.h"
#include "models/vhost/host_groups.h"
#include "models/vhost/host_routes.h"
#include "models/vhost/icmp_error.h"
#include "models/vhost/ip_output.h"
#include "models/vhost/path_mtu.h"
#include "models/vhost/port_table.h"
#include "models/vhost/transport.h"
#include "models/vhost/udp_socket.h"
#include "models/vhost/vhost_config.h"

namespace violin {

class VHost final : public Entity, public IpOutput {
 public:
  // `config` outlives the host and does not change.
  VHost(Kernel& kernel, std::string name, const VHostConfig& config = kDefaultVHostConfig);
  VHost(Kernel& kernel, std::string name, VHostConfig&& config) = delete;
  ~VHost() override;

  // --- vNICs and routes; all may change while frames flow

  // Adds a vNIC and the route to its subnet; ports of removed vNICs are used again. Throws
  // std::invalid_argument, naming host and vNIC, if the name, MAC or address is taken on this host,
  // the address is none of a single host in its subnet, the MAC is no station's, or the MTU is out
  // of range.
  PortIndex add_vnic(const VNicConfig& config);
  // Its routes go with it; frames that wait for ARP there are dropped as kDetached.
  void remove_vnic(PortIndex port);
  // The cable stays. Routes whose gateway is not in the new subnet go, and frames that wait for ARP
  // there are dropped as kNeighborUnresolved. Throws as add_vnic().
  void set_address(PortIndex port, Ipv4Interface address);
  // Of a vNIC that exists.
  VNicConfig vnic(PortIndex port) const;
  std::optional<PortIndex> find_vnic(std::string_view name) const;
  // The vNIC's neighbors; made by the first call.
  NeighborCache& neighbors(PortIndex port);

  // Throw std::invalid_argument, naming the host, if the gateway is in no vNIC's subnet or its own.
  void add_route(Ipv4Prefix prefix, Ipv4Address gateway);
  void set_default_gateway(Ipv4Address gateway);  // replaces the one before
  bool remove_route(Ipv4Prefix prefix, Ipv4Address gateway);
  const std::vector<HostRoute>& routes() const { return routes_.all(); }

  // True for an address of a vNIC, and for 127.0.0.0/8.
  bool owns(Ipv4Address address) const;
  // Takes what is sent to the group (224.0.0.0/4) at that vNIC from now on, until it is left as
  // often as it was joined.
  void join(PortIndex port, Ipv4Address group);
  void leave(PortIndex port, Ipv4Address group);
  // Broadcasts a gratuitous ARP.
  void announce(PortIndex port, TimePoint now);

  // --- transport protocols

  HostServices services() { return {kernel_, origin_, ledger_, *this, name()}; }
  // nullptr if it is not installed: such datagrams are answered with "protocol unreachable".
  TransportProtocol* transport(wire::IpProtocol protocol) const;
  // Throws std::logic_error for UDP, ICMP and what is installed already.
  TransportProtocol& install(wire::IpProtocol protocol,
                             std::unique_ptr<TransportProtocol> transport);

  // --- Entity

  // What was learnt at a port is forgotten when its cable goes.
  void plug(PortIndex port, Attachment egress) override;
  void unplug(PortIndex port) override;
  void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override;
  // Sockets stay; the host may be used again afterwards.
  void abandon(Drop reason) override;
  std::uint64_t queued() const override;

  // --- IpOutput

  void send_datagram(wire::IpProtocol protocol, Ipv4Address source, Ipv4Address destination,
                     Frame payload, const IpSendOptions& options, TimePoint now) override;
  std::optional<Ipv4Address> source_for(Ipv4Address destination) const override;
  std::uint32_t path_mtu(Ipv4Address destination, TimePoint now) const override;

 private:
  friend class UdpSocket;
  friend class EchoSocket;

  struct VNic {
    std::string name;
    MacAddress mac;
    Ipv4Interface address;
    std::uint32_t mtu = 0;  // 0: no vNIC at this port
    std::unique_ptr<NeighborCache> neighbors;
  };
  // How a datagram came.
  struct Arrival {
    const wire::Ipv4Header& header;
    bool to_many;  // broadcast or multicast
  };
  struct Sockets {
    PortTable<UdpReceiver> udp;
    PortTable<EchoSocket> echo;
  };
  // What is due at once, but not inside the call that caused it.
  struct Deferred {
    Timer timer;
    std::vector<Frame> local;  // from this host to itself
    std::vector<PortIndex> announcements;
  };
  struct Installed {
    wire::IpProtocol protocol;
    std::unique_ptr<TransportProtocol> transport;
  };

  // vhost.cc
  bool exists(PortIndex port) const;
  void check(const VNicConfig& config, const VNic* except) const;
  PortIndex port_towards(Ipv4Address gateway) const;
  void forget_neighbors(VNic& vnic, Drop reason);
  Deferred& deferred();
  void run_deferred();

  // vhost_input.cc
  bool takes(PortIndex port, MacAddress destination) const;
  bool is_member(PortIndex port, Ipv4Address group) const;
  void take_frame(PortIndex port, Frame frame, TimePoint now);
  void take_arp(PortIndex port, Frame frame, std::size_t at, TimePoint now);
  void take_packet(PortIndex port, bool link_group, IpPacket packet, TimePoint now);
  void take_fragment(const wire::Ipv4Header& ip, IpPacket packet, bool to_many, TimePoint now);
  FragmentIntake& fragments();
  void deliver(const Arrival& arrival, IpPacket packet, TimePoint now);
  void deliver_udp(const Arrival& arrival, IpPacket packet, TimePoint now);
  void deliver_transport(const Arrival& arrival, IpPacket packet, TimePoint now);
  void refuse(const Arrival& arrival, IpPacket packet, const IcmpProblem& problem, Drop reason,
              TimePoint now);

  // vhost_icmp.cc
  void deliver_icmp(const Arrival& arrival, IpPacket packet, TimePoint now);
  void answer_echo(const wire::Ipv4Header& ip, IpPacket packet, TimePoint now);
  void take_echo_reply(const wire::Ipv4Header& ip, const wire::IcmpHeader& icmp, IpPacket packet,
                       TimePoint now);
  void take_error(const wire::Ipv4Header& ip, const wire::IcmpHeader& icmp, IpPacket packet,
                  TimePoint now);
  void tell_sender(const IcmpProblem& problem, Ipv4Address reporter, const QuotedDatagram& quoted,
                   TimePoint now);

  // vhost_output.cc
  std::optional<PortIndex> first_vnic() const;
  std::optional<Egress> egress_for(Ipv4Address destination) const;
  bool send_stamped(const UdpPath& path, Frame& payload, TimePoint now);
  void send_out(const Egress& egress, const wire::Ipv4Header& header, Frame datagram,
                TimePoint now);
  void send_on_link(const Egress& egress, Frame datagram, TimePoint now);
  void send_to_mac(PortIndex port, MacAddress mac, Frame frame, TimePoint now);
  void send_arp(PortIndex port, const wire::ArpPacket& packet, MacAddress destination,
                TimePoint now);
  void ask(PortIndex port, const NeighborRequest& request, TimePoint now);
  void arm_neighbor_timer();
  void expire_neighbors();
  void report_unresolved(const Frame& frame, TimePoint now);

  // What most datagrams touch comes first.
  std::vector<VNic> vnics_;
  std::uint32_t route_version_ = 1;   // changes with vNICs and routes
  std::uint16_t identification_ = 0;  // of the last datagram
  Sockets sockets_;
  const VHostConfig& config_;
  HostRoutes routes_;
  std::unique_ptr<PathMtuCache> path_mtu_;
  std::unique_ptr<FragmentIntake> fragments_;
  std::unique_ptr<HostGroups> groups_;
  std::unique_ptr<Deferred> deferred_;
  std::unique_ptr<Timer> neighbor_timer_;
  std::vector<Installed> transports_;
};

}  // namespace violin
