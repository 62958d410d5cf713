// An IPv4 address and a UDP port, in host order, and as the system's calls take them.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>

#include <compare>
#include <cstdint>
#include <string>

#include "core/address.h"

namespace violin {

struct UdpAddress {
  Ipv4Address address;
  std::uint16_t port = 0;

  static UdpAddress from(const sockaddr_in& name) {
    return {Ipv4Address(ntohl(name.sin_addr.s_addr)), ntohs(name.sin_port)};
  }
  sockaddr_in name() const {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    name.sin_addr.s_addr = htonl(address.bits());
    return name;
  }
  constexpr auto operator<=>(const UdpAddress&) const = default;
};

// "127.0.1.1:4789"
inline std::string to_string(const UdpAddress& a) {
  return to_string(a.address) + ":" + std::to_string(a.port);
}

}  // namespace violin
