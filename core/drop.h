// Why a frame was not carried further. Every drop is counted under one of these names, which are
// also what users read in tables, JSON and captures.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace violin {

enum class Drop : std::uint8_t {
  kQueueFull,            // tail drop at a link's, host's or neighbour's queue
  kAqm,                  // CoDel (RFC 8289)
  kRandomLoss,           // the link's or the substrate's loss process
  kCorrupted,            // an Ethernet FCS would have failed
  kLinkDown,             // the link was down, or went down with the frame on it
  kDetached,             // no cable at the egress port, or the port or its entity was removed
  kHostDown,             // the overlay host that carried it failed
  kMigrating,            // its entity was being moved to another overlay host
  kHostOverload,         // over the overlay host's forwarding capacity
  kBadFrame,             // malformed Ethernet or ARP
  kBadHeader,            // malformed IPv4, ICMP, UDP or TCP header
  kBadChecksum,          // IPv4, ICMP, UDP or TCP checksum
  kNotForUs,             // unicast to another station's MAC or address
  kSamePort,             // a switch would have sent it back to where it came from
  kStormControl,         // over the switch's broadcast/multicast/unknown-unicast rate
  kVlan,                 // 802.1Q tag that the port does not carry
  kTtlExpired,           // answered with ICMP time exceeded where RFC 1812 allows
  kNoRoute,              // no FIB entry
  kNeighborUnresolved,   // ARP had no answer
  kNeighborQueueFull,    // over the bounded queue that waits for ARP
  kFragmentationNeeded,  // DF was set and the egress MTU is smaller
  kReassembly,           // fragments that overlapped, timed out or exceeded the bound
  kNoListener,           // no socket at that port
  kReceiveBufferFull,    // the socket's receive buffer
  kUnknownPeer,          // a tunnel packet from nobody we know
  kOversize,             // larger than the egress MTU at layer 2
  kUnsupported,          // a protocol that the receiver does not speak
  kSocketFull,           // the operating system took no more for a socket or device
  kSocketOverrun,        // lost in a full receive buffer of the operating system
  kBadTunnel,            // a malformed tunnel datagram
  kReplayed,             // a tunnel segment that had come before, or is too old to tell
  kJetwayClosed,         // the jetway is off or does not let it pass
  kCount,
};

inline constexpr std::size_t kDropCount = static_cast<std::size_t>(Drop::kCount);

// "queue-full", "ttl-expired", ...
std::string_view to_string(Drop reason);

}  // namespace violin
