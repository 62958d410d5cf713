// TCP sequence numbers as positions: 64 bits counted from the initial sequence number, so that
// they never wrap and compare as integers. The SYN has position 0, the first byte of data 1, and a
// FIN the position after the last byte. What came before the initial sequence number is negative.
// Source: RFC 9293 section 3.4 for the arithmetic modulo 2^32.
#pragma once

#include <cstdint>

namespace violin {

using TcpPosition = std::int64_t;

// The number that stands for `position` on the wire.
constexpr std::uint32_t to_sequence(TcpPosition position, std::uint32_t initial) {
  return initial + static_cast<std::uint32_t>(position);
}

// Of all positions that `sequence` may stand for, the one nearest to `reference`.
constexpr TcpPosition to_position(std::uint32_t sequence, std::uint32_t initial,
                                  TcpPosition reference) {
  const auto ahead = static_cast<std::int32_t>(sequence - to_sequence(reference, initial));
  return reference + ahead;
}

}  // namespace violin
