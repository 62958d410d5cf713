// Routes as the forwarding table knows them.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "core/address.h"
#include "core/frame_sink.h"

namespace violin {

// What becomes of a packet; most preferred first where one prefix has several routes.
enum class Delivery : std::uint8_t {
  kLocal,      // the destination is an address of this router
  kBroadcast,  // the directed broadcast address of an interface's subnet
  kConnected,  // a neighbor in an interface's own subnet
  kVia,        // another router, or an interface, that a configured route names
  kComputed,   // likewise, by a route that was computed for the whole network
};

struct NextHop {
  Delivery delivery = Delivery::kVia;
  std::uint32_t metric = 0;  // the lower is preferred
  PortIndex egress{};
  std::optional<Ipv4Address> gateway{};  // none: the destination itself is the neighbor

  auto operator<=>(const NextHop&) const = default;  // the lesser is preferred
};

struct Route {
  Ipv4Prefix prefix;
  NextHop via;

  auto operator<=>(const Route&) const = default;
};

}  // namespace violin
