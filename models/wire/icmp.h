// ICMP messages. Source: RFC 792; RFC 1191 for the next-hop MTU; RFC 1122 section 3.2.2.
#pragma once

#include <cstdint>
#include <span>

#include "models/wire/parsed.h"

namespace violin::wire {

enum class IcmpType : std::uint8_t {
  kEchoReply = 0,
  kDestinationUnreachable = 3,
  kEchoRequest = 8,
  kTimeExceeded = 11,
  kParameterProblem = 12,
};

// Codes of kDestinationUnreachable and kTimeExceeded.
enum class UnreachableCode : std::uint8_t {
  kNetwork = 0,
  kHost = 1,
  kProtocol = 2,
  kPort = 3,
  kFragmentationNeeded = 4,
  kAdministrative = 13,  // RFC 1812 section 5.2.7.1
};
enum class TimeExceededCode : std::uint8_t { kTtl = 0, kReassembly = 1 };

// The first 8 bytes of a message; what follows is echo data, or the header of the datagram that
// caused an error with at least 8 bytes of its payload.
struct IcmpHeader {
  static constexpr std::size_t kSize = 8;

  IcmpType type = IcmpType::kEchoRequest;
  std::uint8_t code = 0;
  std::uint32_t rest = 0;  // bytes 4..7

  // Of echo messages.
  std::uint16_t identifier() const { return static_cast<std::uint16_t>(rest >> 16); }
  std::uint16_t sequence() const { return static_cast<std::uint16_t>(rest); }
  void set_echo(std::uint16_t identifier, std::uint16_t sequence) {
    rest = (std::uint32_t{identifier} << 16) | sequence;
  }
  // Of kFragmentationNeeded.
  std::uint16_t next_hop_mtu() const { return static_cast<std::uint16_t>(rest); }

  // `message` is all stored bytes of the message; elided bytes behind them count as zero.
  // Refuses with kBadHeader fewer than 8 bytes, with kBadChecksum a wrong checksum.
  static Parsed<IcmpHeader> parse(std::span<const std::uint8_t> message);
  // Writes the header at the front of `message`, whose bytes from 8 on are in place, and the
  // checksum over all of it.
  void serialize(std::span<std::uint8_t> message) const;
  bool operator==(const IcmpHeader&) const = default;
};

}  // namespace violin::wire
