// Cuts an IPv4 datagram into fragments. Source: RFC 791 section 3.2, "An Example Fragmentation
// Procedure"; options RFC 791 section 3.1.
#pragma once

#include <cstdint>
#include <vector>

#include "core/frame.h"
#include "models/wire/ipv4.h"

namespace violin {

// The fragments, in order, of the datagram whose first byte is the first of its IPv4 header and
// which ends with its payload (no Ethernet padding). A fragment may itself be cut further. Elided
// payload stays elided. Each fragment has at most `mtu` bytes, which are at least 68; only the last
// is not filled up. A bug unless the datagram is larger than that and may be fragmented.
std::vector<Frame> fragment(const wire::Ipv4Header& header, const Frame& datagram,
                            std::uint32_t mtu);

}  // namespace violin
