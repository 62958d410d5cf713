#include "models/vhost/host_groups.h"

#include <algorithm>

#include "models/wire/ethernet.h"

namespace violin {

void HostGroups::join(PortIndex port, Ipv4Address group) {
  for (Membership& membership : memberships_) {
    if (membership.port == port && membership.group == group) {
      ++membership.joined;
      return;
    }
  }
  memberships_.push_back({port, group, 1});
}

void HostGroups::leave(PortIndex port, Ipv4Address group) {
  std::erase_if(memberships_, [&](Membership& membership) {
    return membership.port == port && membership.group == group && --membership.joined == 0;
  });
}

void HostGroups::remove(PortIndex port) {
  std::erase_if(memberships_,
                [&](const Membership& membership) { return membership.port == port; });
}

bool HostGroups::has(PortIndex port, Ipv4Address group) const {
  return std::ranges::any_of(memberships_, [&](const Membership& membership) {
    return membership.port == port && membership.group == group;
  });
}

bool HostGroups::has(PortIndex port, MacAddress address) const {
  return std::ranges::any_of(memberships_, [&](const Membership& membership) {
    return membership.port == port && wire::group_address(membership.group) == address;
  });
}

}  // namespace violin
