// Reads what a UDP socket holds into pooled frames, one for each datagram.
//
// One system call takes up to 64 messages. What fits a full-size frame's buffer lands there
// without a copy, with headroom in front; longer ones and trains (UDP_GRO) run over into scratch
// memory and are copied out of it, each datagram into its own frame.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/frame.h"
#include "datapath/udp/udp_socket.h"

namespace violin {

struct Datagram {
  UdpAddress source;
  Frame frame;
};

class DatagramIntake {
 public:
  static constexpr std::size_t kMessages = 64;

  // Both outlive the intake.
  DatagramIntake(DatagramSocket& socket, FramePool& frames);

  // What was there, in order, empty datagrams left out; the caller moves the frames out of it.
  // Valid until the next call. Errors that the network reported are passed over.
  std::span<Datagram> receive();

  // Datagrams that the system lost before the last receive(), told once.
  std::uint64_t take_overruns() { return std::exchange(overruns_, 0); }

 private:
  // A full-size buffer of the pool less its headroom.
  static constexpr std::size_t kDirect = 2048 - 32 - FramePool::kHeadroom;
  static constexpr std::size_t kScratch = 65'536;
  // Fewer at a time while trains come, so that their bytes stay in the cache.
  static constexpr std::size_t kMessagesOfTrains = 8;

  void prepare(std::size_t messages);
  void take(std::size_t index);
  Frame copy_out(std::size_t index, std::size_t offset, std::size_t size);

  DatagramSocket& socket_;
  FramePool& pool_;
  std::size_t messages_ = kMessages;
  std::array<Frame, kMessages> frames_;
  std::unique_ptr<std::uint8_t[]> scratch_;  // kScratch for each message, touched by need
  std::array<mmsghdr, kMessages> headers_{};
  std::array<std::array<iovec, 2>, kMessages> pieces_{};
  std::array<sockaddr_in, kMessages> names_{};
  struct alignas(cmsghdr) Control {
    std::array<std::uint8_t, DatagramSocket::kAncillarySize> bytes;
  };
  std::array<Control, kMessages> controls_;
  std::vector<Datagram> datagrams_;
  std::uint64_t overruns_ = 0;
};

}  // namespace violin
