#include "datapath/jetway/jetway.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "datapath/jetway/segmentation.h"

namespace violin {

Jetway::Jetway(Kernel& kernel, std::string name, Reactor& reactor, JetwayOptions options)
    : FramePort(kernel, std::move(name)), reactor_(reactor), options_(std::move(options)) {}

Jetway::~Jetway() { close(); }

void Jetway::open(std::unique_ptr<OuterNetwork> outer) {
  close();
  reactor_.watch(outer->descriptor(), *this);
  outer_ = std::move(outer);
}

void Jetway::close() {
  if (!outer_) {
    return;
  }
  count_lost();
  reactor_.forget(outer_->descriptor());
  outer_.reset();
  lost_ = 0;
}

void Jetway::count_lost() {
  if (!outer_) {
    return;
  }
  // A device that is gone tells 0.
  if (const std::uint64_t lost = outer_->lost(); lost > lost_) {
    const std::uint64_t fresh = lost - std::exchange(lost_, lost);
    ledger_.originated += fresh;
    ledger_.count_drops(fresh, Drop::kSocketOverrun);
  }
}

void Jetway::receive(PortIndex /*port*/, std::span<Frame> burst, TimePoint /*now*/) {
  for (Frame& frame : burst) {
    ++ledger_.in;
    if (!outer_ || !options_.policy.allows(frame.bytes(), frame.size().value, Crossing::kOutward)) {
      ++counters_.outward.refused;
      ledger_.drop(std::move(frame), Drop::kJetwayClosed);
    } else {
      send_outward(frame);
    }
  }
}

void Jetway::send_outward(Frame& frame) {
  ++counters_.outward.frames;
  counters_.outward.bytes += frame.size().value;
  if (outer_->takes_offloads() || frame.offload() == FrameOffload{}) {
    put_outside(frame);
    return;
  }
  std::vector<Frame> complete;
  if (const auto refusal = complete_into(complete, frame)) {
    ledger_.drop(std::move(frame), *refusal);
    return;
  }
  ledger_.replicated += complete.size() - 1;
  for (Frame& segment : complete) {
    put_outside(segment);
  }
}

void Jetway::put_outside(Frame& frame) {
  if (const auto refusal = outer_->send(frame)) {
    ledger_.drop(std::move(frame), *refusal);
  } else {
    ledger_.consume(std::move(frame));
  }
}

void Jetway::on_readable(TimePoint now) {
  for (Frame& frame : outer_->read()) {
    take_inward(std::move(frame));
  }
  if (outer_->gone()) {
    close();
  }
  // What this sets off may close, open or destroy.
  std::vector<Frame> burst = std::move(inward_);
  inward_.clear();
  hand_over(burst, now);
}

void Jetway::take_inward(Frame frame) {
  if (!options_.policy.allows(frame.bytes(), frame.size().value, Crossing::kInward)) {
    ++counters_.inward.refused;
    drop_inward(std::move(frame), Drop::kJetwayClosed);
    return;
  }
  ++counters_.inward.frames;
  counters_.inward.bytes += frame.size().value;
  if (options_.super_frames || frame.offload() == FrameOffload{}) {
    inward_.push_back(std::move(frame));
  } else if (const auto refusal = complete_into(inward_, frame)) {
    drop_inward(std::move(frame), *refusal);
  }
}

void Jetway::drop_inward(Frame&& frame, Drop reason) {
  ++ledger_.originated;
  ledger_.drop(std::move(frame), reason);
}

std::optional<Drop> Jetway::complete_into(std::vector<Frame>& frames, Frame& frame) {
  if (frame.offload().segment_size == 0) {
    if (const auto refusal = complete_checksum(frame)) {
      return refusal;
    }
    frames.push_back(std::move(frame));
    return std::nullopt;
  }
  auto segments = cut_into_segments(frame, kernel_.frames());
  if (!segments) {
    return segments.reason();
  }
  std::ranges::move(*segments, std::back_inserter(frames));
  frame.reset();
  return std::nullopt;
}

}  // namespace violin
