#include "datapath/udp/datagram_intake.h"

#include <algorithm>
#include <cstring>

namespace violin {

DatagramIntake::DatagramIntake(DatagramSocket& socket, FramePool& frames)
    : socket_(socket), pool_(frames), scratch_(new std::uint8_t[kMessages * kScratch]) {
  for (std::size_t i = 0; i < kMessages; ++i) {
    pieces_[i][1] = {scratch_.get() + i * kScratch, kScratch};
    msghdr& header = headers_[i].msg_hdr;
    header.msg_name = &names_[i];
    header.msg_iov = pieces_[i].data();
    header.msg_iovlen = pieces_[i].size();
    header.msg_control = controls_[i].bytes.data();
  }
  datagrams_.reserve(kMessages);
}

std::span<Datagram> DatagramIntake::receive() {
  datagrams_.clear();
  if (train_each_ == 0) {
    receive_singly();
  } else {
    receive_train();
  }
  return datagrams_;
}

void DatagramIntake::receive_singly() {
  for (std::size_t i = 0; i < kMessages; ++i) {
    if (!frames_[i]) {
      frames_[i] = pool_.make(kDirect);
      pieces_[i][0] = {frames_[i].writable().data(), kDirect};
    }
    headers_[i].msg_hdr.msg_namelen = sizeof(sockaddr_in);
    headers_[i].msg_hdr.msg_controllen = DatagramSocket::kAncillarySize;
  }
  const int count = recvmmsg(socket_.fd(), headers_.data(), kMessages, MSG_DONTWAIT, nullptr);
  may_have_more_ = count == static_cast<int>(kMessages);
  for (int i = 0; i < count; ++i) {
    const auto index = static_cast<std::size_t>(i);
    take(headers_[index].msg_hdr, headers_[index].msg_len, {&frames_[index], 1});
  }
}

void DatagramIntake::receive_train() {
  if (!frames_of_train_[0]) {
    pool_.make_row({frames_of_train_.data(), train_frames_}, train_each_);
    pieces_of_train_[0] = {frames_of_train_[0].writable().data(), train_frames_ * train_each_};
  }
  msghdr header = headers_[0].msg_hdr;
  header.msg_iov = pieces_of_train_.data();
  header.msg_iovlen = pieces_of_train_.size();
  header.msg_namelen = sizeof(sockaddr_in);
  header.msg_controllen = DatagramSocket::kAncillarySize;
  const auto size = recvmsg(socket_.fd(), &header, MSG_DONTWAIT);
  may_have_more_ = size >= 0;
  if (size >= 0) {
    take(header, static_cast<std::size_t>(size), {frames_of_train_.data(), train_frames_});
  }
}

void DatagramIntake::expect_trains_of(std::size_t size) {
  if (size == train_each_) {
    return;
  }
  std::ranges::for_each(frames_of_train_, &Frame::reset);
  train_each_ = size;
  train_frames_ = size == 0 ? 0
                            : std::min(DatagramSocket::kTrainDatagrams,
                                       (DatagramSocket::kTrainBytes + size - 1) / size);
  pieces_of_train_[1] = {scratch_.get(), kScratch};
}

// `frames` are where the message's first bytes are.
void DatagramIntake::take(msghdr& header, std::size_t size, std::span<Frame> frames) {
  DatagramSocket::Ancillary ancillary;
  if (header.msg_controllen != 0) {
    ancillary = socket_.read_ancillary(header);
    overruns_ += ancillary.overruns;
  }
  if (size == 0) {
    return;
  }
  const UdpAddress source = UdpAddress::from(*static_cast<const sockaddr_in*>(header.msg_name));
  const bool is_train = ancillary.datagram != 0 && ancillary.datagram < size;
  const std::size_t each = is_train ? ancillary.datagram : size;
  const bool in_place = frames.size() == 1
                            ? !is_train && size <= header.msg_iov[0].iov_len
                            : is_train && each == train_each_ && size >= kLongTrain * each;
  if (in_place) {
    take_in_place(source, each, size, frames, header.msg_iov[1]);
  } else {
    const std::span pieces(header.msg_iov, header.msg_iovlen);
    for (std::size_t at = 0; at < size; at += each) {
      datagrams_.push_back({source, copy_out(pieces, at, std::min(each, size - at))});
    }
  }
  singles_ = is_train ? 0 : singles_ + 1;
  if (is_train && each <= kLargestInTrain && each % 2 == 0) {
    expect_trains_of(each);
  } else if (singles_ >= kPatience) {
    expect_trains_of(0);
  }
}

// What the frames have no place for is in `rest`.
void DatagramIntake::take_in_place(const UdpAddress& source, std::size_t each, std::size_t size,
                                   std::span<Frame> frames, const iovec& rest) {
  std::size_t at = 0;
  for (Frame& frame : frames) {
    const std::size_t length = std::min(each, size - at);
    if (length < frame.bytes().size()) {
      frame.truncate(length);
    }
    datagrams_.push_back({source, std::move(frame)});
    at += length;
    if (at == size) {
      return;
    }
  }
  for (std::size_t over = 0; at < size; over += each, at += each) {
    datagrams_.push_back({source, copy_out({&rest, 1}, over, std::min(each, size - at))});
  }
}

Frame DatagramIntake::copy_out(std::span<const iovec> pieces, std::size_t offset,
                               std::size_t size) {
  Frame frame = pool_.make(size);
  std::uint8_t* to = frame.writable().data();
  for (const iovec& piece : pieces) {
    if (offset >= piece.iov_len) {
      offset -= piece.iov_len;
      continue;
    }
    const std::size_t length = std::min(size, piece.iov_len - offset);
    std::memcpy(to, static_cast<const std::uint8_t*>(piece.iov_base) + offset, length);
    to += length;
    size -= length;
    offset = 0;
    if (size == 0) {
      break;
    }
  }
  return frame;
}

}  // namespace violin
