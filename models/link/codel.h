// Controlled delay active queue management: drops at dequeue once the sojourn time has stayed
// above `target` for one `interval`, then at intervals that shrink with the square root of the
// number of drops.
//
// Source: RFC 8289 section 5, including its reuse of the last drop count and its guard for less
// than one MTU of backlog. No ECN marking.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>

#include "core/quantity.h"
#include "core/time.h"

namespace violin {

struct CodelParameters {
  Duration target = std::chrono::milliseconds(5);
  Duration interval = std::chrono::milliseconds(100);
  Bytes mtu{1514};  // with a backlog of at most that many bytes nothing is dropped
  bool operator==(const CodelParameters&) const = default;
};

// Throws std::invalid_argument unless 0 < target < interval.
void validate(const CodelParameters& parameters);

// A queue whose head CoDel may look at and drop.
template <typename Q>
concept CodelQueue = requires(Q& queue) {
  { queue.empty() } -> std::convertible_to<bool>;
  { queue.head_arrival() } -> std::convertible_to<TimePoint>;
  { queue.bytes_behind_head() } -> std::convertible_to<Bytes>;
  queue.drop_head();
};

class CodelState {
 public:
  explicit CodelState(CodelParameters parameters = {}) : parameters_(parameters) {}

  // Expects valid parameters; they hold from the next dequeue on.
  void set_parameters(CodelParameters parameters) { parameters_ = parameters; }
  const CodelParameters& parameters() const { return parameters_; }

  // Drops heads as the RFC's deque() would; the head that is left, if any, is to be sent.
  template <CodelQueue Q>
  void before_dequeue(Q& queue, TimePoint now);

  bool dropping() const { return dropping_; }
  std::uint32_t count() const { return count_; }
  TimePoint drop_next() const { return drop_next_; }

 private:
  template <CodelQueue Q>
  bool ok_to_drop(const Q& queue, TimePoint now);
  void enter_drop_state(TimePoint now);
  // t + interval / sqrt(count)
  TimePoint control_law(TimePoint t) const;

  CodelParameters parameters_;
  std::optional<TimePoint> first_above_;
  TimePoint drop_next_{};
  std::uint32_t count_ = 0;
  std::uint32_t last_count_ = 0;
  bool dropping_ = false;
};

template <CodelQueue Q>
bool CodelState::ok_to_drop(const Q& queue, TimePoint now) {
  if (queue.empty() || now - queue.head_arrival() < parameters_.target ||
      queue.bytes_behind_head() <= parameters_.mtu) {
    first_above_.reset();
    return false;
  }
  if (!first_above_) {
    first_above_ = now + parameters_.interval;
    return false;
  }
  return now >= *first_above_;
}

template <CodelQueue Q>
void CodelState::before_dequeue(Q& queue, TimePoint now) {
  const bool ok = ok_to_drop(queue, now);
  if (!dropping_) {
    if (ok) {
      queue.drop_head();
      ok_to_drop(queue, now);
      enter_drop_state(now);
    }
    return;
  }
  dropping_ = ok;
  while (dropping_ && now >= drop_next_) {
    queue.drop_head();
    ++count_;
    dropping_ = ok_to_drop(queue, now);
    if (dropping_) {
      drop_next_ = control_law(drop_next_);
    }
  }
}

}  // namespace violin
