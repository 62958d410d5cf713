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

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "core/component.h"
#include "core/frame_sink.h"

namespace violin {

class FramePort : public Component, public FrameSink {
 public:
  using Component::Component;

  // Where frames from outside go; it outlives the port or is replaced, or else its life is told
  // (Entity::life). With none, they are dropped as kDetached.
  void connect(Attachment inward, std::optional<std::weak_ptr<const void>> life = std::nullopt) {
    inward_ = inward;
    life_ = std::move(life);
  }

 protected:
  // Counts and hands over what came from outside.
  void hand_over(std::span<Frame> burst, TimePoint now) {
    ledger_.originated += burst.size();
    if (life_ && life_->expired()) {
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
  std::optional<std::weak_ptr<const void>> life_;  // none: it outlives the port
};

}  // namespace violin
