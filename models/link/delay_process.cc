#include "models/link/delay_process.h"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>

namespace violin {

namespace {

void check_delay(Duration d, const char* what) {
  if (d < Duration{} || d > kLongestDelay) {
    throw std::invalid_argument(std::string("delay: ") + what + " lies between 0 and 24 h, not " +
                                to_string(d));
  }
}

void check(const ConstantDelay& m) { check_delay(m.delay, "a constant delay"); }

void check(const UniformDelay& m) {
  check_delay(m.minimum, "the minimum");
  check_delay(m.maximum, "the maximum");
  if (m.maximum < m.minimum) {
    throw std::invalid_argument("delay: the maximum is not below the minimum");
  }
}

void check(const NormalDelay& m) {
  check_delay(m.mean, "the mean");
  check_delay(m.deviation, "the deviation");
}

void check(const ParetoDelay& m) {
  check_delay(m.minimum, "the minimum");
  check_delay(m.maximum, "the maximum");
  if (m.maximum < m.minimum) {
    throw std::invalid_argument("delay: the maximum is not below the minimum");
  }
  if (!(m.shape > 0 && std::isfinite(m.shape))) {
    throw std::invalid_argument("delay: the shape of a Pareto distribution is positive");
  }
}

void check(const TracedDelay& m) {
  if (!m.steps || m.steps->empty()) {
    throw std::invalid_argument("delay: a trace has at least one step");
  }
  Duration before{-1};
  for (const DelayStep& step : *m.steps) {
    check_delay(step.delay, "a step's delay");
    if (step.offset <= before) {
      throw std::invalid_argument("delay: a trace's offsets are not negative and ascend");
    }
    before = step.offset;
  }
  if (m.period && *m.period <= before) {
    throw std::invalid_argument("delay: a trace's period is longer than its last offset");
  }
}

void check(const SampledDelay& m) {
  if (!m.samples || m.samples->empty()) {
    throw std::invalid_argument("delay: there is at least one sample");
  }
  for (const Duration sample : *m.samples) {
    check_delay(sample, "a sample");
  }
}

double nanoseconds(Duration d) { return static_cast<double>(d.count()); }

// Nearest nanosecond within [0, longest]; a NaN cannot arise.
Duration rounded(double ns, Duration longest) {
  return Duration(std::llround(std::clamp(ns, 0.0, nanoseconds(longest))));
}

// The x that a standard normal variable exceeds with probability q in (0, 1].
double normal_quantile_above(double q) {
  using namespace boost::math::policies;
  using Policy = policy<promote_double<false>, overflow_error<ignore_error>>;
  return std::numbers::sqrt2 * boost::math::erfc_inv(2 * q, Policy{});
}

double normal_mass_above_zero(const DelayModel& model) {
  const auto* normal = std::get_if<NormalDelay>(&model);
  if (normal == nullptr || normal->deviation == Duration{}) {
    return 1;
  }
  const double z = nanoseconds(normal->mean) / nanoseconds(normal->deviation);
  return 1 - std::erfc(z / std::numbers::sqrt2) / 2;
}

}  // namespace

void validate(const DelayModel& model) {
  std::visit([](const auto& m) { check(m); }, model);
}

DelayProcess::DelayProcess(DelayModel model, TimePoint start)
    : model_(std::move(model)), start_(start), above_zero_(normal_mass_above_zero(model_)) {}

void DelayProcess::set_model(const DelayModel& model, TimePoint now) {
  if (model != model_) {
    model_ = model;
    start_ = now;
    taken_ = 0;
    above_zero_ = normal_mass_above_zero(model);
  }
}

Duration DelayProcess::next(TimePoint departure, RandomStream& random) {
  return std::visit([&](const auto& m) { return draw(m, departure, random); }, model_);
}

Duration DelayProcess::draw(const UniformDelay& m, TimePoint, RandomStream& random) {
  __extension__ using Wide = unsigned __int128;
  const auto values = static_cast<std::uint64_t>((m.maximum - m.minimum).count()) + 1;
  const auto steps = static_cast<std::uint64_t>((static_cast<Wide>(random()) * values) >> 64);
  return m.minimum + Duration(static_cast<std::int64_t>(steps));
}

// By inversion of the part of the distribution that lies above 0.
Duration DelayProcess::draw(const NormalDelay& m, TimePoint, RandomStream& random) {
  const double u = random.uniform();
  if (m.deviation == Duration{}) {
    return m.mean;
  }
  const double mean = nanoseconds(m.mean);
  const double deviation = nanoseconds(m.deviation);
  return rounded(mean + deviation * normal_quantile_above((1 - u) * above_zero_), kLongestDelay);
}

Duration DelayProcess::draw(const ParetoDelay& m, TimePoint, RandomStream& random) {
  const double stretch = std::pow(1 - random.uniform(), -1 / m.shape);
  return rounded(nanoseconds(m.minimum) * stretch, m.maximum);
}

Duration DelayProcess::draw(const TracedDelay& m, TimePoint departure, RandomStream&) {
  Duration offset = departure - start_;
  if (m.period) {
    offset %= *m.period;
  }
  const auto after = std::ranges::upper_bound(*m.steps, offset, {}, &DelayStep::offset);
  return after == m.steps->begin() ? after->delay : std::prev(after)->delay;
}

Duration DelayProcess::draw(const SampledDelay& m, TimePoint, RandomStream&) {
  const Duration sample = (*m.samples)[taken_];
  if (++taken_ == m.samples->size()) {
    taken_ = m.loop ? 0 : taken_ - 1;
  }
  return sample;
}

}  // namespace violin
