// ICMP error messages as a host makes and reads them.
// Sources: RFC 792; RFC 1122 section 3.2.2 (when none is sent; that at least 8 bytes of the payload
// are quoted); RFC 1812 section 4.3.2.3 (as much of it as keeps the error within 576 bytes).
#pragma once

#include <cstdint>
#include <span>

#include "models/vhost/ip_packet.h"
#include "models/wire/icmp.h"
#include "models/wire/ipv4.h"
#include "models/wire/parsed.h"

namespace violin {

// An error's type and code, and what is in bytes 4..7 (the next-hop MTU of RFC 1191, or 0).
struct IcmpProblem {
  wire::IcmpType type = wire::IcmpType::kDestinationUnreachable;
  std::uint8_t code = 0;
  std::uint32_t rest = 0;

  static constexpr IcmpProblem unreachable(wire::UnreachableCode code, std::uint32_t rest = 0) {
    return {wire::IcmpType::kDestinationUnreachable, static_cast<std::uint8_t>(code), rest};
  }
  static constexpr IcmpProblem time_exceeded(wire::TimeExceededCode code) {
    return {wire::IcmpType::kTimeExceeded, static_cast<std::uint8_t>(code), 0};
  }
  bool operator==(const IcmpProblem&) const = default;
};

// What an error quotes of the datagram that caused it.
struct QuotedDatagram {
  wire::Ipv4Header header;
  std::span<const std::uint8_t> payload;  // at least 8 bytes

  // `quote` is what follows the 8 bytes of the ICMP header. Refuses with kBadHeader a header that
  // does not parse or fewer than 8 bytes behind it, with kBadChecksum a wrong header checksum.
  static wire::Parsed<QuotedDatagram> parse(std::span<const std::uint8_t> quote);
};

constexpr bool is_error(wire::IcmpType type) {
  return type == wire::IcmpType::kDestinationUnreachable || type == wire::IcmpType::kTimeExceeded ||
         type == wire::IcmpType::kParameterProblem;
}

// False for an address that names no single host: unspecified, loopback, multicast, broadcast and
// class E (RFC 1122 section 3.2.1.3). Directed broadcasts are not known here.
constexpr bool is_single_host(Ipv4Address a) {
  return !a.is_unspecified() && !a.is_loopback() && a.bits() >> 28 < 0xe;
}

// Whether a datagram that came in on this subnet may name `a` as its source (RFC 1122 section
// 3.2.1.3): a single host, or nobody yet (0.0.0.0).
constexpr bool is_possible_source(Ipv4Address a, const Ipv4Prefix& subnet) {
  return a.is_unspecified() || (is_single_host(a) && a != subnet.broadcast());
}

// Whether an error about this datagram may be sent, as far as the datagram itself tells: not about
// an ICMP message other than an echo, not about a fragment other than the first, not to nobody in
// particular. That it was not broadcast is for the caller to know.
bool may_answer_with_error(const wire::Ipv4Header& header, std::span<const std::uint8_t> payload);

// The ICMP message, without an IPv4 header, that tells the source of `about` of the problem.
Frame make_error(const IcmpProblem& problem, const wire::Ipv4Header& header, const IpPacket& about);

}  // namespace violin
