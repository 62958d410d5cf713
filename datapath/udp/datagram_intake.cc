#include "datapath/udp/datagram_intake.h"

#include <algorithm>
#include <cstring>

namespace violin {

DatagramIntake::DatagramIntake(DatagramSocket& socket, FramePool& frames)
    : socket_(socket), pool_(frames), scratch_(new std::uint8_t[kMessages * kScratch]) {
  for (std::size_t i = 0; i < kMessages; ++i) {
    pieces_[i][1] = {scratch_.get() + i * kScratch, kScratch - kDirect};
    msghdr& header = headers_[i].msg_hdr;
    header.msg_name = &names_[i];
    header.msg_iov = pieces_[i].data();
    header.msg_iovlen = pieces_[i].size();
    header.msg_control = controls_[i].bytes.data();
  }
}

void DatagramIntake::prepare(std::size_t messages) {
  for (std::size_t i = 0; i < messages; ++i) {
    if (!frames_[i]) {
      frames_[i] = pool_.make(kDirect);
      pieces_[i][0] = {frames_[i].writable().data(), kDirect};
    }
    headers_[i].msg_hdr.msg_namelen = sizeof(sockaddr_in);
    headers_[i].msg_hdr.msg_controllen = DatagramSocket::kAncillarySize;
  }
}

std::span<Datagram> DatagramIntake::receive() {
  datagrams_.clear();
  prepare(messages_);
  const int count = recvmmsg(socket_.fd(), headers_.data(), static_cast<unsigned>(messages_),
                             MSG_DONTWAIT, nullptr);
  messages_ = kMessages;
  for (int i = 0; i < count; ++i) {
    take(static_cast<std::size_t>(i));
  }
  return datagrams_;
}

void DatagramIntake::take(std::size_t index) {
  msghdr& header = headers_[index].msg_hdr;
  const std::size_t size = headers_[index].msg_len;
  DatagramSocket::Ancillary ancillary;
  if (header.msg_controllen != 0) {
    ancillary = socket_.read_ancillary(header);
    overruns_ += ancillary.overruns;
  }
  const UdpAddress source = UdpAddress::from(names_[index]);
  if (size == 0) {
    return;
  }
  if (size <= kDirect && (ancillary.datagram == 0 || ancillary.datagram >= size)) {
    frames_[index].truncate(size);
    datagrams_.push_back({source, std::move(frames_[index])});
    return;
  }
  messages_ = kMessagesOfTrains;
  const std::size_t each = ancillary.datagram == 0 ? size : ancillary.datagram;
  for (std::size_t at = 0; at < size; at += each) {
    datagrams_.push_back({source, copy_out(index, at, std::min(each, size - at))});
  }
}

Frame DatagramIntake::copy_out(std::size_t index, std::size_t offset, std::size_t size) {
  Frame frame = pool_.make(size);
  std::uint8_t* to = frame.writable().data();
  const std::size_t direct = offset < kDirect ? std::min(size, kDirect - offset) : 0;
  if (direct > 0) {
    std::memcpy(to, frames_[index].bytes().data() + offset, direct);
  }
  if (direct < size) {
    const std::uint8_t* scratch = scratch_.get() + index * kScratch;
    std::memcpy(to + direct, scratch + (offset + direct - kDirect), size - direct);
  }
  return frame;
}

}  // namespace violin
