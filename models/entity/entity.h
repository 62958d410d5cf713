// What vHosts, vSwitches and vRouters share: ports into which cables are plugged and unplugged
// while frames flow. An entity knows its neighbours only as attachments.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/component.h"
#include "core/frame_sink.h"

namespace violin {

class Entity : public FrameSink, public Component {
 public:
  using Component::Component;

  // Plugs the cable whose far end takes frames at `egress` into the port, which exists.
  // Derived classes announce themselves or flush what they had learnt there.
  virtual void plug(PortIndex port, Attachment egress);
  // Frames sent to the port from now on are dropped as kDetached.
  virtual void unplug(PortIndex port);
  bool plugged(PortIndex port) const;
  std::size_t ports() const { return egress_.size(); }
  // Where the port's cable takes frames; none if none is plugged or there is no such port.
  Attachment egress(PortIndex port) const {
    return plugged(port) ? egress_[to_index(port)] : Attachment{};
  }

  // Ends everything that it still holds, as drops for `reason`, and lets go of its timers. Called
  // before it is removed mid-run (kDetached) or when its overlay host fails (kHostDown).
  virtual void abandon(Drop reason) = 0;

  // Expires with it, for who may keep an attachment of it for longer.
  std::weak_ptr<const void> life();

 protected:
  // Makes place for a port; PortIndex values of removed ports are used again by the derived class.
  void open_port(PortIndex port);
  // Counts and sends; drops as kDetached where no cable is plugged.
  void transmit(PortIndex port, std::span<Frame> burst, TimePoint now);
  void transmit(PortIndex port, Frame frame, TimePoint now) { transmit(port, {&frame, 1}, now); }
  // Hint that a frame will be sent to the port soon.
  void prefetch(PortIndex port) const { egress_[to_index(port)].prefetch<kLinkLines>(); }

 private:
  static constexpr std::size_t kLinkLines = 6;  // where a link keeps what it reads
  std::vector<Attachment> egress_;
  std::shared_ptr<const char> life_;  // made when somebody asks
};

}  // namespace violin
