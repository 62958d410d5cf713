// A virtual link in one direction: what it receives goes through its pipe to the far end.
// The port at which it receives does not matter; two of them make a cable.
#pragma once

#include <span>
#include <string>

#include "core/frame_sink.h"
#include "models/link/pipe.h"

namespace violin {

// Begins a cache line, so that what a frame touches of it lies in five.
class alignas(64) Link final : public FrameSink {
 public:
  // The far end's sink outlives the link or is replaced before it goes. An empty `far` drops what
  // arrives as kDetached.
  Link(Kernel& kernel, std::string name, Attachment far, const PipeParameters& parameters = {});

  void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override;

  // From now on frames end there, those in flight included. With none, those are dropped.
  void connect(Attachment far);
  Attachment far_end() const { return far_; }
  // How neighbours send into this link.
  Attachment near_end() { return {this, PortIndex{}}; }

  // The component: name, books, parameters, statistics, fingerprint.
  Pipe& pipe() { return pipe_; }
  const Pipe& pipe() const { return pipe_; }

 private:
  Attachment far_;
  Pipe pipe_;
};

}  // namespace violin
