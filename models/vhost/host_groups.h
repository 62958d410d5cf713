// The IPv4 host groups that a vHost is a member of, by vNIC. Source: RFC 1112 section 7.
#pragma once

#include <cstdint>
#include <vector>

#include "core/address.h"
#include "core/frame_sink.h"

namespace violin {

class HostGroups {
 public:
  // A group is left when it has been left as often as it was joined.
  void join(PortIndex port, Ipv4Address group);
  void leave(PortIndex port, Ipv4Address group);
  // The vNIC is gone.
  void remove(PortIndex port);

  bool has(PortIndex port, Ipv4Address group) const;
  // Whether a group of that vNIC has the address; 32 groups share one.
  bool has(PortIndex port, MacAddress address) const;

 private:
  struct Membership {
    PortIndex port;
    Ipv4Address group;
    std::uint32_t joined;
  };
  std::vector<Membership> memberships_;  // few
};

}  // namespace violin
