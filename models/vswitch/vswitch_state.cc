#include "models/vswitch/vswitch_state.h"

#include <utility>

#include "core/require.h"

namespace violin {

VSwitchState VSwitch::state() const {
  VSwitchState state;
  state.options = {table_.ageing(), table_.capacity(), storm_control_};
  for (const Port& port : ports_) {
    state.ports.push_back(
        {port.connected, port.vlan, port.storm ? std::optional(*port.storm) : std::nullopt});
  }
  state.free = free_;
  state.stations = stations();
  state.group_filters = group_filters_;
  state.counters = counters_;
  return state;
}

void VSwitch::restore(const VSwitchState& state) {
  require(ports_.empty(), "a state is restored to a vSwitch that has no ports yet");
  table_ = MacTable(state.options.stations, state.options.ageing);
  storm_control_ = state.options.storm_control;
  for (const VSwitchState::Port& known : state.ports) {
    open_port(PortIndex{static_cast<std::uint32_t>(ports_.size())});
    Port& port = ports_.emplace_back();
    port.connected = known.connected;
    port.vlan = known.vlan;
    port.storm = known.storm ? std::make_unique<StormGate>(*known.storm) : nullptr;
  }
  free_ = state.free;
  restore(state.stations);
  group_filters_ = state.group_filters;
  counters_ = state.counters;
}

}  // namespace violin
