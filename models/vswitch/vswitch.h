// A vSwitch: a transparent bridge.
//
// Source: IEEE 802.1D-2004 clause 7 (relay, learning, filtering database) and, on ports that are
// given a PortVlan, IEEE 802.1Q-2018 clauses 6.9 and 8.6. No spanning tree: topologies are loop
// free by construction.
//
// For each frame that comes in at a port, in this order:
//   1. A port that is not connected: kDetached. Fewer than 14 stored bytes (18 if tagged on a port
//      that knows VLANs), a group address as source, or VID 4095 there: kBadFrame.
//   2. VLAN classification; a frame that the port does not take: kVlan.
//   3. Learning: the source is at this port from now on. A station that moved is relearnt at once.
//      When the table is full another entry gives way (MacTable), and the frame goes on in any
//      case.
//   4. The reserved addresses 01-80-C2-00-00-00 to -0F are never forwarded: kUnsupported.
//   5. A station known at this very port: kSamePort. At another port: sent there alone.
//   6. Anything else is flooded: storm control of the ingress port first (kStormControl), then to
//      every port of the VLAN with a cable, except the one that it came from; if it is for a group
//      that has a GroupFilter, only to those of the filter's ports. To none: kDetached.
//
// Frames without VLANs are never changed. Between one ingress and one egress port order is kept.
// A burst is taken 64 frames at a time, and each egress port is given one burst for them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/entity/entity.h"
#include "models/vswitch/mac_table.h"
#include "models/vswitch/storm_control.h"
#include "models/vswitch/vlan.h"

namespace violin {

struct VSwitchOptions {
  Duration ageing = std::chrono::seconds(300);  // IEEE 802.1D-2004 table 7-5; at least 1 ns
  std::size_t stations = 65'536;                // bound of the MAC table; at least 1
  StormControl storm_control{};                 // of each ingress port by itself
};

// A static filtering entry for a group (IEEE 802.1D-2004 clause 7.9.1): which ports lead to its
// members.
struct GroupFilter {
  MacAddress group;
  std::vector<PortIndex> ports;  // in order
};

struct VSwitchState;  // vswitch_state.h

class VSwitch final : public Entity {
 public:
  VSwitch(Kernel& kernel, std::string name, const VSwitchOptions& options = {});

  // A new port, transparent and without a cable. At most 2^24 at a time; the index of a removed one
  // is used again.
  PortIndex connect();
  PortIndex connect(PortVlan vlan);
  // Removes the port, its cable, and what was learnt there.
  void disconnect(PortIndex port);
  bool connected(PortIndex port) const;
  std::size_t connected_ports() const { return ports_.size() - free_.size(); }

  // Also forgets what was learnt at the port.
  void set_vlan(PortIndex port, PortVlan vlan);
  // New, full buckets at each port.
  void set_storm_control(const StormControl& control);
  // Replaces the group's. Ports that are disconnected later leave it.
  void set_group_filter(GroupFilter filter);
  void remove_group_filter(MacAddress group);
  void set_ageing(Duration ageing) { table_.set_ageing(ageing); }

  void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override;
  // The port is connected (std::logic_error otherwise).
  void plug(PortIndex port, Attachment egress) override;
  // Also forgets what was learnt at the port.
  void unplug(PortIndex port) override;
  // Forgets every station. It holds no frames.
  void abandon(Drop reason) override;
  std::uint64_t queued() const override { return 0; }

  struct Counters {
    std::uint64_t learnt = 0;     // stations that were unknown
    std::uint64_t moved = 0;      // stations that were known at another port
    std::uint64_t forwarded = 0;  // frames sent to the port of a known station
    std::uint64_t flooded = 0;    // frames sent to all ports
  };
  const Counters& counters() const { return counters_; }
  const MacTable& table() const { return table_; }

  // What it has learnt, for its next life on another host. The ports that the stations name are
  // connected and in the stations' VLANs (std::logic_error otherwise).
  std::vector<Station> stations() const { return table_.snapshot(kernel_.now()); }
  void restore(std::span<const Station> stations);
  // Everything that decides what becomes of its next frame, as a value. A switch that is new is
  // made one that decides the same, with the same ports (std::logic_error if it has any).
  VSwitchState state() const;
  void restore(const VSwitchState& state);

 private:
  static constexpr std::size_t kBurst = 64;
  struct Port {
    bool connected = false;
    std::uint8_t group = 255;  // of the pass that is deciding; 255: none
    PortVlan vlan;
    std::unique_ptr<StormGate> storm;
  };
  class Pass;

  void require_connected(PortIndex port) const;
  void open_gate(Port& port);
  const GroupFilter* filter_of(MacAddress group) const;

  MacTable table_;
  StormControl storm_control_;
  std::vector<Port> ports_;
  std::vector<PortIndex> free_;
  std::vector<GroupFilter> group_filters_;  // by group
  Counters counters_;
};

}  // namespace violin
