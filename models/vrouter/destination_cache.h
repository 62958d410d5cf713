// What became of the last datagrams to some destinations: a direct-mapped cache in front of FIB and
// neighbors. Exact: an entry counts only in the epoch in which it was made, and its owner begins
// a new epoch with every change of a route, neighbor or interface.
#pragma once

#include <array>
#include <cstdint>

#include "core/address.h"
#include "core/frame_sink.h"
#include "core/time.h"

namespace violin {

struct Forwarding {
  Ipv4Address destination;
  PortIndex egress{};
  std::uint64_t epoch = 0;              // 0: never valid
  TimePoint valid_until;                // the neighbor is to be verified then
  std::array<std::uint8_t, 12> link{};  // destination and source MAC as they are on the wire
  std::uint32_t mtu = 0;
};

class DestinationCache {
 public:
  // The one entry in which this destination may be.
  Forwarding& at(Ipv4Address destination) {
    return entries_[(destination.bits() * 0x9e37'79b1U) >> (32 - kBits)];
  }

 private:
  static constexpr unsigned kBits = 6;
  std::array<Forwarding, std::size_t{1} << kBits> entries_;
};

}  // namespace violin
