#include "datapath/udp/train_outlet.h"

#include <netinet/udp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "core/require.h"

namespace violin {

namespace {

std::vector<std::uint8_t> joined(std::span<const iovec> pieces, std::size_t size) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(size);
  for (const iovec& piece : pieces) {
    const auto* from = static_cast<const std::uint8_t*>(piece.iov_base);
    bytes.insert(bytes.end(), from, from + piece.iov_len);
  }
  return bytes;
}

// The system only reads it.
iovec piece(std::span<const std::uint8_t> bytes) {
  return {const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
}

// What an earlier datagram met is told once, and is not about this one.
bool is_about_an_earlier_one(int error) { return error == ECONNREFUSED || error == EINTR; }

}  // namespace

std::optional<int> TrainOutlet::send(const UdpAddress& to, std::span<const iovec> pieces,
                                     std::size_t size, std::size_t each) const {
  if (size <= each) {
    return send_as_train(to, pieces, std::nullopt);
  }
  if (socket_.sends_trains()) {
    return send_as_train(to, pieces, static_cast<std::uint16_t>(each));
  }
  return send_singly(to, joined(pieces, size), each);
}

std::optional<int> TrainOutlet::send_as_train(const UdpAddress& to, std::span<const iovec> pieces,
                                              std::optional<std::uint16_t> each) const {
  sockaddr_in name = to.name();
  msghdr message{};
  message.msg_name = &name;
  message.msg_namelen = sizeof name;
  message.msg_iov = const_cast<iovec*>(pieces.data());  // the system only reads it
  message.msg_iovlen = pieces.size();
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof *each)> control{};
  if (each) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_UDP;
    header->cmsg_type = UDP_SEGMENT;
    header->cmsg_len = CMSG_LEN(sizeof *each);
    std::memcpy(CMSG_DATA(header), &*each, sizeof *each);
  }
  while (sendmsg(socket_.fd(), &message, MSG_DONTWAIT) < 0) {
    if (!is_about_an_earlier_one(errno)) {
      return errno;
    }
  }
  return std::nullopt;
}

std::optional<int> TrainOutlet::send_singly(const UdpAddress& to,
                                            std::span<const std::uint8_t> train,
                                            std::size_t each) const {
  sockaddr_in name = to.name();
  std::array<iovec, DatagramSocket::kTrainDatagrams> pieces{};
  std::array<mmsghdr, DatagramSocket::kTrainDatagrams> messages{};
  std::size_t count = 0;
  for (std::size_t at = 0; at < train.size(); at += each) {
    require(count < messages.size(), "a train has a bounded number of datagrams");
    pieces[count] = piece(train.subspan(at, std::min(each, train.size() - at)));
    msghdr& message = messages[count].msg_hdr;
    message.msg_name = &name;
    message.msg_namelen = sizeof name;
    message.msg_iov = &pieces[count];
    message.msg_iovlen = 1;
    ++count;
  }
  for (std::size_t sent = 0; sent < count;) {
    const int more =
        sendmmsg(socket_.fd(), &messages[sent], static_cast<unsigned>(count - sent), MSG_DONTWAIT);
    if (more > 0) {
      sent += static_cast<std::size_t>(more);
    } else if (!is_about_an_earlier_one(errno)) {
      return errno;
    }
  }
  return std::nullopt;
}

}  // namespace violin
