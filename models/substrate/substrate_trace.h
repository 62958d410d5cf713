// How a substrate changes with time: a sequence of dated changes that the runner applies when due.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "core/time.h"
#include "models/substrate/delay_matrix.h"
#include "models/substrate/substrate.h"

namespace violin {

// What is absent stays as it is.
struct PairChange {
  HostId from{};
  HostId to{};
  std::optional<Duration> delay;
  std::optional<double> loss;
  std::optional<BitRate> bandwidth;
};

struct CapacityChange {
  HostId host{};
  FrameRate capacity;
};

// All delays are measured anew; what was set for single pairs stays.
struct DelaysChange {
  DelayMatrix delays;
};

using SubstrateChange = std::variant<PairChange, CapacityChange, DelaysChange>;

void apply_change(const SubstrateChange& change, Substrate& substrate);

class SubstrateTrace {
 public:
  struct Step {
    TimePoint due;
    SubstrateChange change;
  };

  // Steps that are due at one time apply in the order in which they were added.
  void add(TimePoint due, SubstrateChange change);
  void add(SubstrateTrace other);

  std::span<const Step> steps() const { return steps_; }  // by due time
  // Of the first step that has not been applied; nullopt at the end.
  std::optional<TimePoint> next_due() const;
  // Applies every step that is due at or before `now` and was not applied; returns how many.
  std::size_t apply_due(Substrate& substrate, TimePoint now);
  void rewind() { applied_ = 0; }

 private:
  std::vector<Step> steps_;
  std::size_t applied_ = 0;
};

}  // namespace violin
