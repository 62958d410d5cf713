// The books of one component: where each of its frames came from and went. A handle counts as one
// frame, so a flood to n ports replicates n - 1 times.
//
//   in + originated + replicated == out + consumed + total drops + queued      (promise 4)
//
// The component counts; `queued` is what it still holds and is counted by looking, not by summing.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "core/drop.h"
#include "core/frame.h"

namespace violin {

// Is told of each dropped frame while it still has its bytes (captures show drops with it).
class DropObserver {
 public:
  virtual ~DropObserver() = default;
  virtual void on_drop(const Frame& frame, Drop reason) = 0;
};

class Ledger {
 public:
  std::uint64_t in = 0;          // received from a neighbour
  std::uint64_t out = 0;         // handed to a neighbour
  std::uint64_t originated = 0;  // made here
  std::uint64_t consumed = 0;    // ended here as intended
  std::uint64_t replicated = 0;  // further handles made here: floods, fragments, duplicates

  // Counts the drop and ends the frame.
  void drop(Frame&& frame, Drop reason) {
    if (observer_ != nullptr) {
      observer_->on_drop(frame, reason);
    }
    count_drops(1, reason);
    frame.reset();
  }
  void consume(Frame&& frame) {
    ++consumed;
    frame.reset();
  }
  // Drops of frames whose handles are gone already: their bytes were handed on and refused, or they
  // were lost before they could be seen here (and `originated` counts them, too).
  void count_drops(std::uint64_t frames, Drop reason);

  std::uint64_t drops(Drop reason) const {
    return drops_ ? (*drops_)[static_cast<std::size_t>(reason)] : 0;
  }
  std::uint64_t total_drops() const;
  bool balances(std::uint64_t queued) const {
    return in + originated + replicated == out + consumed + total_drops() + queued;
  }
  // Adds the other's counts, for sums over components.
  void add(const Ledger& other);
  // `observer` outlives this ledger; nullptr for none.
  void observe_drops(DropObserver* observer) { observer_ = observer; }

 private:
  std::unique_ptr<std::array<std::uint64_t, kDropCount>> drops_;  // made by the first drop
  DropObserver* observer_ = nullptr;
};

}  // namespace violin
