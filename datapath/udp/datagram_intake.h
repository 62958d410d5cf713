// Reads what a UDP socket holds into pooled frames, one for each datagram.
//
// One system call takes up to 64 datagrams that come singly, or one train (UDP_GRO). They land in
// the frames without a copy: single ones up to a full-size frame, with headroom in front, and those
// of a long train of the size that the last one had, as a row of frames. What is longer, or of
// another size, runs over into scratch memory and is copied out of it; a short train is copied too,
// lest few frames hold the memory of a row.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/frame.h"
#include "datapath/udp/datagram_socket.h"

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
  // The last receive() may have left something.
  bool may_have_more() const { return may_have_more_; }

  // Datagrams (a lost train is one) that the system lost before the last receive(), told once.
  std::uint64_t take_overruns() { return std::exchange(overruns_, 0); }

 private:
  // A full-size buffer of the pool less its headroom.
  static constexpr std::size_t kDirect = 2048 - 32 - FramePool::kHeadroom;
  static constexpr std::size_t kLongTrain = 16;  // datagrams
  static constexpr std::size_t kScratch = 65'536;
  static constexpr std::size_t kLargestInTrain = 10'000;
  // So many single datagrams in a row end the waiting for trains.
  static constexpr int kPatience = 8;

  void receive_singly();
  void receive_train();
  void expect_trains_of(std::size_t size);
  void take(msghdr& header, std::size_t size, std::span<Frame> frames);
  void take_in_place(const UdpAddress& source, std::size_t each, std::size_t size,
                     std::span<Frame> frames, const iovec& rest);
  Frame copy_out(std::span<const iovec> pieces, std::size_t offset, std::size_t size);

  DatagramSocket& socket_;
  FramePool& pool_;
  std::unique_ptr<std::uint8_t[]> scratch_;  // kScratch for each message, touched by need
  struct alignas(cmsghdr) Control {
    std::array<std::uint8_t, DatagramSocket::kAncillarySize> bytes;
  };

  // Of single datagrams: a frame and scratch each.
  std::array<Frame, kMessages> frames_;
  std::array<mmsghdr, kMessages> headers_{};
  std::array<std::array<iovec, 2>, kMessages> pieces_{};
  std::array<sockaddr_in, kMessages> names_{};
  std::array<Control, kMessages> controls_;

  // Of a train: a row of frames, and scratch for what is more.
  std::size_t train_each_ = 0;  // bytes of each frame; 0: no train is expected
  std::size_t train_frames_ = 0;
  std::array<Frame, DatagramSocket::kTrainDatagrams> frames_of_train_;
  std::array<iovec, 2> pieces_of_train_{};
  int singles_ = 0;  // in a row

  std::vector<Datagram> datagrams_;
  bool may_have_more_ = false;
  std::uint64_t overruns_ = 0;
};

}  // namespace violin
