// Carries Frame::offload() over a tunnel that moves bytes alone: 4 bytes in front of every frame,
// put there at one end of a virtual link and taken off at the other. Both ends of the link have
// one.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   |         segment size          |  flags (1: checksum pending)  |   network order
//
//   vSwitch port <--> kNetwork [OffloadHeader] kTunnel <--> tunnel's channel
//
// What comes without a good header (fewer than 5 bytes, unknown flags, a segment size without a
// pending checksum) is dropped as kBadFrame.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "core/component.h"
#include "core/frame_sink.h"

namespace violin {

class OffloadHeader final : public Component, public FrameSink {
 public:
  static constexpr std::size_t kSize = 4;
  static constexpr PortIndex kNetwork{0};
  static constexpr PortIndex kTunnel{1};

  using Component::Component;

  // Where what comes in at the other port goes; it outlives this, or is replaced. With none it is
  // dropped as kDetached.
  void plug(PortIndex port, Attachment egress) { egress_[to_index(port)] = egress; }

  void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override;
  std::uint64_t queued() const override { return 0; }

 private:
  static void put_on(Frame& frame);
  static bool take_off(Frame& frame);
  std::size_t convert(PortIndex port, std::span<Frame> burst);

  std::array<Attachment, 2> egress_;
};

}  // namespace violin
