// What a host's network layer and its transport protocols promise each other. UDP and ICMP are part
// of the host; every other protocol (TCP) is a TransportProtocol that is installed on first use, so
// that an idle host does not pay for it.
//
// Books: a datagram counts as originated when it is handed to IpOutput (bytes that an application
// has queued are no frame). A segment that the protocol is given ends in the host's ledger: the
// protocol calls consume() or drop() on it, at once or when it leaves its queue.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/drop.h"
#include "core/frame.h"
#include "core/kernel.h"
#include "core/ledger.h"
#include "core/time.h"
#include "models/vhost/ip_output.h"
#include "models/wire/icmp.h"
#include "models/wire/ipv4.h"

namespace violin {

// What a host lends to its protocols and applications. All of it outlives them.
struct HostServices {
  Kernel& kernel;
  EventOrigin& origin;  // for their timers
  Ledger& ledger;       // the host's
  IpOutput& ip;
  std::string_view name;  // of the host, for random streams: kernel.random("<name>/tcp")
};

class TransportProtocol {
 public:
  virtual ~TransportProtocol() = default;

  // A whole datagram (reassembled where it was fragmented) for one of this host's own addresses;
  // never one that was sent to a broadcast or multicast address. `segment` is its payload: the IPv4
  // header is gone and Ethernet's padding is cut off; its bytes may be shared with other holders.
  virtual void on_segment(const wire::Ipv4Header& header, Frame segment, TimePoint now) = 0;

  // An ICMP error about a datagram that this host sent: `quoted` is the header that it quotes,
  // `quoted_payload` what is stored of the quoted payload (at least 8 bytes). `next_hop_mtu` is
  // that of "fragmentation needed" (RFC 1191), already noted for IpOutput::path_mtu(), otherwise 0.
  virtual void on_icmp_error(wire::IcmpType type, std::uint8_t code, const wire::Ipv4Header& quoted,
                             std::span<const std::uint8_t> quoted_payload,
                             std::uint32_t next_hop_mtu, TimePoint now) = 0;

  // Frames that it holds, counted by looking.
  virtual std::uint64_t queued() const = 0;
  // Ends every frame that it holds as a drop for `reason` and cancels its timers. It may be used
  // again afterwards: connections are gone, nothing is sent for them.
  virtual void abandon(Drop reason) = 0;
};

}  // namespace violin
