// Sends a train of datagrams of one size with one system call (UDP_SEGMENT) where the system has
// that, and else with one sendmmsg.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "datapath/udp/datagram_socket.h"

namespace violin {

class TrainOutlet {
 public:
  // The socket outlives the outlet.
  explicit TrainOutlet(const DatagramSocket& socket) : socket_(socket) {}

  // Datagrams of `each` bytes, at most DatagramSocket::kTrainDatagrams, the last one maybe shorter,
  // which lie one after the other in `pieces`, `size` bytes in all. Gives the system's reason
  // (errno) if it refused them, or, without UDP_SEGMENT, some of them.
  std::optional<int> send(const UdpAddress& to, std::span<const iovec> pieces, std::size_t size,
                          std::size_t each) const;

 private:
  std::optional<int> send_as_train(const UdpAddress& to, std::span<const iovec> pieces,
                                   std::optional<std::uint16_t> each) const;
  std::optional<int> send_singly(const UdpAddress& to, std::span<const std::uint8_t> train,
                                 std::size_t each) const;

  const DatagramSocket& socket_;
};

}  // namespace violin
