// What a vSwitch is apart from its cables, as a value: all that its successor on another overlay
// host needs to decide as it did. It refers to nothing outside of itself.
//
// Times are the kernel's: who sends a state to another kernel translates them. Where frames are
// lost or kept by chance alone (which entry of a full table gives way) the successor may choose
// another.
#pragma once

#include <optional>
#include <vector>

#include "models/vswitch/vswitch.h"

namespace violin {

struct VSwitchState {
  struct Port {
    bool connected = false;
    PortVlan vlan;
    std::optional<StormGate> storm;  // with its levels
  };

  VSwitchOptions options;
  std::vector<Port> ports;      // by index
  std::vector<PortIndex> free;  // the last is used next
  std::vector<Station> stations;
  VSwitch::Counters counters;
  std::vector<GroupFilter> group_filters;  // by group
};

}  // namespace violin
