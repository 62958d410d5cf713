// Reads what a UDP socket holds as it came: trains of datagrams of one size, each in one piece.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "datapath/udp/udp_socket.h"

namespace violin {

struct ArrivedTrain {
  UdpAddress source;
  std::span<const std::uint8_t> bytes;
  std::size_t each = 0;  // size of each datagram but the last; bytes.size() of a single one
};

class TrainIntake {
 public:
  // The socket outlives the intake.
  explicit TrainIntake(DatagramSocket& socket);

  // What was there, in order, empty datagrams left out. Valid until the next call. Errors that the
  // network reported are passed over.
  std::span<const ArrivedTrain> receive();

  // Datagrams (a lost train is one) that the system lost before the last receive(), told once.
  std::uint64_t take_overruns() { return std::exchange(overruns_, 0); }

 private:
  static constexpr std::size_t kMessages = 64;
  // Fewer at a time while trains come, so that their bytes stay in the cache.
  static constexpr std::size_t kMessagesOfTrains = 4;
  static constexpr std::size_t kSlot = 65'536;

  void take(std::size_t index);

  DatagramSocket& socket_;
  std::size_t messages_ = kMessages;
  std::unique_ptr<std::uint8_t[]> slots_;  // kSlot for each message, touched by need
  std::array<mmsghdr, kMessages> headers_{};
  std::array<iovec, kMessages> pieces_{};
  std::array<sockaddr_in, kMessages> names_{};
  struct alignas(cmsghdr) Control {
    std::array<std::uint8_t, DatagramSocket::kAncillarySize> bytes;
  };
  std::array<Control, kMessages> controls_;
  std::vector<ArrivedTrain> trains_;
  std::uint64_t overruns_ = 0;
};

}  // namespace violin
