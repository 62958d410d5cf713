// Ours between sockets and sockets: tunnels in, a vSwitch, tunnels out, in one live kernel.
#pragma once

#include <memory>

#include "bench/relay.h"

namespace violin::bench {

// Frames of `size` bytes from one of `guests` L2TPv3 peers in turn to another one; in trains or
// singly.
std::unique_ptr<Relay> make_l2tpv3_relay(std::size_t size, std::uint32_t guests, bool trains);
// Frames of `size` bytes from one segment tunnel into another, over a path MTU of 1500.
std::unique_ptr<Relay> make_segment_relay(std::size_t size);

}  // namespace violin::bench
