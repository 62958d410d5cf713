// What traffic of a scenario offers to the network: datagrams of a size at a mean rate.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/scenario.pb.h"

namespace violin {

// UDP datagrams, or IP packets that are as long.
struct Offered {
  double datagrams_per_second = 0;
  std::uint32_t size = 0;  // of the payload of UDP, bytes
};

// Ethernet frames that carry them.
struct OfferedFrames {
  double frames_per_second = 0;
  double bits_per_second = 0;
};
// RFC 791: fragments carry a multiple of 8 bytes.
OfferedFrames frames_of(const Offered& offered, std::uint32_t mtu);

struct TwoWays {
  Offered there;
  std::optional<Offered> back;
};

// nullopt: nothing can be told (bulk, request_response and trace without `demand`), or it is too
// little to count (traceroute).
std::optional<TwoWays> offered_by(const scenario::Flow& flow);

}  // namespace violin
