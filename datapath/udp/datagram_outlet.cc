#include "datapath/udp/datagram_outlet.h"

#include <netinet/udp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace violin {

struct DatagramOutlet::Batch {
  std::size_t messages = 0;
  std::size_t pieces = 0;
  std::array<Message, kMostWaiting> what;
  std::array<mmsghdr, kMostWaiting> headers;
  std::array<sockaddr_in, kMostWaiting> names;
  std::array<iovec, kMostWaiting> bytes;
  std::array<Control, kMostWaiting> controls;
};

DatagramOutlet::DatagramOutlet(const DatagramSocket& socket)
    : socket_(socket), batch_(std::make_unique<Batch>()) {
  waiting_.reserve(kMostWaiting);
}

DatagramOutlet::~DatagramOutlet() = default;

void DatagramOutlet::send(const UdpAddress& to, Frame&& frame, Ledger& books) {
  waiting_.push_back({to, std::move(frame), &books});
  if (waiting_.size() == kMostWaiting) {
    flush();
  }
}

std::uint64_t DatagramOutlet::waiting(const Ledger& books) const {
  return static_cast<std::uint64_t>(
      std::ranges::count(waiting_, &books, [](const Waiting& w) { return w.books; }));
}

void DatagramOutlet::forget(Ledger& books, Drop reason) {
  std::erase_if(waiting_, [&](Waiting& w) {
    if (w.books != &books) {
      return false;
    }
    books.drop(std::move(w.frame), reason);
    return true;
  });
}

// How many datagrams from `first` on can go as one train.
std::size_t DatagramOutlet::train_at(std::size_t first) const {
  if (!socket_.sends_trains()) {
    return 1;
  }
  const std::size_t each = waiting_[first].frame.bytes().size();
  const std::size_t most = std::min({DatagramSocket::kTrainDatagrams, waiting_.size() - first,
                                     std::max<std::size_t>(DatagramSocket::kTrainBytes / each, 1)});
  std::size_t count = 1;
  while (count < most && waiting_[first + count].to == waiting_[first].to) {
    const std::size_t size = waiting_[first + count].frame.bytes().size();
    if (size > each) {
      break;
    }
    ++count;
    if (size < each) {
      break;  // a shorter one ends the train
    }
  }
  return count;
}

void DatagramOutlet::add_message(Batch& batch, std::size_t first, std::size_t count) const {
  const std::size_t m = batch.messages++;
  batch.what[m] = {first, count};
  batch.names[m] = waiting_[first].to.name();
  msghdr& header = batch.headers[m].msg_hdr;
  header = {};
  header.msg_name = &batch.names[m];
  header.msg_namelen = sizeof(sockaddr_in);
  header.msg_iov = &batch.bytes[batch.pieces];
  header.msg_iovlen = count;
  for (std::size_t i = first; i < first + count; ++i) {
    const auto bytes = waiting_[i].frame.bytes();
    // The system only reads it.
    batch.bytes[batch.pieces++] = {const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
  }
  if (count > 1) {
    header.msg_control = batch.controls[m].bytes.data();
    header.msg_controllen = CMSG_SPACE(sizeof(std::uint16_t));
    cmsghdr* control = CMSG_FIRSTHDR(&header);
    control->cmsg_level = SOL_UDP;
    control->cmsg_type = UDP_SEGMENT;
    control->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
    const auto each = static_cast<std::uint16_t>(waiting_[first].frame.bytes().size());
    std::memcpy(CMSG_DATA(control), &each, sizeof each);
  }
}

void DatagramOutlet::flush() {
  if (waiting_.empty()) {
    return;
  }
  Batch& batch = *batch_;
  batch.messages = 0;
  batch.pieces = 0;
  for (std::size_t at = 0; at < waiting_.size();) {
    const std::size_t count = train_at(at);
    add_message(batch, at, count);
    at += count;
  }
  transmit(batch);
  waiting_.clear();
}

void DatagramOutlet::transmit(Batch& batch) {
  for (std::size_t done = 0; done < batch.messages;) {
    const int sent = sendmmsg(socket_.fd(), &batch.headers[done],
                              static_cast<unsigned>(batch.messages - done), MSG_DONTWAIT);
    if (sent > 0) {
      const std::size_t end = done + static_cast<std::size_t>(sent);
      for (; done < end; ++done) {
        count_out(batch.what[done].first, batch.what[done].count);
      }
    } else if (refused(batch.what[done], errno)) {
      ++done;
    }
  }
}

bool DatagramOutlet::refused(const Message& message, int error) {
  switch (error) {
    case EINTR:
    case ECONNREFUSED:  // an earlier datagram's fate: told once, and not about this one
      return false;
    case EAGAIN:
    case ENOBUFS:
    case ENOMEM:
      drop(message.first, message.count, Drop::kSocketFull);
      return true;
    case EMSGSIZE:
    case EINVAL:
    case EIO:
      if (message.count > 1) {
        send_singly(message.first, message.count);  // the route's device does not carry trains
      } else {
        drop(message.first, 1, error == EMSGSIZE ? Drop::kOversize : Drop::kNoRoute);
      }
      return true;
    default:
      drop(message.first, message.count, Drop::kNoRoute);
      return true;
  }
}

void DatagramOutlet::send_singly(std::size_t first, std::size_t count) {
  for (std::size_t i = first; i < first + count; ++i) {
    const sockaddr_in name = waiting_[i].to.name();
    const auto bytes = waiting_[i].frame.bytes();
    const auto sent = sendto(socket_.fd(), bytes.data(), bytes.size(), MSG_DONTWAIT,
                             reinterpret_cast<const sockaddr*>(&name), sizeof name);
    if (sent >= 0) {
      count_out(i, 1);
    } else if (!refused({i, 1}, errno)) {
      drop(i, 1, Drop::kNoRoute);
    }
  }
}

void DatagramOutlet::count_out(std::size_t first, std::size_t count) {
  for (std::size_t i = first; i < first + count; ++i) {
    ++waiting_[i].books->consumed;
    waiting_[i].frame.reset();
  }
}

void DatagramOutlet::drop(std::size_t first, std::size_t count, Drop reason) {
  for (std::size_t i = first; i < first + count; ++i) {
    waiting_[i].books->drop(std::move(waiting_[i].frame), reason);
  }
}

}  // namespace violin
