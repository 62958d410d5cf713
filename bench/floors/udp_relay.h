// The least code that relays UDP datagrams through one core: what any user-space datapath over UDP
// sockets pays.
#pragma once

#include <memory>

#include "bench/relay.h"

namespace violin::bench {

// recvmmsg and sendmmsg, bursts of 64 datagrams of `size` bytes.
std::unique_ptr<Relay> make_single_udp_relay(std::size_t size);
// Trains of datagrams of `size` bytes, 64 or as many as fit 65,507 bytes: UDP_GRO in, UDP_SEGMENT
// out, one recvmsg and one sendmsg each.
std::unique_ptr<Relay> make_train_udp_relay(std::size_t size);

}  // namespace violin::bench
