// One direction of a link that turns from its old way to a new one, because the host at one of its
// ends is another from now on:
//
//   link --(old way)--> old_end --> where its frames went before
//   link --(new way)--> new_end: holds frames until the old way is empty --> where they go now
//
// The old way is empty once the marker that was sent on it last has come. So no frame overtakes
// another on its way through the turn, unless it is opened before.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/frame_sink.h"
#include "core/ledger.h"
#include "scenarios/build/virtual_network.h"

namespace violin {

class Handover;

class Turn {
 public:
  // What it holds at most: then it opens, and order is lost rather than a frame.
  static constexpr std::size_t kMostHeld = 65'536;

  // Outward turns lead away from the entity that moves. The network and the hand-over, whose books
  // these are, outlive it; so does the link, or forget() is called.
  Turn(Network& network, Handover& handover, VirtualLink& link, std::size_t direction, bool outward,
       PortIndex port);
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  // Where the old way ends, and the new one. As long as it is there.
  Attachment old_end() { return {&old_, PortIndex{0}}; }
  Attachment new_end() { return {&new_, PortIndex{0}}; }

  // Lets everything pass from now on.
  void open();
  // Ends what it holds.
  void abandon(Drop reason);
  // Nothing comes on the old way any more. Opens.
  void old_way_ended();
  bool has_old_way() const { return has_old_way_; }
  // It did not open before its old way had ended.
  bool in_order() const { return in_order_; }

  bool outward() const { return outward_; }
  VirtualLink* link() const { return link_; }
  std::size_t direction() const { return direction_; }
  // The link goes, and with it both ways. It is open.
  void forget_link() {
    link_ = nullptr;
    has_old_way_ = false;
  }
  std::uint64_t queued() const { return held_.size(); }
  std::uint64_t ever_held() const { return ever_held_; }

 private:
  struct OldEnd final : FrameSink {
    explicit OldEnd(Turn& of) : turn(of) {}
    void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override;
    Turn& turn;
  };
  struct NewEnd final : FrameSink {
    explicit NewEnd(Turn& of) : turn(of) {}
    void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override;
    Turn& turn;
  };
  void pass_old(std::span<Frame> burst, TimePoint now);
  void pass_new(std::span<Frame> burst, TimePoint now);

  Network& network_;
  Handover& handover_;
  VirtualLink* link_;
  std::size_t direction_;
  bool outward_;
  PortIndex port_;  // of the entity that moves
  OldEnd old_;
  NewEnd new_;
  std::vector<Frame> held_;
  std::uint64_t ever_held_ = 0;
  bool open_ = false;
  bool has_old_way_ = true;
  bool in_order_ = false;
};

}  // namespace violin
