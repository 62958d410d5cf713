// What became of a vNIC's frames, for the ledger: the guest's own counts, and what its socket lost
// on this host before the guest could see it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/address.h"

namespace violin::uml {

struct VNicCounters {
  std::uint64_t rx_frames = 0;
  std::uint64_t rx_bytes = 0;
  std::uint64_t rx_errors = 0;
  std::uint64_t rx_drops = 0;
  std::uint64_t tx_frames = 0;
  std::uint64_t tx_bytes = 0;
  std::uint64_t tx_errors = 0;
  std::uint64_t tx_drops = 0;
  std::uint64_t socket_overruns = 0;  // datagrams lost in the full buffer of its socket

  bool operator==(const VNicCounters&) const = default;
};

// /proc/net/dev (proc(5)) by interface, without socket overruns. Lines of another form are left
// out.
std::map<std::string, VNicCounters> parse_net_dev(std::string_view text);

// What /proc/net/udp (proc(5)) tells of a socket.
struct UdpSocketRow {
  std::uint64_t inode = 0;  // "socket:[inode]" in /proc/PID/fd
  std::uint64_t drops = 0;
  bool operator==(const UdpSocketRow&) const = default;
};
// Of the one at this address; nothing if there is none.
std::optional<UdpSocketRow> parse_net_udp(std::string_view text, Ipv4Address address,
                                          std::uint16_t port);

}  // namespace violin::uml
