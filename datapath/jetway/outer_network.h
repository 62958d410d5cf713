// What lies beyond a jetway: a TAP device of the host, or a user-mode stack. A seam for tests too.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/drop.h"
#include "core/frame.h"

namespace violin {

class OuterNetwork {
 public:
  virtual ~OuterNetwork() = default;

  // Can be read when read() has something.
  virtual int descriptor() const = 0;
  // Whether frames with an offload may be sent; if not, they are completed before.
  virtual bool takes_offloads() const = 0;
  // Nothing if it was taken, or why it was dropped. Complete or with an offload that it takes.
  virtual std::optional<Drop> send(const Frame& frame) = 0;
  // What has come, a bounded number of frames; empty when there is no more. The receiver moves them
  // out before the next call.
  virtual std::span<Frame> read() = 0;
  // It was taken away from outside and will bring and take nothing any more.
  virtual bool gone() const { return false; }
  // Frames that the system lost on their way in, since the device was made.
  virtual std::uint64_t lost() { return 0; }
};

}  // namespace violin
