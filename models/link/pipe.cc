#include "models/link/pipe.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "models/link/pipe_impairments.h"

namespace violin {

namespace {
constexpr std::size_t kEntityLines = 4;  // where an entity keeps what it reads of itself first
}

class Pipe::Burst {
 public:
  bool has_room() const {
    return count_ + 2 <= frames_.size();
  }  // a held frame lands at most twice
  void add(Frame frame) { frames_[count_++] = std::move(frame); }
  std::span<Frame> frames() { return std::span(frames_).first(count_); }

 private:
  std::array<Frame, 64> frames_;
  std::size_t count_ = 0;
};

class Pipe::Waiting {
 public:
  explicit Waiting(Pipe& pipe) : pipe_(pipe) {}
  bool empty() const { return pipe_.waiting() == 0; }
  TimePoint head_arrival() const { return head().at; }
  Bytes bytes_behind_head() const { return Bytes{pipe_.waiting_bytes_ - head().wire}; }
  void drop_head() {
    pipe_.waiting_bytes_ -= head().wire;
    pipe_.ledger_.drop(std::move(head().frame), Drop::kAqm);
    ++pipe_.started_;
  }

 private:
  Held& head() const { return pipe_.held_[pipe_.started_]; }
  Pipe& pipe_;
};

Pipe::Pipe(Kernel& kernel, std::string name, const PipeParameters& parameters)
    : Component(kernel, std::move(name)),
      timer_(Timer::calling<&Pipe::wake>(kernel, origin_, *this)) {
  validate(parameters);
  apply(parameters, kernel.now());
}

Pipe::~Pipe() = default;

// Queue and server.

void Pipe::transmit(std::span<Frame> burst, Attachment to, TimePoint now) {
  ledger_.in += burst.size();
  if (!up_ || !to) [[unlikely]] {
    refuse(burst, up_ ? Drop::kDetached : down_);
    return;
  }
  catch_up(now);
  for (Frame& frame : burst) {
    accept(std::move(frame), to, now);
  }
  rearm();
}

void Pipe::refuse(std::span<Frame> burst, Drop reason) {
  for (Frame& frame : burst) {
    ledger_.drop(std::move(frame), reason);
  }
}

inline bool Pipe::fits(std::uint64_t wire) const {
  return (!max_frames_ || waiting() < *max_frames_) &&
         (!max_bytes_ || waiting_bytes_ + wire <= max_bytes_->value);
}

inline void Pipe::accept(Frame&& frame, Attachment to, TimePoint now) {
  const std::uint64_t wire = frame.size().value + overhead_;
  if (wire > kLargestWire) [[unlikely]] {
    ledger_.drop(std::move(frame), Drop::kOversize);
    return;
  }
  if (serving_ && !fits(wire)) {
    ledger_.drop(std::move(frame), overflow_);
    return;
  }
  Held& held = held_.extend();
  held.at = now;
  held.sink = to.sink;
  held.frame = std::move(frame);
  held.port = to.port;
  held.wire = wire & kLargestWire;
  held.fate = 0;
  waiting_bytes_ += wire;
  if (!serving_) {
    start_next(now);
    catch_up(now);
    return;
  }
  statistics_.most_frames = std::max(statistics_.most_frames, waiting());
  statistics_.most_bytes = std::max(statistics_.most_bytes, Bytes{waiting_bytes_});
}

void Pipe::serve_until(TimePoint now) {
  do {
    depart();
    start_next(busy_until_);
  } while (serving_ && busy_until_ <= now);
}

inline void Pipe::start_next(TimePoint start) {
  if (codel_) {
    Waiting queue(*this);
    impairments_->codel.before_dequeue(queue, start);
    skip_holes();
  }
  if (waiting() == 0) {
    return;
  }
  Held& held = held_[started_++];
  waiting_bytes_ -= held.wire;
  Duration service = per_frame_;
  if (rate_) {
    service += serialiser_.next(Bytes{held.wire}, *rate_);
  }
  busy_until_ = start + service;
  serving_ = true;
  ++statistics_.frames;
  statistics_.bytes.value += held.wire;
  statistics_.busy += service;
  if (fated_) {
    draw_fate(held);
  } else {
    last_due_ = std::max(last_due_, busy_until_ + delay_);
    held.at = last_due_;
  }
}

// Every concern draws for every frame, so that none's draws depend on another's outcome.
void Pipe::draw_fate(Held& held) {
  Impairments& with = *impairments_;
  const bool lost = with.loss.lost(with.loss_random);
  const bool duplicated = with.duplication_random.chance(with.duplication);
  const bool corrupted = with.corruption_random.chance(with.corruption.probability);
  const TimePoint due = busy_until_ + with.delay.next(busy_until_, with.delay_random);
  if (lost) {
    held.fate = kLost;
    held.at = std::max(last_due_, busy_until_);
    return;
  }
  held.at = may_reorder_ ? due : std::max(last_due_, due);
  last_due_ = std::max(last_due_, due);
  if (corrupted) {
    flip_a_bit(held);
  }
  if (duplicated && held.fate != kCorrupted) {
    held.fate = kDuplicated;
  }
}

void Pipe::flip_a_bit(Held& held) {
  if (!impairments_->corruption.deliver || held.frame.bytes().empty()) {
    held.fate = kCorrupted;
    return;
  }
  const auto bytes = held.frame.writable();
  const std::uint64_t bit = impairments_->corruption_random() % (bytes.size() * 8);
  bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << (bit % 8)));
}

