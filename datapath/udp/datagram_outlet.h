// Gathers datagrams and sends them with few system calls: all that wait in one sendmmsg, and
// consecutive ones of one size to one address as a train (UDP_SEGMENT) where the system has that.
//
// Each datagram is in the books of whoever sent it: `consumed` once the system took it, else
// dropped as kSocketFull (no room: EAGAIN, ENOBUFS), kOversize (EMSGSIZE) or kNoRoute (anything
// else, such as an unreachable network or a firewall's refusal). Nothing is tried again later.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/frame.h"
#include "core/ledger.h"
#include "datapath/udp/datagram_socket.h"

namespace violin {

class DatagramOutlet {
 public:
  // So many wait at most: the one that fills it sends them all.
  static constexpr std::size_t kMostWaiting = 256;

  // The socket outlives the outlet.
  explicit DatagramOutlet(const DatagramSocket& socket);
  ~DatagramOutlet();

  // The frame's stored bytes are the datagram. `books` outlive its sending, or are forgotten.
  void send(const UdpAddress& to, Frame&& frame, Ledger& books);
  void flush();
  bool empty() const { return waiting_.empty(); }
  // Those that wait, by whose they are.
  std::uint64_t waiting(const Ledger& books) const;
  // Drops those that wait.
  void forget(Ledger& books, Drop reason);

 private:
  struct Waiting {
    UdpAddress to;
    Frame frame;
    Ledger* books;
  };
  struct Message {
    std::size_t first;
    std::size_t count;  // more than one: a train
  };
  // Its size alone travels with a train: that of each datagram but the last.
  struct alignas(cmsghdr) Control {
    std::array<std::uint8_t, CMSG_SPACE(sizeof(std::uint16_t))> bytes;
  };
  struct Batch;

  std::size_t train_at(std::size_t first) const;
  void add_message(Batch& batch, std::size_t first, std::size_t count) const;
  void transmit(Batch& batch);
  void send_singly(std::size_t first, std::size_t count);
  // The system's answer to a message that it did not take; whether it was dealt with for good.
  bool refused(const Message& message, int error);
  void count_out(std::size_t first, std::size_t count);
  void drop(std::size_t first, std::size_t count, Drop reason);

  const DatagramSocket& socket_;
  std::vector<Waiting> waiting_;
  std::unique_ptr<Batch> batch_;
};

}  // namespace violin
