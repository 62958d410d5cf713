// What a vHost does with frames that arrive: RFC 826, RFC 1122 sections 3.2 and 3.3.

#include <algorithm>

#include "core/prefetch.h"
#include "models/vhost/vhost.h"
#include "models/wire/arp.h"
#include "models/wire/big_endian.h"
#include "models/wire/checksum.h"
#include "models/wire/udp.h"

namespace violin {

void VHost::receive(PortIndex port, std::span<Frame> burst, TimePoint now) {
  ledger_.in += burst.size();
  for (Frame& frame : burst) {
    take_frame(port, std::move(frame), now);
  }
}

void VHost::take_frame(PortIndex port, Frame frame, TimePoint now) {
  if (!exists(port)) [[unlikely]] {
    ledger_.drop(std::move(frame), Drop::kDetached);
    return;
  }
  const auto ethernet = wire::EthernetHeader::parse(frame.bytes());
  if (!ethernet) [[unlikely]] {
    ledger_.drop(std::move(frame), ethernet.reason());
    return;
  }
  if (!takes(port, ethernet->destination)) {
    ledger_.drop(std::move(frame), Drop::kNotForUs);
  } else if (ethernet->tag && ethernet->tag->vlan != 0) {
    ledger_.drop(std::move(frame), Drop::kVlan);
  } else if (ethernet->type == wire::EtherType::kIpv4) {
    take_packet(port, ethernet->destination.is_group(), {std::move(frame), ethernet->size()}, now);
  } else if (ethernet->type == wire::EtherType::kArp) {
    take_arp(port, std::move(frame), ethernet->size(), now);
  } else {
    ledger_.drop(std::move(frame), Drop::kUnsupported);
  }
}

bool VHost::takes(PortIndex port, MacAddress destination) const {
  return destination == vnics_[to_index(port)].mac || destination.is_broadcast() ||
         (groups_ && groups_->has(port, destination));
}

bool VHost::is_member(PortIndex port, Ipv4Address group) const {
  return groups_ && groups_->has(port, group);
}

void VHost::take_arp(PortIndex port, Frame frame, std::size_t at, TimePoint now) {
  const auto packet = wire::ArpPacket::parse(frame.bytes().subspan(at));
  if (!packet) {
    ledger_.drop(std::move(frame), packet.reason());
    return;
  }
  const VNic& vnic = vnics_[to_index(port)];
  const MacAddress own = vnic.mac;
  if (packet->sender_ip == vnic.address.address) {  // somebody else claims it
    ledger_.drop(std::move(frame), Drop::kBadFrame);
    return;
  }
  const bool for_us = packet->target_ip == vnic.address.address;
  ledger_.consume(std::move(frame));
  std::vector<WaitingFrame> waiting;
  if (for_us || vnic.neighbors) {  // what is for others only refreshes what is known
    waiting = neighbors(port).receive(*packet, for_us, now);
    arm_neighbor_timer();
  }
  if (for_us && packet->operation == wire::ArpPacket::Operation::kRequest) {
    send_arp(port, arp_reply(*packet, own), packet->sender_mac, now);
  }
  for (WaitingFrame& w : waiting) {
    send_to_mac(port, packet->sender_mac, std::move(w.frame), now);
  }
}

void VHost::take_packet(PortIndex port, bool link_group, IpPacket packet, TimePoint now) {
  const auto header =
      wire::Ipv4Header::parse(packet.bytes(), packet.frame.size().value - packet.at);
  if (!header) [[unlikely]] {
    ledger_.drop(std::move(packet.frame), header.reason());
    return;
  }
  const Ipv4Prefix subnet = vnics_[to_index(port)].address.subnet();
  const Ipv4Address destination = header->destination;
  const bool to_many = destination.is_broadcast() || destination == subnet.broadcast() ||
                       is_member(port, destination);
  const bool ours = to_many || (owns(destination) && !link_group);
  if (!is_possible_source(header->source, subnet)) {
    ledger_.drop(std::move(packet.frame), Drop::kBadHeader);
  } else if (!ours || destination.is_loopback()) {
    ledger_.drop(std::move(packet.frame), Drop::kNotForUs);
  } else if (header->is_fragment()) [[unlikely]] {
    take_fragment(*header, std::move(packet), to_many, now);
  } else {
    deliver({*header, to_many}, std::move(packet), now);
  }
}

void VHost::take_fragment(const wire::Ipv4Header& header, IpPacket packet, bool to_many,
                          TimePoint now) {
  if (auto whole = fragments().add(header, std::move(packet), now)) {
    deliver({whole->header, to_many}, std::move(whole->packet), now);
  }
}

FragmentIntake& VHost::fragments() {
  if (!fragments_) {
    const auto expired = [this](FragmentIntake::Datagram first, TimePoint now) {
      refuse({first.header, !owns(first.header.destination)}, std::move(first.packet),
             IcmpProblem::time_exceeded(wire::TimeExceededCode::kReassembly), Drop::kReassembly,
             now);
    };
    fragments_ =
        std::make_unique<FragmentIntake>(kernel_, origin_, config_.reassembly, ledger_, expired);
  }
  return *fragments_;
}

void VHost::deliver(const Arrival& arrival, IpPacket packet, TimePoint now) {
  switch (arrival.header.protocol) {
    case wire::IpProtocol::kUdp:
      deliver_udp(arrival, std::move(packet), now);
      return;
    case wire::IpProtocol::kIcmp:
      deliver_icmp(arrival, std::move(packet), now);
      return;
    default:
      deliver_transport(arrival, std::move(packet), now);
  }
}

void VHost::deliver_udp(const Arrival& arrival, IpPacket packet, TimePoint now) {
  const wire::Ipv4Header& ip = arrival.header;
  const auto segment = packet.payload(ip);
  UdpReceiver* receiver = segment.size() < wire::UdpHeader::kSize
                              ? nullptr
                              : sockets_.udp.find(wire::load16(segment.data() + 2));
  prefetch_lines<3>(receiver);  // comes near while the checksum is verified
  const auto udp = wire::UdpHeader::parse(segment, ip.payload_size(), ip.source, ip.destination);
  if (!udp) {
    ledger_.drop(std::move(packet.frame), udp.reason());
    return;
  }
  if (receiver == nullptr) {
    refuse(arrival, std::move(packet), IcmpProblem::unreachable(wire::UnreachableCode::kPort),
           Drop::kNoListener, now);
    return;
  }
  const std::size_t header_size = wire::UdpHeader::kSize;
  UdpDatagram datagram(packet.frame, packet.at + ip.size() + header_size,
                       udp->length - header_size);
  datagram.source = ip.source;
  datagram.source_port = udp->source_port;
  datagram.destination = ip.destination;
  datagram.destination_port = udp->destination_port;
  ++ledger_.consumed;
  receiver->on_datagram(datagram, now);
}

void VHost::deliver_transport(const Arrival& arrival, IpPacket packet, TimePoint now) {
  TransportProtocol* protocol = transport(arrival.header.protocol);
  if (protocol == nullptr) {
    refuse(arrival, std::move(packet), IcmpProblem::unreachable(wire::UnreachableCode::kProtocol),
           Drop::kUnsupported, now);
  } else if (arrival.to_many) {
    ledger_.drop(std::move(packet.frame), Drop::kUnsupported);
  } else {
    protocol->on_segment(arrival.header, packet.take_payload(arrival.header), now);
  }
}

// RFC 1122 section 3.2.2: nobody is told of what was sent to many.
void VHost::refuse(const Arrival& arrival, IpPacket packet, const IcmpProblem& problem, Drop reason,
                   TimePoint now) {
  const wire::Ipv4Header& ip = arrival.header;
  if (!arrival.to_many && may_answer_with_error(ip, packet.payload(ip))) {
    send_datagram(wire::IpProtocol::kIcmp, ip.destination, ip.source,
                  make_error(problem, ip, packet), {}, now);
  }
  ledger_.drop(std::move(packet.frame), reason);
}

}  // namespace violin