inline void Pipe::depart() {
  serving_ = false;
  Held& held = held_[started_ - 1];
  if (held.fate == kLost || may_reorder_ || !held.frame) [[unlikely]] {
    settle(held);
  }
}

void Pipe::settle(Held& departed) {
  if (departed.frame && departed.fate == kLost) {
    ledger_.drop(std::move(departed.frame), Drop::kRandomLoss);
  } else if (departed.frame) {
    disorder(std::move(departed));
  }
  skip_holes();
}

void Pipe::disorder(Held departed) {
  auto& flight = impairments_->flight;
  flight.push_back({std::move(departed), impairments_->departures++});
  std::ranges::push_heap(flight, std::greater<>{});
  disordered_ = true;
}

void Pipe::disorder_flight() {
  const std::uint32_t on_server = serving_ ? 1 : 0;
  while (started_ > on_server) {
    if (held_.front().frame) {
      disorder(std::move(held_.front()));
    }
    held_.pop_front();
    --started_;
  }
}

void Pipe::skip_holes() {
  const std::uint32_t on_server = serving_ ? 1 : 0;
  while (started_ > on_server && !held_.front().frame) {
    held_.drop_front();
    --started_;
  }
}

// Delivery.

void Pipe::wake() {
  const Held& head = held_.front();  // most likely what is due; elsewhere it does no harm
  head.frame.prefetch();
  Attachment{head.sink, head.port}.prefetch<kEntityLines>();
  armed_for_ = kNever;
  const TimePoint now = kernel_.now();
  catch_up(now);
  if (first_due(now) == nullptr) {
    rearm();
    return;
  }
  Held first = take();
  const Held* next = first_due(now);
  if (first.fate != 0 || (next != nullptr && next->ends_at(first))) {
    deliver_burst(std::move(first), now);
    return;
  }
  rearm();
  fingerprint_.add(first.at, first.frame);
  ++ledger_.out;
  Attachment{first.sink, first.port}.send(first.frame, now);
}

void Pipe::deliver_burst(Held first, TimePoint now) {
  const Attachment to{first.sink, first.port};
  Burst burst;
  land(std::move(first), burst);
  while (burst.has_room()) {
    const Held* next = first_due(now);
    if (next == nullptr || next->sink != to.sink || next->port != to.port) {
      break;
    }
    land(take(), burst);
  }
  ledger_.out += burst.frames().size();
  rearm();
  if (!burst.frames().empty()) {
    to.send(burst.frames(), now);
  }
}

void Pipe::land(Held held, Burst& burst) {
  if (held.fate == kCorrupted) {
    ledger_.drop(std::move(held.frame), Drop::kCorrupted);
    return;
  }
  fingerprint_.add(held.at, held.frame);
  if (held.fate == kDuplicated) {
    fingerprint_.add(held.at, held.frame);
    ++ledger_.replicated;
    burst.add(held.frame.share());
  }
  burst.add(std::move(held.frame));
}

void Pipe::rearm() {
  TimePoint next = started_ > 0 ? held_.front().at : kNever;
  if (disordered_ || may_reorder_) [[unlikely]] {
    next = next_disordered(next);
  }
  if (next == armed_for_) {
    return;
  }
  armed_for_ = next;
  if (next == kNever) {
    timer_.cancel();
  } else {
    timer_.arm(next);
  }
}

TimePoint Pipe::next_disordered(TimePoint first_in_order) const {
  TimePoint next = first_in_order;
  if (disordered_) {
    next = std::min(next, impairments_->flight.front().held.at);
  }
  // What waits behind the frame on the server may be due before it.
  return may_reorder_ && waiting() > 0 ? std::min(next, busy_until_) : next;
}

// What departed and is due is the earliest of the disordered or at the ring's head. In a tie the
// former departed first: what is in flight when reordering becomes allowed joins the disordered.
inline Pipe::Held* Pipe::first_due(TimePoint now) {
  if (disordered_ && disordered_first(now)) [[unlikely]] {
    return &impairments_->flight.front().held;
  }
  const std::uint32_t on_server = serving_ ? 1 : 0;
  return started_ > on_server && held_.front().at <= now ? &held_.front() : nullptr;
}

bool Pipe::disordered_first(TimePoint now) const {
  const TimePoint due = impairments_->flight.front().held.at;
  const std::uint32_t on_server = serving_ ? 1 : 0;
  return due <= now && (started_ <= on_server || due <= held_.front().at);
}

inline Pipe::Held Pipe::take() {
  if (disordered_ && disordered_first(kernel_.now())) [[unlikely]] {
    return take_disordered();
  }
  Held head = std::move(held_.front());
  held_.drop_front();
  --started_;
  skip_holes();
  return head;
}

Pipe::Held Pipe::take_disordered() {
  auto& flight = impairments_->flight;
  std::ranges::pop_heap(flight, std::greater<>{});
  Held head = std::move(flight.back().held);
  flight.pop_back();
  disordered_ = !flight.empty();
  return head;
}

// What can be seen.

std::uint64_t Pipe::queued() const {
  std::uint64_t count = disordered_ ? impairments_->flight.size() : 0;
  for (std::uint32_t i = 0; i < held_.size(); ++i) {
    count += held_[i].frame ? 1 : 0;
  }
  return count;
}

std::uint32_t Pipe::waiting_frames(TimePoint now) {
  catch_up(now);
  return waiting();
}

Bytes Pipe::waiting_bytes(TimePoint now) {
  catch_up(now);
  return Bytes{waiting_bytes_};
}

}  // namespace violin
