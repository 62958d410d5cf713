// Puts what passes a vNIC, and what a component drops, into a capture.
#pragma once

#include <span>
#include <string>

#include "core/frame_sink.h"
#include "core/kernel.h"
#include "core/ledger.h"
#include "core/pcapng.h"

namespace violin {

// Stands in front of a sink: records each frame, then hands the burst on unchanged, to the port
// that it was sent to. One tap sees one direction of one vNIC. It is no place of its own in the
// books: it holds and drops nothing.
class CaptureTap final : public FrameSink {
 public:
  // Writer and sink outlive the tap, and the tap what sends to it.
  CaptureTap(PcapngWriter& writer, PcapngWriter::InterfaceId interface,
             PcapngWriter::Direction direction, FrameSink& sink)
      : writer_(writer), interface_(interface), direction_(direction), sink_(&sink) {}

  // From now on frames go on to that sink.
  void aim(FrameSink& sink) { sink_ = &sink; }

  void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override {
    for (const Frame& frame : burst) {
      writer_.write(interface_, frame, now, direction_);
    }
    sink_->receive(port, burst, now);
  }

 private:
  PcapngWriter& writer_;
  PcapngWriter::InterfaceId interface_;
  PcapngWriter::Direction direction_;
  FrameSink* sink_;
};

// Records the frames that one component drops, each with the comment "drop: <reason>".
class DropCapture final : public DropObserver {
 public:
  // Kernel and writer outlive it, and it the ledger that it observes.
  DropCapture(const Kernel& kernel, PcapngWriter& writer, PcapngWriter::InterfaceId interface)
      : kernel_(kernel), writer_(writer), interface_(interface) {}

  void on_drop(const Frame& frame, Drop reason) override {
    writer_.write(interface_, frame, kernel_.now(), PcapngWriter::Direction::kUnknown,
                  "drop: " + std::string(to_string(reason)));
  }

 private:
  const Kernel& kernel_;
  PcapngWriter& writer_;
  PcapngWriter::InterfaceId interface_;
};

}  // namespace violin
