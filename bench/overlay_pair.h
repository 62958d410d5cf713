// Two overlay hosts on one machine: network namespaces with names of this process's, joined by a
// veth pair with an MTU of 1500, and TCP between them over whatever is to be measured.
#pragma once

#include <array>
#include <string>

#include "core/address.h"
#include "core/time.h"

namespace violin::bench {

class OverlayPair {
 public:
  static constexpr std::array<Ipv4Address, 2> kUnderlay = {Ipv4Address(10, 77, 0, 1),
                                                           Ipv4Address(10, 77, 0, 2)};
  static constexpr std::array<Ipv4Address, 2> kInner = {Ipv4Address(10, 9, 8, 1),
                                                        Ipv4Address(10, 9, 8, 2)};

  // Needs root and iproute2; throws std::runtime_error naming what failed.
  OverlayPair();
  OverlayPair(const OverlayPair&) = delete;
  OverlayPair& operator=(const OverlayPair&) = delete;
  ~OverlayPair();

  // "/run/netns/...", and the name alone.
  std::string path(std::size_t host) const { return "/run/netns/" + name(host); }
  std::string name(std::size_t host) const;
  // Runs a shell command in the host's namespace; throws if it fails.
  void run(std::size_t host, const std::string& command) const;

  // Bits per second of one TCP connection from the first to the second, to this address of it.
  double tcp(Ipv4Address to, Duration time) const;
  // The median round trip of 200 UDP datagrams of 18 bytes.
  Duration round_trip(Ipv4Address to) const;
  // Waits until a datagram comes back, 10 s at most; throws if none does.
  void await(Ipv4Address to) const;
};

}  // namespace violin::bench
