// The least that joins two hosts' TAP devices over UDP: a frame is a read and a datagram, a
// datagram is a write. One thread a host.
#pragma once

#include <string>
#include <thread>

#include "core/address.h"
#include "datapath/reactor/file_descriptor.h"

namespace violin::bench {

class TapUdpRelay {
 public:
  struct End {
    std::string network_namespace;
    Ipv4Address local;
    Ipv4Address peer;
  };
  // Makes the device "floor0" in the namespace; both ends use the same port.
  explicit TapUdpRelay(const End& end);

 private:
  void relay(const std::stop_token& stop) const;
  FileDescriptor tap_;
  FileDescriptor socket_;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace violin::bench
