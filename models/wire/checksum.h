// The Internet checksum. Source: RFC 1071; incremental update RFC 1624 equation 3.
#pragma once

#include <cstdint>
#include <span>

#include "core/address.h"
#include "models/wire/big_endian.h"

namespace violin::wire {

// A running one's complement sum of 16-bit big-endian words. Each add() starts at an even offset
// of the covered data; an odd last byte is padded with zero. Exact up to 16 GiB of data.
class ChecksumSum {
 public:
  void add(std::span<const std::uint8_t> bytes);
  void add16(std::uint16_t word) { sum_ += swap_network(word); }
  void add32(std::uint32_t words) { sum_ += swap_network(words); }
  // The pseudo-header of UDP (RFC 768) and TCP (RFC 9293 section 3.1).
  void add_pseudo_header(Ipv4Address source, Ipv4Address destination, std::uint8_t protocol,
                         std::uint16_t length);
  // The field's value: complement of the folded sum. Zero over data that contains a right one.
  std::uint16_t finish() const;

 private:
  // Of 32-bit words in the machine's byte order, carries not yet folded: neither matters before
  // the end (RFC 1071 section 2).
  std::uint64_t sum_ = 0;
};

std::uint16_t internet_checksum(std::span<const std::uint8_t> bytes);

// The checksum after one covered 16-bit word changed from `before` to `after`.
constexpr std::uint16_t update_checksum(std::uint16_t checksum, std::uint16_t before,
                                        std::uint16_t after) {
  std::uint32_t sum = static_cast<std::uint16_t>(~checksum);
  sum += static_cast<std::uint16_t>(~before);
  sum += after;
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

}  // namespace violin::wire
