// How long frames are in flight, one delay per frame in the order of their departures.
// Delays are whole nanoseconds in [0, kLongestDelay].
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "core/random.h"
#include "core/time.h"

namespace violin {

inline constexpr Duration kLongestDelay = std::chrono::hours(24);

struct ConstantDelay {
  Duration delay{};
  bool operator==(const ConstantDelay&) const = default;
};

// Each nanosecond of [minimum, maximum] alike.
struct UniformDelay {
  Duration minimum{};
  Duration maximum{};
  bool operator==(const UniformDelay&) const = default;
};

// The normal distribution given that it is not negative (truncated, not clamped: no mass at 0), so
// that the mean of what is drawn exceeds `mean` where the deviation is not small against it.
struct NormalDelay {
  Duration mean{};
  Duration deviation{};
  bool operator==(const NormalDelay&) const = default;
};

// P(delay > x) = (minimum / x)^shape for x >= minimum. What exceeds `maximum` becomes `maximum`.
struct ParetoDelay {
  Duration minimum{};
  double shape = 2;
  Duration maximum = kLongestDelay;
  bool operator==(const ParetoDelay&) const = default;
};

struct DelayStep {
  Duration offset{};  // since the trace began
  Duration delay{};
  bool operator==(const DelayStep&) const = default;
};

// A measured delay that changes with time: from each step's offset on, its delay holds (before the
// first one, the first's). With a period the trace begins anew after it; without, the last step
// holds for ever. Time 0 of a trace is when it was configured, and a frame sees the delay at its
// departure. Steps are shared, as many links and their descriptions read the same immutable trace.
struct TracedDelay {
  std::shared_ptr<const std::vector<DelayStep>> steps{};  // offsets ascend
  std::optional<Duration> period{};                       // beyond the last offset
  bool operator==(const TracedDelay&) const = default;
};

// The n-th frame takes the n-th sample; after the last one from the start again, or that one for
// ever. Shared for the same reason.
struct SampledDelay {
  std::shared_ptr<const std::vector<Duration>> samples{};
  bool loop = true;
  bool operator==(const SampledDelay&) const = default;
};

using DelayModel =
    std::variant<ConstantDelay, UniformDelay, NormalDelay, ParetoDelay, TracedDelay, SampledDelay>;

// Throws std::invalid_argument that names what is out of range.
void validate(const DelayModel& model);

class DelayProcess {
 public:
  // Expects a valid model. A trace begins at `start`.
  explicit DelayProcess(DelayModel model = {}, TimePoint start = kRunStart);

  // Begins a new model; one that is equal to the present one just goes on.
  void set_model(const DelayModel& model, TimePoint now);
  const DelayModel& model() const { return model_; }

  // The delay of the frame that departs then. Uniform, normal and Pareto delays draw one word.
  Duration next(TimePoint departure, RandomStream& random);

 private:
  Duration draw(const ConstantDelay& m, TimePoint, RandomStream&) { return m.delay; }
  Duration draw(const UniformDelay& m, TimePoint, RandomStream& random);
  Duration draw(const NormalDelay& m, TimePoint, RandomStream& random);
  Duration draw(const ParetoDelay& m, TimePoint, RandomStream& random);
  Duration draw(const TracedDelay& m, TimePoint departure, RandomStream&);
  Duration draw(const SampledDelay& m, TimePoint, RandomStream&);

  DelayModel model_;
  TimePoint start_;
  std::size_t taken_ = 0;  // samples so far
  double above_zero_ = 1;  // the share of a normal distribution that is not cut off
};

}  // namespace violin
