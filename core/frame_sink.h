// The one way in which frames pass between components: bursts into numbered ports.
#pragma once

#include <cstdint>
#include <span>

#include "core/frame.h"
#include "core/prefetch.h"
#include "core/time.h"

namespace violin {

enum class PortIndex : std::uint32_t {};

constexpr std::size_t to_index(PortIndex port) { return static_cast<std::size_t>(port); }

class FrameSink {
 public:
  virtual ~FrameSink() = default;
  // Takes every frame: each handle of `burst` is empty afterwards. Frames are not empty before,
  // and `now` is the kernel's time.
  virtual void receive(PortIndex port, std::span<Frame> burst, TimePoint now) = 0;
};

// Where a cable ends: a sink and the port of it. Both outlive the attachment.
struct Attachment {
  FrameSink* sink = nullptr;
  PortIndex port{};

  explicit operator bool() const { return sink != nullptr; }
  // Hint that a frame will be sent there soon: what receive() reads of its sink lies in the
  // object's first cache lines, and in as many of them as are asked for.
  template <std::size_t kLines>
  void prefetch() const {
    prefetch_lines<kLines>(sink);
  }
  void send(std::span<Frame> burst, TimePoint now) const { sink->receive(port, burst, now); }
  void send(Frame& frame, TimePoint now) const { sink->receive(port, {&frame, 1}, now); }
  bool operator==(const Attachment&) const = default;
};

}  // namespace violin
