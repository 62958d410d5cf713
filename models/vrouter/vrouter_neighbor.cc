// ARP: RFC 826 and RFC 1122 section 2.3.2, which RFC 1812 section 3.3.2 asks of routers too.

#include <algorithm>

#include "models/vrouter/vrouter.h"
#include "models/wire/arp.h"
#include "models/wire/big_endian.h"

namespace violin {

namespace {

constexpr std::size_t kLink = wire::EthernetHeader::kSize;

}  // namespace

void VRouter::take_arp(PortIndex port, Frame frame, std::size_t offset, TimePoint now) {
  const auto packet = wire::ArpPacket::parse(frame.bytes().subspan(offset));
  if (!packet) {
    ledger_.drop(std::move(frame), packet.reason());
    return;
  }
  Interface& interface = at(port);
  const Ipv4Address own = interface.config.address.address;
  if (packet->sender_ip == own) {  // somebody else claims it
    ledger_.drop(std::move(frame), Drop::kBadFrame);
    return;
  }
  const bool for_us = packet->target_ip == own;
  ledger_.consume(std::move(frame));
  std::vector<WaitingFrame> waiting = interface.neighbors.receive(*packet, for_us, now);
  neighbors_changed(interface);
  arm_neighbor_timer();
  if (for_us && packet->operation == wire::ArpPacket::Operation::kRequest) {
    send_arp(port, arp_reply(*packet, interface.config.mac), packet->sender_mac, now);
  }
  for (WaitingFrame& ready : waiting) {
    send_to_mac(port, packet->sender_mac, std::move(ready.frame), now);
  }
}

// The frame has room for the link header in front.
void VRouter::send_to_neighbor(PortIndex egress, Ipv4Address next_hop, Frame frame,
                               PortIndex origin, TimePoint now) {
  if (!plugged(egress)) {
    ledger_.drop(std::move(frame), Drop::kDetached);
    return;
  }
  Interface& interface = at(egress);
  const NeighborAnswer answer = interface.neighbors.lookup(next_hop, now);
  neighbors_changed(interface);
  if (answer.mac) {
    send_to_mac(egress, *answer.mac, std::move(frame), now);
  } else {
    wire::EthernetHeader{.source = interface.config.mac}.serialize(frame.writable());
    const auto tag = static_cast<std::uint32_t>(origin);
    if (Frame displaced = interface.neighbors.wait(next_hop, std::move(frame), tag)) {
      ledger_.drop(std::move(displaced), Drop::kNeighborQueueFull);
    }
  }
  if (answer.request) {  // after the frame waits: the answer may come within this call
    ask(egress, *answer.request, now);
  }
  arm_neighbor_timer();
}

void VRouter::send_to_mac(PortIndex egress, MacAddress mac, Frame frame, TimePoint now) {
  wire::EthernetHeader{.destination = mac, .source = at(egress).config.mac}.serialize(
      frame.writable());
  transmit(egress, std::move(frame), now);
}

void VRouter::send_arp(PortIndex port, const wire::ArpPacket& packet, MacAddress destination,
                       TimePoint now) {
  Frame frame = kernel_.frames().make(kLink + wire::ArpPacket::kSize);
  const auto bytes = frame.writable();
  wire::EthernetHeader{.destination = destination,
                       .source = at(port).config.mac,
                       .type = wire::EtherType::kArp,
                       .tag = {}}
      .serialize(bytes);
  packet.serialize(bytes.subspan(kLink));
  ++ledger_.originated;
  transmit(port, std::move(frame), now);
}

void VRouter::ask(PortIndex port, const NeighborRequest& request, TimePoint now) {
  const RouterInterface& own = at(port).config;
  send_arp(port, arp_request(own.mac, own.address.address, request.target), request.destination,
           now);
}

void VRouter::announce(PortIndex port, TimePoint now) {
  const RouterInterface& own = interface(port);
  send_arp(port, arp_announcement(own.mac, own.address.address), MacAddress::broadcast(), now);
}

void VRouter::add_neighbor(PortIndex port, Ipv4Address address, MacAddress mac) {
  require(exists(port), "a neighbor is added to an interface that exists");
  Interface& interface = at(port);
  for (WaitingFrame& ready : interface.neighbors.add_static(address, mac)) {
    send_to_mac(port, mac, std::move(ready.frame), kernel_.now());
  }
  neighbors_changed(interface);
  arm_neighbor_timer();
}

void VRouter::neighbors_changed(Interface& interface) {
  if (interface.neighbors.version() != interface.neighbor_version) {
    interface.neighbor_version = interface.neighbors.version();
    new_epoch();
  }
}

void VRouter::arm_neighbor_timer() {
  TimePoint due = kNever;
  for (const auto& interface : interfaces_) {
    if (interface) {
      due = std::min(due, interface->to_announce ? kernel_.now() : interface->neighbors.due());
    }
  }
  if (due == kNever) {
    neighbor_timer_.cancel();
  } else if (!neighbor_timer_.armed() || neighbor_timer_.due() != due) {
    neighbor_timer_.arm(due);
  }
}

void VRouter::on_neighbor_timer() {
  const TimePoint now = kernel_.now();
  for (std::uint32_t i = 0; i < interfaces_.size(); ++i) {
    const PortIndex port{i};
    if (!exists(port)) {
      continue;
    }
    if (std::exchange(at(port).to_announce, false)) {
      announce(port, now);
    }
    NeighborWork work = at(port).neighbors.expire(now);
    neighbors_changed(at(port));
    for (const NeighborRequest& request : work.requests) {
      ask(port, request, now);
    }
    for (WaitingFrame& waiting : work.unresolved) {
      report_unresolved(std::move(waiting), now);
    }
  }
  arm_neighbor_timer();
}

// RFC 1812 section 5.2.7.1: the host is unreachable.
void VRouter::report_unresolved(WaitingFrame waiting, TimePoint now) {
  const PortIndex ingress{waiting.tag};
  Frame& frame = waiting.frame;
  const auto header =
      wire::Ipv4Header::parse(frame.bytes().subspan(kLink), frame.size().value - kLink);
  require(static_cast<bool>(header), "a datagram that waits is a good one");
  if (exists(ingress)) {
    refuse({{std::move(frame), kLink}, *header, ingress, false},
           IcmpProblem::unreachable(wire::UnreachableCode::kHost), Drop::kNeighborUnresolved, now);
  } else {  // originated here, or by an interface that is gone
    ledger_.drop(std::move(frame), Drop::kNeighborUnresolved);
  }
}

}  // namespace violin
