#include "datapath/udp/train_intake.h"

namespace violin {

TrainIntake::TrainIntake(DatagramSocket& socket)
    : socket_(socket), slots_(new std::uint8_t[kMessages * kSlot]) {
  for (std::size_t i = 0; i < kMessages; ++i) {
    pieces_[i] = {slots_.get() + i * kSlot, kSlot};
    msghdr& header = headers_[i].msg_hdr;
    header.msg_name = &names_[i];
    header.msg_iov = &pieces_[i];
    header.msg_iovlen = 1;
    header.msg_control = controls_[i].bytes.data();
  }
  trains_.reserve(kMessages);
}

std::span<const ArrivedTrain> TrainIntake::receive() {
  trains_.clear();
  for (std::size_t i = 0; i < messages_; ++i) {
    headers_[i].msg_hdr.msg_namelen = sizeof(sockaddr_in);
    headers_[i].msg_hdr.msg_controllen = DatagramSocket::kAncillarySize;
  }
  const int count = recvmmsg(socket_.fd(), headers_.data(), static_cast<unsigned>(messages_),
                             MSG_DONTWAIT, nullptr);
  messages_ = kMessages;
  for (int i = 0; i < count; ++i) {
    take(static_cast<std::size_t>(i));
  }
  return trains_;
}

void TrainIntake::take(std::size_t index) {
  msghdr& header = headers_[index].msg_hdr;
  const std::size_t size = headers_[index].msg_len;
  std::size_t each = size;
  if (header.msg_controllen != 0) {
    const DatagramSocket::Ancillary ancillary = socket_.read_ancillary(header);
    overruns_ += ancillary.overruns;
    if (ancillary.datagram != 0 && ancillary.datagram < size) {
      each = ancillary.datagram;
    }
  }
  if (size == 0) {
    return;
  }
  if (size > kSlot / 16) {
    messages_ = kMessagesOfTrains;
  }
  trains_.push_back({UdpAddress::from(names_[index]), {slots_.get() + index * kSlot, size}, each});
}

}  // namespace violin
