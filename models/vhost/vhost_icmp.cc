// ICMP at a vHost: RFC 792, RFC 1122 section 3.2.2, RFC 1191.

#include "models/vhost/vhost.h"
#include "models/wire/big_endian.h"
#include "models/wire/checksum.h"

namespace violin {
namespace {

bool is_fragmentation_needed(const IcmpProblem& problem) {
  return problem ==
         IcmpProblem::unreachable(wire::UnreachableCode::kFragmentationNeeded, problem.rest);
}

}  // namespace

void VHost::deliver_icmp(const Arrival& arrival, IpPacket packet, TimePoint now) {
  const auto icmp = wire::IcmpHeader::parse(packet.payload(arrival.header));
  if (!icmp) {
    ledger_.drop(std::move(packet.frame), icmp.reason());
  } else if (icmp->type == wire::IcmpType::kEchoRequest && !arrival.to_many) {
    answer_echo(arrival.header, std::move(packet), now);
  } else if (icmp->type == wire::IcmpType::kEchoReply) {
    take_echo_reply(arrival.header, *icmp, std::move(packet), now);
  } else if (is_error(icmp->type)) {
    take_error(arrival.header, *icmp, std::move(packet), now);
  } else {  // a broadcast echo request is one: RFC 1122 section 3.2.2.6 allows silence
    ledger_.drop(std::move(packet.frame), Drop::kUnsupported);
  }
}

// The same message with the other type, back to where it came from.
void VHost::answer_echo(const wire::Ipv4Header& ip, IpPacket packet, TimePoint now) {
  if (!is_single_host(ip.source) && !owns(ip.source)) {
    ledger_.drop(std::move(packet.frame), Drop::kBadHeader);
    return;
  }
  ++ledger_.consumed;
  Frame message = packet.take_payload(ip);
  std::uint8_t* p = message.writable().data();
  const std::uint16_t before = wire::load16(p);
  const std::uint16_t after = before & 0xff;
  wire::store16(p, after);
  wire::store16(p + 2, wire::update_checksum(wire::load16(p + 2), before, after));
  IpSendOptions options;
  options.tos = ip.tos;  // RFC 1122 section 3.2.1.6 and RFC 1349: the same TOS
  send_datagram(wire::IpProtocol::kIcmp, ip.destination, ip.source, std::move(message), options,
                now);
}

void VHost::take_echo_reply(const wire::Ipv4Header& ip, const wire::IcmpHeader& icmp,
                            IpPacket packet, TimePoint now) {
  EchoSocket* socket = sockets_.echo.find(icmp.identifier());
  if (socket == nullptr) {
    ledger_.drop(std::move(packet.frame), Drop::kNoListener);
    return;
  }
  ledger_.consume(std::move(packet.frame));
  socket->receiver().on_echo_reply(
      {ip.source, icmp.sequence(), ip.ttl, ip.payload_size() - wire::IcmpHeader::kSize}, now);
}

void VHost::take_error(const wire::Ipv4Header& ip, const wire::IcmpHeader& icmp, IpPacket packet,
                       TimePoint now) {
  const auto quoted = QuotedDatagram::parse(packet.payload(ip).subspan(wire::IcmpHeader::kSize));
  if (!quoted) {
    ledger_.drop(std::move(packet.frame), quoted.reason());
    return;
  }
  if (!owns(quoted->header.source)) {  // about a datagram of somebody else's
    ledger_.drop(std::move(packet.frame), Drop::kNotForUs);
    return;
  }
  const IcmpProblem problem{icmp.type, icmp.code, icmp.rest};
  if (is_fragmentation_needed(problem)) {
    if (!path_mtu_) {
      path_mtu_ = std::make_unique<PathMtuCache>();
    }
    path_mtu_->lower(quoted->header.destination, quoted->header.total_length, icmp.next_hop_mtu(),
                     now);
  }
  ++ledger_.consumed;
  tell_sender(problem, ip.source, *quoted, now);
}

void VHost::tell_sender(const IcmpProblem& problem, Ipv4Address reporter,
                        const QuotedDatagram& quoted, TimePoint now) {
  const wire::Ipv4Header& ip = quoted.header;
  if (ip.fragment_offset != 0) {
    return;  // no transport header in it
  }
  const std::uint8_t* p = quoted.payload.data();
  if (ip.protocol == wire::IpProtocol::kUdp) {
    if (UdpReceiver* receiver = sockets_.udp.find(wire::load16(p))) {
      receiver->on_error({problem, reporter, ip.destination, wire::load16(p + 2)}, now);
    }
  } else if (ip.protocol == wire::IpProtocol::kIcmp) {
    EchoSocket* socket = sockets_.echo.find(wire::load16(p + 4));
    if (socket != nullptr && p[0] == static_cast<std::uint8_t>(wire::IcmpType::kEchoRequest)) {
      socket->receiver().on_error({problem, reporter, ip.destination, wire::load16(p + 6)}, now);
    }
  } else if (TransportProtocol* protocol = transport(ip.protocol)) {
    const std::uint32_t mtu = is_fragmentation_needed(problem) ? problem.rest & 0xffff : 0;
    protocol->on_icmp_error(problem.type, problem.code, ip, quoted.payload, mtu, now);
  }
}

}  // namespace violin
