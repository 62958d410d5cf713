// The least code that joins two guests: what comes from the one's UDP socket goes to the other's as
// it is, with recvmmsg and sendmmsg in a thread that polls. Guests that are joined so have each
// other's sessions and cookies, since nothing looks at them.
#pragma once

#include <array>
#include <cstdint>
#include <thread>

#include "core/address.h"
#include "datapath/udp/datagram_socket.h"

namespace violin::bench {

class GuestRelay {
 public:
  static constexpr Ipv4Address kAddress{127, 0, 0, 1};

  // The ports of the guests' sockets at kAddress.
  explicit GuestRelay(std::array<std::uint16_t, 2> guests);

  // Where a guest sends to.
  std::uint16_t port(std::size_t guest) const { return sockets_[guest].local().port; }

 private:
  void run(const std::stop_token& stop);

  std::array<UdpAddress, 2> guests_;
  std::array<DatagramSocket, 2> sockets_;
  std::jthread thread_;
};

}  // namespace violin::bench
