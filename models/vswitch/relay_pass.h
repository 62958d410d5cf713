// One pass of a vSwitch over a burst from one ingress port: parse all frames, decide on each in
// order, then send each egress port what is its.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "models/vswitch/vswitch.h"

namespace violin {

// Lives on the stack for one pass, so a frame that comes back to the switch while it is sending
// finds the switch in order. Not initialised beyond what a pass of n frames reads.
class VSwitch::Pass {
 public:
  // 1 to kBurst frames; the port is connected.
  Pass(VSwitch& bridge, PortIndex ingress, std::span<Frame> burst, TimePoint now)
      : switch_(bridge), ingress_(ingress), burst_(burst), now_(now) {}

  void run();

 private:
  using Index = std::uint8_t;  // of a frame in the burst, or of a group
  static_assert(kBurst <= 255);
  static constexpr Index kEnd = 255;

  // The unicast frames for one egress port, as a list in order of arrival.
  struct Group {
    PortIndex port;
    Index first;
    Index last;
    Index count;
    bool is_contiguous() const { return last - first + 1 == count; }
  };

  void parse();
  bool read_keys(std::size_t i);
  bool classify(std::size_t i, std::uint64_t destination, std::uint64_t source);
  void decide();
  void decide(Index i);
  void learn(Index i);
  void forward(Index i, PortIndex egress);
  void flood(Index i, FloodKind kind);
  void drop(std::size_t i, Drop reason);

  VlanId vlan_of(Index i) const;
  void retag(Frame& frame, Index i, PortIndex egress);
  bool takes_floods(std::size_t port) const;
  // Whether the port is one that the frame at this place in floods_ is sent to.
  bool receives(std::size_t port, std::size_t flood) const;

  void send_groups();
  void send_in_place(const Group& group);
  void gather_and_send();
  void send_with_floods();
  void count_recipients();
  std::size_t merge(const Group* group, std::size_t port, std::span<Frame> out);
  Frame copy_for_flood(Index which);
  void drop_unsent();

  VSwitch& switch_;
  PortIndex ingress_;
  std::span<Frame> burst_;
  TimePoint now_;

  std::size_t group_count_ = 0;
  std::size_t flood_count_ = 0;
  std::array<MacTable::Key, kBurst> source_;
  std::array<MacTable::Key, kBurst> destination_;
  std::array<Index, kBurst> next_;  // the frame that follows in its group
  std::array<Group, kBurst> groups_;
  std::array<Index, kBurst> floods_;  // frames to flood, in order of arrival
  // By place in floods_: the only ports that it goes to (nullptr: all), and how many are to come.
  std::array<const GroupFilter*, kBurst> filters_;
  std::array<std::uint32_t, kBurst> to_send_;
};

}  // namespace violin
