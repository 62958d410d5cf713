// The machine of which links and substrate stages are made: rate, queue, loss and delay, in this
// order. Each frame carries its own continuation, so frames of many cables may share one pipe.
//
// A frame waits, is serialised, departs, flies, and is due. Server and queue are brought up to
// date lazily, whenever the pipe is touched, to the state that they had in between: a departure
// costs no event, and drops at departure (loss, CoDel) are counted at that touch. A departure
// happens before an arrival at the same time. What happens to a frame (loss, corruption,
// duplication, delay) is drawn when its serialisation begins.
//
// Frames that are due together for the same continuation arrive as one burst. Order is kept (no
// frame is due before one that departed earlier) unless the parameters allow reordering.
//
// One event per frame or burst; a pipe that may reorder has a second one at each departure that
// others wait for. Any number of frames needs one timer. Nothing is touched after a burst was
// handed over, so continuations may call, abandon or destroy the pipe.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/component.h"
#include "core/frame_sink.h"
#include "models/link/delivery_fingerprint.h"
#include "models/link/pipe_parameters.h"
#include "models/link/ring_buffer.h"

namespace violin {

// Since the pipe was made.
struct PipeStatistics {
  std::uint64_t frames = 0;       // put on the wire, those lost on it included
  Bytes bytes{};                  // likewise, with overhead
  Duration busy{};                // time spent serialising, the present frame's in full
  std::uint32_t most_frames = 0;  // that waited at once
  Bytes most_bytes{};
};

class Pipe final : public Component {
 public:
  // Throws std::invalid_argument if the parameters are not valid. Random streams are named by
  // `name` and the concern: what one concern draws never depends on the others' parameters.
  Pipe(Kernel& kernel, std::string name, const PipeParameters& parameters = {});
  ~Pipe() override;

  // Takes every frame; it goes on to `to`, whose sink outlives it (or see withdraw).
  void transmit(std::span<Frame> burst, Attachment to, TimePoint now);

  // Changes everything from now on. What has departed keeps its due time, and the frame that is
  // being serialised its departure, due time and fate. What waits meets the new parameters; of it,
  // what exceeds a smaller queue is dropped from the tail. Going down drops what waits or is being
  // serialised and, with down_cuts_flight, what has departed. Processes whose model is unchanged
  // go on. Throws as the constructor does, and then nothing has changed.
  void configure(const PipeParameters& parameters, TimePoint now);
  PipeParameters parameters() const;

  // Drops every frame that it holds. The pipe stays usable.
  void abandon(Drop reason);
  // Drops every frame whose continuation is that sink, which may then be destroyed.
  void withdraw(const FrameSink& sink, Drop reason);
  // Frames on their way to `from` will go to `to`.
  void redirect(Attachment from, Attachment to);

  std::uint64_t queued() const override;
  // What waits now, the frame that is being serialised not counted.
  std::uint32_t waiting_frames(TimePoint now);
  Bytes waiting_bytes(TimePoint now);
  const PipeStatistics& statistics() const { return statistics_; }
  // Over all deliveries so far; see DeliveryFingerprint.
  std::uint64_t fingerprint() const { return fingerprint_.value(); }

 private:
  struct Held {
    TimePoint at{};  // of its arrival while it waits, then when it is due
    FrameSink* sink = nullptr;
    Frame frame;  // none: was dropped out of turn
    PortIndex port{};
    std::uint32_t wire : 29 = 0;  // bytes on the wire
    std::uint32_t fate : 3 = 0;   // of kLost, kCorrupted, kDuplicated

    bool ends_at(const Held& other) const { return sink == other.sink && port == other.port; }
  };
  static_assert(sizeof(Held) == 32);
  static constexpr std::uint32_t kLost = 1;
  static constexpr std::uint32_t kCorrupted = 2;
  static constexpr std::uint32_t kDuplicated = 4;
  static constexpr std::uint32_t kLargestWire = (1U << 29) - 1;

  class Burst;
  class Waiting;       // held_[started_...] as CoDel sees it
  struct Impairments;  // what most pipes do without

  std::uint32_t waiting() const { return held_.size() - started_; }
  void refuse(std::span<Frame> burst, Drop reason);
  void accept(Frame&& frame, Attachment to, TimePoint now);
  bool fits(std::uint64_t wire) const;
  // Makes what departed until now depart, and the following begin.
  void catch_up(TimePoint now) {
    if (serving_ && busy_until_ <= now) {
      serve_until(now);
    }
  }
  void serve_until(TimePoint now);
  void start_next(TimePoint start);
  void draw_fate(Held& held);
  void flip_a_bit(Held& held);
  void depart();
  void settle(Held& departed);
  void disorder(Held departed);
  void disorder_flight();
  void skip_holes();

  void wake();
  void rearm();
  TimePoint next_disordered(TimePoint first_in_order) const;
  Held* first_due(TimePoint now);
  bool disordered_first(TimePoint now) const;
  Held take();
  Held take_disordered();
  void deliver_burst(Held first, TimePoint now);
  void land(Held held, Burst& burst);

  Impairments& impairments();
  void apply(const PipeParameters& parameters, TimePoint now);
  void apply_impairments(const PipeParameters& parameters, TimePoint now);
  void apply_codel(const std::optional<CodelParameters>& codel);
  void drop_excess();
  void stop_serving(TimePoint now);
  void drop_queue(Drop reason, TimePoint now);
  TimePoint latest_due() const;
  void drop_flight(Drop reason);
  void withdraw_waiting(const FrameSink& sink, Drop reason);

  // What a frame touches comes first, the timer in its middle: the event queue fetches that line
  // and those beside it before the timer fires. From rate_ on, only what is served touches it.
  DeliveryFingerprint fingerprint_;
  TimePoint busy_until_{};
  TimePoint last_due_{};  // the latest due time of what was served
  std::uint64_t waiting_bytes_ = 0;
  TimePoint armed_for_ = kNever;
  Duration per_frame_{};
  bool serving_ = false;
  bool disordered_ = false;  // some departed frames are in impairments_->flight instead
  bool up_ = true;
  bool fated_ = false;  // lossy, corrupting, duplicating, reordering or of varying delay
  bool codel_ = false;
  bool may_reorder_ = false;
  bool down_cuts_flight_ = false;
  Drop overflow_ = Drop::kQueueFull;
  std::uint32_t started_ = 0;  // see held_
  std::uint32_t overhead_ = 0;
  Timer timer_;
  // held_[0, started_) are in flight or, the last of them while serving_, on the server; the rest
  // waits, and while any does, the server is busy. Those of the former without a frame are holes:
  // never the first, as it is what the timer is armed for.
  RingBuffer<Held> held_;
  std::optional<BitRate> rate_;
  Serialiser serialiser_;
  Duration delay_{};  // while it is constant
  PipeStatistics statistics_;

  std::optional<std::uint32_t> max_frames_;
  std::optional<Bytes> max_bytes_;
  std::unique_ptr<Impairments> impairments_;
  Drop down_ = Drop::kLinkDown;
};

}  // namespace violin
