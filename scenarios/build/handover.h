// A live vSwitch or vRouter moves from one overlay host to another while it forwards. What it does
// is what two machines would do:
//
//   1. Outward, link by link: what the old object sends into a link first goes to the new host (the
//      relay, a way of the underlay) and enters the link there.
//   2. A successor is made from the old one's state (vswitch_state.h, vrouter_state.h) and takes
//      its place as the node's entity. From now on both forward.
//   3. Inward, link by link: each neighbour's frames go to the successor.
//   4. The old object drains: once the last frame that was under way to it has come, it is gone.
//
//    neighbour ==link==> [old at host X] --relay--> [host Y: link] ==> neighbour
//    neighbour ==link==> [successor at host Y: link] ==> neighbour
//
// A link's queue, rate and loss are met once, whichever object forwards. Each step is an event of
// its own, kPause apart. A Turn for each direction keeps frames in order: a marker follows the last
// frame on the old way (and, inward, through the old object and the relay), and what comes on the
// new way waits for it, at most kPatience. So nothing is lost, doubled or overtaken, unless the
// underlay loses it, or a change of the links or a failing host ends the hand-over early.
//
// A retired vRouter hands what needs more than its routes and known neighbours to its successor,
// over the relay too: each ARP request, ICMP error and identification is one's alone. What an old
// vSwitch still learns is not told: the successor floods to such a station until it speaks.
//
// Books: this component's are those of relay and turns. What the old object counts is added to the
// successor, which continues its books.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/component.h"
#include "scenarios/build/relay.h"
#include "scenarios/build/turn.h"

namespace violin {

class Network;

class Handover final : public Component, private RelayTaker {
 public:
  static constexpr Duration kPause = std::chrono::microseconds(200);    // between two steps
  static constexpr Duration kPatience = std::chrono::milliseconds(50);  // and the relay's delay
  static constexpr Duration kDrain = std::chrono::seconds(2);           // where a marker is lost

  // Of a vSwitch or vRouter on an overlay host; `to` is another. The network outlives it.
  Handover(Network& network, Node& node, HostId to);
  ~Handover() override;

  // The first step follows at once, in an event of its own.
  void begin();
  // What is left of re-pointing, now. The old object still drains.
  void settle();
  // Before it is destroyed: settles, unless it was given up, and ends the old object. Frames under
  // way to that are lost.
  void end(Drop reason);
  // Ends the frames that wait in it, so that none is handed over any more.
  void abandon(Drop reason);
  // Ends what a failing host makes impossible: before there is a successor nothing has moved. True
  // if it is concerned, and is to be ended.
  bool host_failed(HostId host);
  // The link goes. After settle().
  void forget(const VirtualLink& link);

  // Where the entity's end of that port's link is, for frames that leave it or enter it.
  HostId host_of(PortIndex port, bool outward) const;
  // Whether frames for that port still go to the old object, and its door.
  bool enters_old(PortIndex port) const;
  Attachment old_entry(PortIndex port) { return {&inward_, port}; }
  // False if the entity itself has the cable plugged in.
  bool plug(PortIndex port, Attachment cable);

  // For turns: whether it is the last frame of an old way, and its arrival there.
  bool is_marker(const Frame& frame) const;
  void end_old_way(Turn& turn, Frame marker);

  void for_each_component(const std::function<void(const Component&)>& visit) const;
  std::uint64_t queued() const override;

 private:
  struct Moving {
    PortIndex port;
    bool outward = false;  // has turned
    bool inward = false;
    Attachment cable;  // what the old object sent into
  };
  // The old object's doors: out, and back to its successor, both into the relay; and in.
  struct Outward final : FrameSink {
    Outward(Handover& of, Relayed does) : handover(of), what(does) {}
    void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override;
    Handover& handover;
    Relayed what;
  };
  struct Inward final : FrameSink {
    explicit Inward(Handover& of) : handover(of) {}
    void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override;
    Handover& handover;
  };
  void on_timer();
  bool step();
  void turn(Moving& moving, bool outward);
  void exchange_entities();
  std::unique_ptr<Entity> successor();
  void give_up();
  void open_turns();
  void report();
  bool is_empty() const;
  Frame make_marker();
  void relay_marker(const Turn& turn, Frame marker);
  std::unique_ptr<Pipe> relay_path() const;
  void take_relayed(Relayed what, PortIndex port, std::span<Frame> burst, TimePoint now) override;
  Attachment beyond_relay(Relayed what, PortIndex port) const;
  const Moving* find(PortIndex port) const;

  Network& network_;
  Node& node_;
  HostId from_;
  HostId to_;
  std::uint64_t token_;  // of its markers, so that nobody else's frame is one
  std::unique_ptr<Entity> old_;
  std::vector<Moving> ports_;  // with links, as they were when it began
  std::size_t steps_ = 0;
  bool given_up_ = false;
  std::vector<std::unique_ptr<Turn>> turns_;
  Outward out_of_{*this, Relayed::kOutOf};
  Outward into_{*this, Relayed::kInto};
  Inward inward_{*this};
  Relay relay_;
  Duration patience_;
  TimePoint began_;
  TimePoint turned_;   // the last link
  Duration waited_{};  // since then
  std::uint64_t relayed_ = 0;
  Timer timer_;
};

}  // namespace violin
