// How a vHost's datagrams reach its links: RFC 1122 section 3.3.1 (which way), RFC 791 (fragments),
// RFC 826 and RFC 1122 section 2.3.2 (whose MAC).

#include <algorithm>

#include "models/vhost/fragment.h"
#include "models/vhost/vhost.h"
#include "models/wire/arp.h"
#include "models/wire/big_endian.h"

namespace violin {
namespace {

constexpr std::uint32_t kMaxDatagram = 65535;
constexpr std::uint32_t kDefaultMtu = 576;  // RFC 1122 section 3.3.3, where nothing is known

// In front of a frame's IPv4 header.
void push_ethernet(Frame& frame, MacAddress source, MacAddress destination) {
  const auto at = frame.push_front(wire::EthernetHeader::kSize);
  wire::EthernetHeader{destination, source, wire::EtherType::kIpv4, {}}.serialize(at);
}

}  // namespace

std::optional<PortIndex> VHost::first_vnic() const {
  const auto first = std::ranges::find_if(vnics_, [](const VNic& v) { return v.mtu != 0; });
  if (first == vnics_.end()) {
    return std::nullopt;
  }
  return PortIndex{static_cast<std::uint32_t>(first - vnics_.begin())};
}

std::optional<Egress> VHost::egress_for(Ipv4Address destination) const {
  const HostRoute* route = routes_.find(destination);
  if (destination.is_broadcast() || destination.is_multicast()) {
    const bool routed = route != nullptr && destination.is_multicast();
    const auto port = routed ? std::optional(route->port) : first_vnic();
    if (!port) {
      return std::nullopt;
    }
    return Egress{
        *port,
        {},
        destination.is_broadcast() ? MacAddress::broadcast() : wire::group_address(destination)};
  }
  if (!is_single_host(destination)) {
    return std::nullopt;
  }
  if (route == nullptr) {
    return std::nullopt;
  }
  const bool broadcast = !route->gateway && destination == route->prefix.broadcast();
  return Egress{route->port, route->gateway.value_or(destination),
                broadcast ? MacAddress::broadcast() : MacAddress()};
}

std::optional<Ipv4Address> VHost::source_for(Ipv4Address destination) const {
  if (owns(destination)) {
    return destination;
  }
  const auto egress = egress_for(destination);
  if (!egress) {
    return std::nullopt;
  }
  return vnics_[to_index(egress->port)].address.address;
}

std::uint32_t VHost::path_mtu(Ipv4Address destination, TimePoint now) const {
  if (owns(destination)) {
    return kMaxDatagram;
  }
  const auto egress = egress_for(destination);
  if (!egress) {
    return kDefaultMtu;
  }
  const std::uint32_t mtu = vnics_[to_index(egress->port)].mtu;
  const auto learnt = path_mtu_ ? path_mtu_->find(destination, now) : std::nullopt;
  return std::min(mtu, learnt.value_or(mtu));
}

void VHost::send_datagram(wire::IpProtocol protocol, Ipv4Address source, Ipv4Address destination,
                          Frame payload, const IpSendOptions& options, TimePoint now) {
  require(payload.size().value + wire::Ipv4Header::kMinSize <= kMaxDatagram,
          "an IPv4 datagram has at most 65535 bytes");
  ++ledger_.originated;
  wire::Ipv4Header header;
  header.tos = options.tos;
  header.total_length =
      static_cast<std::uint16_t>(wire::Ipv4Header::kMinSize + payload.size().value);
  header.identification = ++identification_;
  header.dont_fragment = options.dont_fragment;
  header.ttl = options.ttl;
  header.protocol = protocol;
  header.source = source;
  header.destination = destination;
  header.serialize(payload.push_front(header.size()));
  if (owns(destination)) {
    push_ethernet(payload, {}, {});
    deferred().local.push_back(std::move(payload));
  } else if (const auto egress = egress_for(destination)) {
    send_out(*egress, header, std::move(payload), now);
  } else {
    push_ethernet(payload, {}, {});
    ledger_.drop(std::move(payload), Drop::kNoRoute);
  }
}

void VHost::send_out(const Egress& egress, const wire::Ipv4Header& header, Frame datagram,
                     TimePoint now) {
  const std::uint32_t mtu = vnics_[to_index(egress.port)].mtu;
  if (header.total_length <= mtu) {
    send_on_link(egress, std::move(datagram), now);
  } else if (header.dont_fragment) {
    push_ethernet(datagram, vnics_[to_index(egress.port)].mac, {});
    ledger_.drop(std::move(datagram), Drop::kFragmentationNeeded);
  } else {
    std::vector<Frame> fragments = fragment(header, datagram, mtu);
    datagram.reset();
    ledger_.replicated += fragments.size() - 1;
    for (Frame& piece : fragments) {
      send_on_link(egress, std::move(piece), now);
    }
  }
}

void VHost::send_on_link(const Egress& egress, Frame datagram, TimePoint now) {
  const PortIndex port = egress.port;
  push_ethernet(datagram, vnics_[to_index(port)].mac,
                egress.to_many() ? egress.group : MacAddress::broadcast());
  if (egress.to_many()) {
    transmit(port, std::move(datagram), now);
    return;
  }
  NeighborCache& cache = neighbors(port);
  if (const auto known = cache.find(egress.next_hop, now)) {
    send_to_mac(port, *known, std::move(datagram), now);
    return;
  }
  const NeighborAnswer answer = cache.lookup(egress.next_hop, now);
  if (answer.mac) {
    send_to_mac(port, *answer.mac, std::move(datagram), now);
  } else if (Frame displaced = cache.wait(egress.next_hop, std::move(datagram))) {
    ledger_.drop(std::move(displaced), Drop::kNeighborQueueFull);
  }
  arm_neighbor_timer();
  if (answer.request) {
    ask(port, *answer.request, now);
  }
}

void VHost::send_to_mac(PortIndex port, MacAddress mac, Frame frame, TimePoint now) {
  wire::store48(frame.writable().data(), mac.bits());
  transmit(port, std::move(frame), now);
}

bool VHost::send_stamped(const UdpPath& path, Frame& payload, TimePoint now) {
  const Egress& egress = path.egress();
  const VNic& vnic = vnics_[to_index(egress.port)];
  if (payload.size().value + 28 > vnic.mtu) {
    return false;
  }
  const auto mac = egress.to_many() ? std::optional(egress.group)
                   : vnic.neighbors ? vnic.neighbors->find(egress.next_hop, now)
                                    : std::nullopt;
  if (!mac) {
    return false;
  }
  ++ledger_.originated;
  path.stamp(payload, ++identification_, *mac);
  transmit(egress.port, std::move(payload), now);
  return true;
}

void VHost::send_arp(PortIndex port, const wire::ArpPacket& packet, MacAddress destination,
                     TimePoint now) {
  ++ledger_.originated;
  Frame frame = kernel_.frames().make(wire::EthernetHeader::kSize + wire::ArpPacket::kSize);
  const auto bytes = frame.writable();
  wire::EthernetHeader{destination, packet.sender_mac, wire::EtherType::kArp, {}}.serialize(bytes);
  packet.serialize(bytes.subspan(wire::EthernetHeader::kSize));
  transmit(port, std::move(frame), now);
}

void VHost::ask(PortIndex port, const NeighborRequest& request, TimePoint now) {
  const VNic& vnic = vnics_[to_index(port)];
  send_arp(port, arp_request(vnic.mac, vnic.address.address, request.target), request.destination,
           now);
}

void VHost::announce(PortIndex port, TimePoint now) {
  require(exists(port), "a vNIC that is announced exists");
  const VNic& vnic = vnics_[to_index(port)];
  send_arp(port, arp_announcement(vnic.mac, vnic.address.address), MacAddress::broadcast(), now);
}

void VHost::arm_neighbor_timer() {
  TimePoint due = kNever;
  for (const VNic& vnic : vnics_) {
    due = std::min(due, vnic.neighbors ? vnic.neighbors->due() : kNever);
  }
  if (due == kNever) {
    if (neighbor_timer_) {
      neighbor_timer_->cancel();
    }
    return;
  }
  if (!neighbor_timer_) {
    neighbor_timer_ = std::unique_ptr<Timer>(
        new Timer(Timer::calling<&VHost::expire_neighbors>(kernel_, origin_, *this)));
  }
  if (!neighbor_timer_->armed() || neighbor_timer_->due() != due) {
    neighbor_timer_->arm(due);
  }
}

void VHost::expire_neighbors() {
  const TimePoint now = kernel_.now();
  for (std::uint32_t i = 0; i < vnics_.size(); ++i) {
    if (!vnics_[i].neighbors) {
      continue;
    }
    NeighborWork work = vnics_[i].neighbors->expire(now);
    for (const NeighborRequest& request : work.requests) {
      ask(PortIndex{i}, request, now);
    }
    for (WaitingFrame& waiting : work.unresolved) {
      report_unresolved(waiting.frame, now);
      ledger_.drop(std::move(waiting.frame), Drop::kNeighborUnresolved);
    }
  }
  arm_neighbor_timer();
}

// RFC 1122 section 2.4: the transport learns of it as of "host unreachable" from the host itself.
void VHost::report_unresolved(const Frame& frame, TimePoint now) {
  const auto quoted = QuotedDatagram::parse(frame.bytes().subspan(wire::EthernetHeader::kSize));
  if (quoted) {
    tell_sender(IcmpProblem::unreachable(wire::UnreachableCode::kHost), quoted->header.source,
                *quoted, now);
  }
}

}  // namespace violin
