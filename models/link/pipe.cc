#include "models/link/pipe.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/require.h"

namespace violin {

struct Pipe::Impairments {
  struct Flying {
    Held held;
    std::uint64_t number;  // in order of departure

    bool operator>(const Flying& o) const {
      return held.at != o.held.at ? held.at > o.held.at : number > o.number;
    }
  };

  explicit Impairments(const Kernel& kernel, const std::string& name)
      : loss_random(kernel.random(name + "/loss")),
        delay_random(kernel.random(name + "/delay")),
        duplication_random(kernel.random(name + "/duplication")),
        corruption_random(kernel.random(name + "/corruption")) {}

  LossProcess loss;
  DelayProcess delay;
  double duplication = 0;
  CorruptionParameters corruption;
  CodelState codel;
  // Each stream goes on for as long as the pipe lives.
  RandomStream loss_random;
  RandomStream delay_random;
  RandomStream duplication_random;
  RandomStream corruption_random;

  std::vector<Flying> flight;  // a heap, earliest first: departed while reordering was allowed
  std::uint64_t departures = 0;
};

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

inline void Pipe::catch_up(TimePoint now) {
  while (serving_ && busy_until_ <= now) {
    depart();
    start_next(busy_until_);
  }
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

inline void Pipe::skip_holes() {
  const std::uint32_t on_server = serving_ ? 1 : 0;
  while (started_ > on_server && !held_.front().frame) {
    held_.drop_front();
    --started_;
  }
}

// Delivery.

void Pipe::wake() {
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
  if (started_ > 0 && held_.front().frame) {
    held_.front().frame.prefetch();  // at our next event it would be far away
  }
  fingerprint_.add(first.at, first.frame);
  ++ledger_.out;
  rearm();
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

inline void Pipe::rearm() {
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

// Changes of the parameters.

void Pipe::configure(const PipeParameters& parameters, TimePoint now) {
  validate(parameters);
  catch_up(now);
  apply(parameters, now);
  rearm();
}

void Pipe::apply(const PipeParameters& parameters, TimePoint now) {
  rate_ = parameters.rate;
  per_frame_ = parameters.per_frame;
  overhead_ = static_cast<std::uint32_t>(parameters.overhead.value);
  max_frames_ = parameters.queue.max_frames;
  max_bytes_ = parameters.queue.max_bytes;
  overflow_ = parameters.queue.overflow;
  down_cuts_flight_ = parameters.down_cuts_flight;
  down_ = parameters.down;
  apply_codel(parameters.queue.codel);
  apply_impairments(parameters, now);
  const bool goes_down = up_ && !parameters.up;
  up_ = parameters.up;
  if (goes_down) {
    drop_queue(down_, now);
    if (down_cuts_flight_) {
      drop_flight(down_);
    }
  }
  drop_excess();
}

Pipe::Impairments& Pipe::impairments() {
  if (!impairments_) {
    impairments_ = std::make_unique<Impairments>(kernel_, name());
  }
  return *impairments_;
}

void Pipe::apply_impairments(const PipeParameters& parameters, TimePoint now) {
  const auto* constant = std::get_if<ConstantDelay>(&parameters.delay);
  delay_ = constant != nullptr ? constant->delay : Duration{};
  fated_ = parameters.may_reorder || constant == nullptr ||
           !std::holds_alternative<NoLoss>(parameters.loss) || parameters.duplication > 0 ||
           parameters.corruption.probability > 0;
  if (!impairments_ && !fated_ && parameters.corruption == CorruptionParameters{}) {
    return;
  }
  Impairments& with = impairments();
  with.loss.set_model(parameters.loss);
  with.delay.set_model(parameters.delay, now);
  with.duplication = parameters.duplication;
  with.corruption = parameters.corruption;
  if (parameters.may_reorder && !may_reorder_) {
    disorder_flight();
  }
  may_reorder_ = parameters.may_reorder;
}

void Pipe::apply_codel(const std::optional<CodelParameters>& codel) {
  if (codel && codel_) {
    impairments_->codel.set_parameters(*codel);
  } else if (codel) {
    impairments().codel = CodelState(*codel);
  }
  codel_ = codel.has_value();
}

PipeParameters Pipe::parameters() const {
  PipeParameters p;
  p.rate = rate_;
  p.per_frame = per_frame_;
  p.overhead = Bytes{overhead_};
  p.queue = {max_frames_, max_bytes_, std::nullopt, overflow_};
  p.delay = ConstantDelay{delay_};
  p.may_reorder = may_reorder_;
  p.up = up_;
  p.down_cuts_flight = down_cuts_flight_;
  p.down = down_;
  if (impairments_) {
    p.loss = impairments_->loss.model();
    p.delay = impairments_->delay.model();
    p.duplication = impairments_->duplication;
    p.corruption = impairments_->corruption;
  }
  if (codel_) {
    p.queue.codel = impairments_->codel.parameters();
  }
  return p;
}

void Pipe::drop_excess() {
  while (waiting() > 0 && ((max_frames_ && waiting() > *max_frames_) ||
                           (max_bytes_ && waiting_bytes_ > max_bytes_->value))) {
    waiting_bytes_ -= held_.back().wire;
    ledger_.drop(std::move(held_.back().frame), overflow_);
    held_.pop_back();
  }
}

// Removal.

void Pipe::stop_serving(TimePoint now) {
  if (serving_) {
    statistics_.busy -= busy_until_ - now;
    serving_ = false;
    --started_;
  }
}

void Pipe::drop_queue(Drop reason, TimePoint now) {
  stop_serving(now);
  for (std::uint32_t i = started_; i < held_.size(); ++i) {
    if (held_[i].frame) {
      ledger_.drop(std::move(held_[i].frame), reason);
    }
  }
  while (held_.size() > started_) {
    held_.pop_back();
  }
  waiting_bytes_ = 0;
  last_due_ = latest_due();
}

// Of what is in flight: order is kept behind these only.
TimePoint Pipe::latest_due() const {
  TimePoint latest = kRunStart;
  for (std::uint32_t i = 0; i < started_; ++i) {
    latest = held_[i].frame ? std::max(latest, held_[i].at) : latest;
  }
  if (disordered_) {
    for (const auto& flying : impairments_->flight) {
      latest = std::max(latest, flying.held.at);
    }
  }
  return latest;
}

void Pipe::drop_flight(Drop reason) {
  for (; started_ > 0; --started_) {
    if (held_.front().frame) {
      ledger_.drop(std::move(held_.front().frame), reason);
    }
    held_.pop_front();
  }
  while (disordered_) {
    ledger_.drop(take_disordered().frame, reason);
  }
  last_due_ = kRunStart;
}

void Pipe::abandon(Drop reason) {
  const TimePoint now = kernel_.now();
  catch_up(now);
  drop_queue(reason, now);
  drop_flight(reason);
  rearm();
}

void Pipe::withdraw(const FrameSink& sink, Drop reason) {
  catch_up(kernel_.now());
  for (std::uint32_t i = 0; i < started_; ++i) {
    if (held_[i].sink == &sink && held_[i].frame) {
      ledger_.drop(std::move(held_[i].frame), reason);
    }
  }
  withdraw_waiting(sink, reason);
  skip_holes();
  if (disordered_) {
    auto& flight = impairments_->flight;
    const auto gone = std::ranges::partition(
        flight, [&](const Impairments::Flying& f) { return f.held.sink != &sink; });
    for (auto& flying : gone) {
      ledger_.drop(std::move(flying.held.frame), reason);
    }
    flight.erase(gone.begin(), gone.end());
    std::ranges::make_heap(flight, std::greater<>{});
    disordered_ = !flight.empty();
  }
  rearm();
}

void Pipe::withdraw_waiting(const FrameSink& sink, Drop reason) {
  std::uint32_t kept = started_;
  for (std::uint32_t i = started_; i < held_.size(); ++i) {
    if (held_[i].sink == &sink) {
      waiting_bytes_ -= held_[i].wire;
      ledger_.drop(std::move(held_[i].frame), reason);
    } else {
      std::swap(held_[kept++], held_[i]);
    }
  }
  while (held_.size() > kept) {
    held_.pop_back();
  }
}

void Pipe::redirect(Attachment from, Attachment to) {
  const auto turn = [&](Held& held) {
    if (held.sink == from.sink && held.port == from.port) {
      held.sink = to.sink;
      held.port = to.port;
    }
  };
  for (std::uint32_t i = 0; i < held_.size(); ++i) {
    turn(held_[i]);
  }
  if (disordered_) {
    for (auto& flying : impairments_->flight) {
      turn(flying.held);
    }
  }
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
