// How a pipe changes while frames are on their way, and how frames leave it out of turn.

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>
#include <variant>

#include "models/link/pipe_impairments.h"

namespace violin {

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

}  // namespace violin
