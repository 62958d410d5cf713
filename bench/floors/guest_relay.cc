#include "bench/floors/guest_relay.h"

#include <poll.h>

#include <vector>

namespace violin::bench {

namespace {

constexpr std::size_t kBurst = 64;
constexpr std::size_t kRoom = 2048;

// One way: from the socket that a guest sends to, out of the one that the other hears.
class OneWay {
 public:
  OneWay(int in, int out, UdpAddress to) : in_(in), out_(out), to_(to.name()) {
    for (std::size_t i = 0; i < kBurst; ++i) {
      pieces_[i].iov_base = &buffers_[i * kRoom];
      received_[i].msg_hdr.msg_iov = &pieces_[i];
      received_[i].msg_hdr.msg_iovlen = 1;
      sent_[i].msg_hdr = received_[i].msg_hdr;
      sent_[i].msg_hdr.msg_name = &to_;
      sent_[i].msg_hdr.msg_namelen = sizeof to_;
    }
  }

  void forward() {
    for (iovec& piece : pieces_) {
      piece.iov_len = kRoom;
    }
    const int count = recvmmsg(in_, received_.data(), kBurst, MSG_DONTWAIT, nullptr);
    for (std::size_t i = 0; count > 0 && i < static_cast<std::size_t>(count); ++i) {
      pieces_[i].iov_len = received_[i].msg_len;
    }
    if (count > 0) {
      sendmmsg(out_, sent_.data(), static_cast<unsigned>(count), MSG_DONTWAIT);
    }
  }

 private:
  int in_;
  int out_;
  sockaddr_in to_;
  std::vector<std::uint8_t> buffers_ = std::vector<std::uint8_t>(kBurst * kRoom);
  std::array<iovec, kBurst> pieces_{};
  std::array<mmsghdr, kBurst> received_{};
  std::array<mmsghdr, kBurst> sent_{};
};

constexpr DatagramSocketOptions kSingly{.receive_trains = false, .send_trains = false};

}  // namespace

GuestRelay::GuestRelay(std::array<std::uint16_t, 2> guests)
    : guests_{UdpAddress{kAddress, guests[0]}, UdpAddress{kAddress, guests[1]}},
      sockets_{DatagramSocket{{kAddress, 0}, kSingly}, DatagramSocket{{kAddress, 0}, kSingly}},
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void GuestRelay::run(const std::stop_token& stop) {
  std::array<OneWay, 2> ways{OneWay(sockets_[0].fd(), sockets_[1].fd(), guests_[1]),
                             OneWay(sockets_[1].fd(), sockets_[0].fd(), guests_[0])};
  while (!stop.stop_requested()) {
    std::array<pollfd, 2> polled{pollfd{sockets_[0].fd(), POLLIN, 0},
                                 pollfd{sockets_[1].fd(), POLLIN, 0}};
    poll(polled.data(), polled.size(), 50);
    for (std::size_t i = 0; i < ways.size(); ++i) {
      if (polled[i].revents != 0) {
        ways[i].forward();
      }
    }
  }
}

}  // namespace violin::bench
