// A non-blocking UDP socket of an overlay host, bound to an IPv4 address, and what the system
// granted it.
//
// Offloads are asked for when it opens and used where the system has them: UDP_GRO, by which a
// train of datagrams arrives in one piece with the size of each, and UDP_SEGMENT, by which one is
// sent so. Datagrams lost in a full receive buffer are told by the system with the next one that
// arrives (SO_RXQ_OVFL) and on request (SO_MEMINFO); a lost train counts as one.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <span>

#include "core/quantity.h"
#include "datapath/reactor/file_descriptor.h"
#include "datapath/udp/udp_address.h"

namespace violin {

struct DatagramSocketOptions {
  Bytes receive_buffer{4 << 20};
  Bytes send_buffer{4 << 20};
  bool receive_trains = true;  // UDP_GRO
  bool send_trains = true;     // UDP_SEGMENT
  bool dont_fragment =
      false;  // DF is set on what is sent, whatever path MTU the system believes in
};

class DatagramSocket {
 public:
  // Most datagrams in a train (UDP_MAX_SEGMENTS before Linux 6.9), and bytes in one.
  static constexpr std::size_t kTrainDatagrams = 64;
  static constexpr std::size_t kTrainBytes = 65'507;

  // Port 0: one that is free. Throws std::system_error that names the address and the remedy.
  explicit DatagramSocket(UdpAddress local, const DatagramSocketOptions& options = {});

  int fd() const { return fd_.get(); }
  UdpAddress local() const { return local_; }

  // What the system granted, as it counts: payload with its own overhead.
  Bytes receive_buffer() const { return granted_receive_; }
  Bytes send_buffer() const { return granted_send_; }
  bool receives_trains() const { return receives_trains_; }
  bool sends_trains() const { return sends_trains_; }

  // Reads what the system says was lost; how many more than at the last call, or since
  // note_overrun() was told.
  std::uint64_t new_overruns();
  // The running count, modulo 2^32, as a datagram's SO_RXQ_OVFL brought it; how many are new.
  std::uint64_t note_overrun(std::uint32_t lost_so_far);

  // What comes with a received message.
  struct Ancillary {
    std::size_t datagram = 0;    // size of each datagram of a train but the last; 0: no train
    std::uint64_t overruns = 0;  // new ones
  };
  static constexpr std::size_t kAncillarySize = 2 * CMSG_SPACE(sizeof(std::uint32_t));
  Ancillary read_ancillary(msghdr& message);

 private:
  FileDescriptor fd_;
  UdpAddress local_;
  Bytes granted_receive_;
  Bytes granted_send_;
  bool receives_trains_ = false;
  bool sends_trains_ = false;
  std::uint32_t lost_so_far_ = 0;
};

}  // namespace violin
