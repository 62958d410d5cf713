// Where frames leave for the operating system and come back from it: a socket, a TAP device, a
// tunnel's channel. To the network it is one more component with one port.
//
//   network --receive()--> FramePort --> system;   system --> FramePort --inward_--> network
//
// Books: what the network sends is `in`, then `consumed` once the system took it; what the system
// brings is `originated`, then `out` once the network was given it. What the system says it lost on
// the way in is `originated` and dropped as kSocketOverrun. So over all components, what was handed
// over is what was received.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <utility>

#include "core/component.h"
#include "core/frame_sink.h"

namespace violin {

class FramePort : public Component, public FrameSink {
 public:
  using Component::Component;

  // Where frames from outside go. It outlives the port, or is replaced, or `is_there` tells before
  // each burst whether it is there still, without touching it. With none, they are dropped as
  // kDetached.
  void connect(Attachment inward, std::function<bool()> is_there = {}) {
    inward_ = inward;
    is_there_ = std::move(is_there);
  }

 protected:
  // Counts and hands over what came from outside.
  void hand_over(std::span<Frame> burst, TimePoint now) {
    ledger_.originated += burst.size();
    if (is_there_ && !is_there_()) {
      connect({});
    }
    if (!inward_) {
      for (Frame& frame : burst) {
        ledger_.drop(std::move(frame), Drop::kDetached);
      }
      return;
    }
    ledger_.out += burst.size();
    inward_.send(burst, now);
  }

 private:
  Attachment inward_;
  std::function<bool()> is_there_;  // none: it is
};

}  // namespace violin
