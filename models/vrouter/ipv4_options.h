// What a router must know of a datagram's IPv4 options. Source: RFC 791 section 3.1; RFC 1812
// sections 4.2.2.1 and 5.2.4.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/address.h"

namespace violin {

struct Ipv4OptionScan {
  // Offset, in the options, of the first byte that makes no sense.
  std::optional<std::uint8_t> malformed;
  bool source_route = false;                 // loose or strict
  std::optional<std::uint8_t> record_route;  // where the option begins
};

// Reads the options up to the end-of-list option or to one that is malformed. Options other than
// source and record route are checked only for their length.
Ipv4OptionScan scan_options(std::span<const std::uint8_t> options);

// Writes the router's address into the record route option at `at`, unless it is full.
void record_route(std::span<std::uint8_t> options, std::uint8_t at, Ipv4Address own);

}  // namespace violin
