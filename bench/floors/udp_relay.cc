#include "bench/floors/udp_relay.h"

#include <netinet/udp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "core/require.h"
#include "datapath/udp/datagram_intake.h"
#include "datapath/udp/datagram_socket.h"
#include "datapath/udp/train_outlet.h"

namespace violin::bench {

namespace {

constexpr std::size_t kBurst = 64;
constexpr std::size_t kDatagrams = 512;  // in a batch of single ones
constexpr std::size_t kTrains = 32;
const UdpAddress kAnywhere{Ipv4Address(127, 0, 0, 1), 0};

class UdpRelay : public Relay {
 public:
  explicit UdpRelay(std::size_t size, bool trains)
      : size_(size),
        each_train_(std::min(DatagramSocket::kTrainDatagrams, DatagramSocket::kTrainBytes / size)),
        in_(kAnywhere, {.receive_trains = trains}),
        out_(kAnywhere, {.receive_trains = trains}),
        to_(out_.local().name()) {}

  std::uint64_t drain() override {
    std::uint64_t datagrams = 0;
    for (auto some = emptied_.receive(); !some.empty(); some = emptied_.receive()) {
      datagrams += some.size();
    }
    return datagrams;
  }

 protected:
  std::uint64_t send(std::size_t trains, std::size_t datagrams) {
    std::vector<std::uint8_t> bytes(size_ * datagrams);
    const iovec piece{bytes.data(), bytes.size()};
    for (std::size_t i = 0; i < trains; ++i) {
      require(!TrainOutlet(source_).send(in_.local(), {&piece, 1}, bytes.size(), size_),
              "a train leaves");
    }
    return trains * datagrams;
  }

  std::size_t size_;
  std::size_t each_train_;
  DatagramSocket source_{kAnywhere};
  DatagramSocket in_;
  DatagramSocket out_;
  sockaddr_in to_;
  FramePool pool_;
  DatagramIntake emptied_{out_, pool_};
};

class SingleUdpRelay final : public UdpRelay {
 public:
  explicit SingleUdpRelay(std::size_t size)
      : UdpRelay(size, /*trains=*/false), buffers_(kBurst * 2048) {
    for (std::size_t i = 0; i < kBurst; ++i) {
      pieces_[i].iov_base = &buffers_[i * 2048];
      received_[i].msg_hdr.msg_iov = &pieces_[i];
      received_[i].msg_hdr.msg_iovlen = 1;
      sent_[i].msg_hdr = received_[i].msg_hdr;
      sent_[i].msg_hdr.msg_name = &to_;
      sent_[i].msg_hdr.msg_namelen = sizeof to_;
    }
  }

  std::uint64_t fill() override { return send(kDatagrams, 1); }

  void forward() override {
    while (true) {
      for (iovec& piece : pieces_) {
        piece.iov_len = 2048;
      }
      const int count = recvmmsg(in_.fd(), received_.data(), kBurst, MSG_DONTWAIT, nullptr);
      if (count <= 0) {
        return;
      }
      for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        pieces_[i].iov_len = received_[i].msg_len;
      }
      require(sendmmsg(out_from_.fd(), sent_.data(), static_cast<unsigned>(count), 0) == count,
              "datagrams leave");
    }
  }

 private:
  DatagramSocket out_from_{kAnywhere};
  std::vector<std::uint8_t> buffers_;
  std::array<iovec, kBurst> pieces_{};
  std::array<mmsghdr, kBurst> received_{};
  std::array<mmsghdr, kBurst> sent_{};
};

class TrainUdpRelay final : public UdpRelay {
 public:
  explicit TrainUdpRelay(std::size_t size) : UdpRelay(size, /*trains=*/true), buffer_(65'536) {}

  std::uint64_t fill() override { return send(kTrains, each_train_); }

  void forward() override {
    alignas(cmsghdr) std::array<std::uint8_t, DatagramSocket::kAncillarySize> control{};
    iovec piece{};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    while (true) {
      piece = {buffer_.data(), buffer_.size()};
      message.msg_name = nullptr;
      message.msg_namelen = 0;
      message.msg_control = control.data();
      message.msg_controllen = control.size();
      const auto size = recvmsg(in_.fd(), &message, MSG_DONTWAIT);
      if (size <= 0) {
        return;
      }
      int each = 0;
      std::memcpy(&each, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof each);
      send_train(message, static_cast<std::size_t>(size), static_cast<std::uint16_t>(each));
    }
  }

 private:
  void send_train(msghdr& message, std::size_t size, std::uint16_t each) {
    alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof each)> control{};
    message.msg_iov->iov_len = size;
    message.msg_name = &to_;
    message.msg_namelen = sizeof to_;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_UDP;
    header->cmsg_type = UDP_SEGMENT;
    header->cmsg_len = CMSG_LEN(sizeof each);
    std::memcpy(CMSG_DATA(header), &each, sizeof each);
    require(sendmsg(out_from_.fd(), &message, 0) >= 0, "a train leaves");
  }

  DatagramSocket out_from_{kAnywhere};
  std::vector<std::uint8_t> buffer_;
};

}  // namespace

std::unique_ptr<Relay> make_single_udp_relay(std::size_t size) {
  return std::make_unique<SingleUdpRelay>(size);
}

std::unique_ptr<Relay> make_train_udp_relay(std::size_t size) {
  return std::make_unique<TrainUdpRelay>(size);
}

}  // namespace violin::bench
