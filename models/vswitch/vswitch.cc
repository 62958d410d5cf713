#include "models/vswitch/vswitch.h"

#include <algorithm>
#include <utility>

#include "core/require.h"
#include "models/vswitch/relay_pass.h"

namespace violin {

VSwitch::VSwitch(Kernel& kernel, std::string name, const VSwitchOptions& options)
    : Entity(kernel, std::move(name)),
      table_(options.stations, options.ageing),
      storm_control_(options.storm_control) {}

PortIndex VSwitch::connect() { return connect(PortVlan()); }

PortIndex VSwitch::connect(PortVlan vlan) {
  if (free_.empty()) {
    require(ports_.size() < MacTable::kMaxPorts, "a vSwitch has at most 2^24 ports");
    free_.push_back(PortIndex{static_cast<std::uint32_t>(ports_.size())});
    ports_.emplace_back();
    open_port(free_.back());
  }
  const PortIndex index = free_.back();
  free_.pop_back();
  Port& port = ports_[to_index(index)];
  port.connected = true;
  port.vlan = std::move(vlan);
  open_gate(port);
  return index;
}

void VSwitch::disconnect(PortIndex port) {
  unplug(port);
  ports_[to_index(port)] = {};
  for (GroupFilter& filter : group_filters_) {
    std::erase(filter.ports, port);
  }
  free_.push_back(port);
}

bool VSwitch::connected(PortIndex port) const {
  return to_index(port) < ports_.size() && ports_[to_index(port)].connected;
}

void VSwitch::require_connected(PortIndex port) const {
  require(connected(port), "the port of a vSwitch is connected");
}

void VSwitch::open_gate(Port& port) {
  port.storm = storm_control_.limits_anything()
                   ? std::make_unique<StormGate>(storm_control_, kernel_.now())
                   : nullptr;
}

void VSwitch::set_vlan(PortIndex port, PortVlan vlan) {
  require_connected(port);
  ports_[to_index(port)].vlan = std::move(vlan);
  table_.forget_port(port);
}

void VSwitch::set_storm_control(const StormControl& control) {
  storm_control_ = control;
  for (Port& port : ports_) {
    if (port.connected) {
      open_gate(port);
    }
  }
}

void VSwitch::set_group_filter(GroupFilter filter) {
  require(filter.group.is_group() && !filter.group.is_broadcast() &&
              std::ranges::is_sorted(filter.ports),
          "a group filter is for a group, its ports in order");
  const auto at = std::ranges::lower_bound(group_filters_, filter.group, {}, &GroupFilter::group);
  if (at != group_filters_.end() && at->group == filter.group) {
    *at = std::move(filter);
  } else {
    group_filters_.insert(at, std::move(filter));
  }
}

void VSwitch::remove_group_filter(MacAddress group) {
  std::erase_if(group_filters_, [&](const GroupFilter& filter) { return filter.group == group; });
}

const GroupFilter* VSwitch::filter_of(MacAddress group) const {
  const auto found = std::ranges::lower_bound(group_filters_, group, {}, &GroupFilter::group);
  return found == group_filters_.end() || found->group != group ? nullptr : &*found;
}

void VSwitch::plug(PortIndex port, Attachment egress) {
  require_connected(port);
  Entity::plug(port, egress);
}

void VSwitch::unplug(PortIndex port) {
  require_connected(port);
  Entity::unplug(port);
  table_.forget_port(port);
}

void VSwitch::receive(PortIndex port, std::span<Frame> burst, TimePoint now) {
  ledger_.in += burst.size();
  if (!connected(port)) [[unlikely]] {
    for (Frame& frame : burst) {
      ledger_.drop(std::move(frame), Drop::kDetached);
    }
    return;
  }
  while (!burst.empty()) {
    const std::size_t n = std::min(burst.size(), kBurst);
    Pass(*this, port, burst.first(n), now).run();
    burst = burst.subspan(n);
  }
}

void VSwitch::abandon(Drop /*reason*/) { table_.clear(); }

void VSwitch::restore(std::span<const Station> stations) {
  for (const Station& station : stations) {
    require_connected(station.port);
    require(ports_[to_index(station.port)].vlan.contains(station.vlan),
            "a restored station is in a VLAN of its port");
  }
  table_.restore(stations, kernel_.now());
}

}  // namespace violin
