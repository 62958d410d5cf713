// The router as a station of its own: what is addressed to it, and what it says. RFC 1812 sections
// 4.3 and 5.2.3, RFC 1122 section 3.2.2.

#include <algorithm>

#include "models/vrouter/plain_datagram.h"
#include "models/vrouter/vrouter.h"

namespace violin {

namespace {

constexpr PortIndex kSelf{~std::uint32_t{0}};  // where originated datagrams come in
constexpr std::size_t kLink = wire::EthernetHeader::kSize;
constexpr std::uint8_t kInternetworkControl = 0xc0;  // RFC 1812 section 4.3.2.5

}  // namespace

void VRouter::deliver(ReceivedDatagram datagram, TimePoint now) {
  const wire::Ipv4Header& ip = datagram.header;
  Frame& frame = datagram.packet.frame;
  LocalDelivery* sink = sink_of(ip.protocol);
  if (!is_possible_source(ip.source, at(datagram.ingress).config.address.subnet())) {
    ledger_.drop(std::move(frame), Drop::kBadHeader);
  } else if (ip.is_fragment()) {
    take_fragment(std::move(datagram), now);
  } else if (ip.protocol == wire::IpProtocol::kIcmp) {
    take_icmp(std::move(datagram), now);
  } else if (sink != nullptr) {
    deliver_to(sink, std::move(datagram), now);
  } else if (ip.protocol == wire::IpProtocol::kUdp) {
    refuse(std::move(datagram), IcmpProblem::unreachable(wire::UnreachableCode::kPort),
           Drop::kNoListener, now);
  } else {
    refuse(std::move(datagram), IcmpProblem::unreachable(wire::UnreachableCode::kProtocol),
           Drop::kUnsupported, now);
  }
}

void VRouter::deliver_to(LocalDelivery* sink, ReceivedDatagram datagram, TimePoint now) {
  sink->deliver(datagram, now);
  if (datagram.packet.frame) {
    refuse(std::move(datagram), IcmpProblem::unreachable(wire::UnreachableCode::kPort),
           Drop::kNoListener, now);
  } else {
    ++ledger_.consumed;
  }
}

void VRouter::take_fragment(ReceivedDatagram datagram, TimePoint now) {
  if (auto whole = fragments().add(datagram.header, std::move(datagram.packet), now)) {
    deliver({std::move(whole->packet), whole->header, datagram.ingress, datagram.group}, now);
  }
}

FragmentIntake& VRouter::fragments() {
  if (!fragments_) {
    fragments_ = std::make_unique<FragmentIntake>(
        kernel_, origin_, config_.reassembly, ledger_,
        [this](FragmentIntake::Datagram first, TimePoint now) { give_up(std::move(first), now); });
  }
  return *fragments_;
}

void VRouter::give_up(FragmentIntake::Datagram first, TimePoint now) {
  const NextHop* own = routes_.fib().lookup(first.header.destination);
  if (own != nullptr && own->delivery == Delivery::kLocal) {
    refuse({std::move(first.packet), first.header, own->egress, false},
           IcmpProblem::time_exceeded(wire::TimeExceededCode::kReassembly), Drop::kReassembly, now);
  } else {
    ledger_.drop(std::move(first.packet.frame), Drop::kReassembly);
  }
}

void VRouter::take_icmp(ReceivedDatagram datagram, TimePoint now) {
  Frame& frame = datagram.packet.frame;
  const auto icmp = wire::IcmpHeader::parse(datagram.packet.payload(datagram.header));
  LocalDelivery* sink = sink_of(wire::IpProtocol::kIcmp);
  if (!icmp) {
    ledger_.drop(std::move(frame), icmp.reason());
  } else if (icmp->type == wire::IcmpType::kEchoRequest) {
    answer_echo(std::move(datagram), now);
  } else if (sink != nullptr) {
    sink->deliver(datagram, now);
    if (frame) {
      ledger_.drop(std::move(frame), Drop::kNoListener);
    } else {
      ++ledger_.consumed;
    }
  } else if (is_error(icmp->type) || icmp->type == wire::IcmpType::kEchoReply) {
    ledger_.consume(std::move(frame));
  } else {  // RFC 1122 section 3.2.2: an unknown type is silently discarded
    ledger_.drop(std::move(frame), Drop::kUnsupported);
  }
}

// RFC 1812 section 4.3.3.6.
void VRouter::answer_echo(ReceivedDatagram datagram, TimePoint now) {
  const wire::Ipv4Header& ip = datagram.header;
  if (datagram.group || !is_single_host(ip.source)) {
    ledger_.drop(std::move(datagram.packet.frame), Drop::kUnsupported);
    return;
  }
  Frame message = datagram.packet.take_payload(ip);
  const auto bytes = message.writable();
  auto reply = *wire::IcmpHeader::parse(bytes);
  reply.type = wire::IcmpType::kEchoReply;
  reply.serialize(bytes);
  ++ledger_.consumed;
  send_own({.tos = ip.tos,
            .ttl = config_.ttl,
            .protocol = wire::IpProtocol::kIcmp,
            .source = ip.destination,
            .destination = ip.source},
           std::move(message), now);
}

void VRouter::attach(wire::IpProtocol protocol, LocalDelivery* sink) {
  std::erase_if(sinks_, [protocol](const Sink& s) { return s.protocol == protocol; });
  if (sink != nullptr) {
    sinks_.push_back({protocol, sink});
  }
}

LocalDelivery* VRouter::sink_of(wire::IpProtocol protocol) const {
  const auto found = std::ranges::find(sinks_, protocol, &Sink::protocol);
  return found == sinks_.end() ? nullptr : found->delivery;
}

void VRouter::refuse(ReceivedDatagram datagram, const IcmpProblem& problem, Drop reason,
                     TimePoint now) {
  tell_source(datagram, problem, now);
  ledger_.drop(std::move(datagram.packet.frame), reason);
}

// RFC 1812 section 4.3.2.7 says about what nobody is told.
void VRouter::tell_source(const ReceivedDatagram& datagram, const IcmpProblem& problem,
                          TimePoint now) {
  const wire::Ipv4Header& ip = datagram.header;
  const NextHop* back = routes_.fib().lookup(ip.source);
  const bool to_broadcast = back != nullptr && back->delivery == Delivery::kBroadcast;
  if (datagram.group || to_broadcast || !is_forwardable(ip.source) ||
      !may_answer_with_error(ip, datagram.packet.payload(ip)) || !icmp_errors_.take(now)) {
    return;
  }
  send_own({.tos = kInternetworkControl,
            .ttl = config_.ttl,
            .protocol = wire::IpProtocol::kIcmp,
            .source = at(datagram.ingress).config.address.address,
            .destination = ip.source},
           make_error(problem, ip, datagram.packet), now);
}

void VRouter::send_own(wire::Ipv4Header header, Frame payload, TimePoint now) {
  header.total_length = static_cast<std::uint16_t>(header.size() + payload.size().value);
  header.identification = next_identification();
  header.serialize(payload.push_front(header.size()));
  originate(std::move(payload), now);
}

void VRouter::originate(Frame datagram, TimePoint now) {
  ++ledger_.originated;
  const auto header = wire::Ipv4Header::parse(datagram.bytes(), datagram.size().value);
  require(static_cast<bool>(header), "a router originates good datagrams");
  datagram.push_front(kLink);
  const NextHop* hop = routes_.fib().lookup(header->destination);
  if (hop == nullptr) {
    ledger_.drop(std::move(datagram), Drop::kNoRoute);
  } else if (hop->delivery == Delivery::kLocal) {
    wire::EthernetHeader{}.serialize(datagram.writable());
    deliver({{std::move(datagram), kLink}, *header, hop->egress, false}, now);
  } else if (header->dont_fragment && header->total_length > at(hop->egress).config.mtu) {
    ledger_.drop(std::move(datagram), Drop::kFragmentationNeeded);
  } else {
    send_through(*hop, *header, std::move(datagram), kSelf, now);
  }
}

}  // namespace violin
