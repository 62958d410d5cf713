// Packets as tests write them, and a checksum to compare with.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace violin::wire {

using Octets = std::vector<std::uint8_t>;

// "45 00 00 15": hexadecimal digits; blanks are ignored.
inline Octets octets(std::string_view text) {
  Octets bytes;
  unsigned digits = 0;
  unsigned value = 0;
  for (const char c : text) {
    if (c == ' ') {
      continue;
    }
    const int digit = c <= '9' ? c - '0' : c - 'a' + 10;
    value = value * 16 + static_cast<unsigned>(digit);
    if (++digits % 2 == 0) {
      bytes.push_back(static_cast<std::uint8_t>(value));
      value = 0;
    }
  }
  return bytes;
}

// The checksum as RFC 1071 section 1 defines it, one 16-bit word at a time.
inline std::uint16_t checksum_by_definition(std::span<const std::uint8_t> bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    sum += i % 2 == 0 ? std::uint32_t{bytes[i]} << 8 : std::uint32_t{bytes[i]};
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<std::uint16_t>(~sum);
}

// Sets the field at `at` so that the checksum over `bytes` is right.
inline void mend_checksum(std::span<std::uint8_t> bytes, std::size_t at) {
  bytes[at] = bytes[at + 1] = 0;
  const std::uint16_t sum = checksum_by_definition(bytes);
  bytes[at] = static_cast<std::uint8_t>(sum >> 8);
  bytes[at + 1] = static_cast<std::uint8_t>(sum);
}

}  // namespace violin::wire
