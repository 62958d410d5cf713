// The first 24 bytes of what a UdpSource sends, in network byte order; the rest of a datagram is
// zeros, which a simulation does not store.
//
//    0         4         8                 16                24
//   +---------+---------+-----------------+-----------------+--------
//   | "VIOL"  | flow id |    sequence     |  sent at, ns    | zeros
//   +---------+---------+-----------------+-----------------+--------
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/time.h"
#include "models/wire/big_endian.h"

namespace violin {

struct FlowHeader {
  static constexpr std::size_t kSize = 24;
  static constexpr std::uint32_t kMagic = 0x56494f4c;  // "VIOL"

  std::uint32_t flow = 0;
  std::uint64_t sequence = 0;  // from 0
  TimePoint sent;

  // None for anything that no UdpSource sent.
  static std::optional<FlowHeader> parse(std::span<const std::uint8_t> payload) {
    if (payload.size() < kSize || wire::load32(payload.data()) != kMagic) {
      return std::nullopt;
    }
    const std::uint8_t* p = payload.data();
    const Duration sent(static_cast<std::int64_t>(wire::load64(p + 16)));
    return FlowHeader{wire::load32(p + 4), wire::load64(p + 8), TimePoint(sent)};
  }
  // Writes kSize bytes.
  void serialize(std::span<std::uint8_t> out) const {
    std::uint8_t* p = out.first<kSize>().data();
    wire::store32(p, kMagic);
    wire::store32(p + 4, flow);
    wire::store64(p + 8, sequence);
    wire::store64(p + 16, static_cast<std::uint64_t>(sent.time_since_epoch().count()));
  }
  bool operator==(const FlowHeader&) const = default;
};

}  // namespace violin
