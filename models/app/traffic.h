// When a source sends its next datagram, and how large it is.
//
// Sizes are of UDP payloads, 24 (FlowHeader) to 65507 bytes; rates count payload bits. Every
// constructor throws std::invalid_argument, naming what is out of range.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/quantity.h"
#include "core/random.h"
#include "core/time.h"

namespace violin {

struct Emission {
  Duration after{};        // the one before; the first one: the start
  std::uint32_t size = 0;  // of the payload
  bool operator==(const Emission&) const = default;
};

class Traffic {
 public:
  virtual ~Traffic() = default;
  // None when nothing more is to be sent.
  virtual std::optional<Emission> next() = 0;
};

// One datagram every interval, the first at the start.
class alignas(64) ConstantTraffic final : public Traffic {
 public:
  ConstantTraffic(std::uint32_t size, Duration interval);
  // The interval that makes this rate; parts of a nanosecond are carried over, so that the rate is
  // exact over any time.
  ConstantTraffic(std::uint32_t size, BitRate rate);
  std::optional<Emission> next() override;

 private:
  std::uint32_t size_;
  std::optional<BitRate> rate_;
  Duration interval_{};
  Serialiser pace_;
  bool started_ = false;
};

// Intervals are independent and exponentially distributed: a Poisson process.
class PoissonTraffic final : public Traffic {
 public:
  PoissonTraffic(std::uint32_t size, Duration mean_interval, const RandomStream& random);
  std::optional<Emission> next() override;

 private:
  std::uint32_t size_;
  double mean_s_;
  RandomStream random_;
};

// How long a source is on, or off.
struct PeriodLength {
  enum class Kind : std::uint8_t { kConstant, kExponential, kPareto };
  Kind kind = Kind::kExponential;
  Duration mean{};
  double shape = 1.5;  // of kPareto, above 1: P(X > x) = (scale / x)^shape, the mean given

  Duration draw(RandomStream& random) const;
};

// Sends at a constant rate while it is on: every datagram ends one size / rate of on time after
// the one before, through off periods, so that the mean rate is rate * on / (on + off). It begins
// on. Pareto periods of shape below 2 make the sum of many sources self-similar (Willinger, Taqqu,
// Sherman, Wilson, "Self-similarity through high-variability", IEEE/ACM ToN 5(1), 1997).
class OnOffTraffic final : public Traffic {
 public:
  OnOffTraffic(std::uint32_t size, BitRate rate, PeriodLength on, PeriodLength off,
               const RandomStream& random);
  std::optional<Emission> next() override;

 private:
  std::uint32_t size_;
  BitRate rate_;
  PeriodLength on_;
  PeriodLength off_;
  RandomStream random_;
  Serialiser pace_;
  Duration left_;  // of the present on period
};

// Sends exactly what it is told.
class TraceTraffic final : public Traffic {
 public:
  struct Point {
    Duration at{};  // since the start; never falls
    std::uint32_t size = 0;
  };
  explicit TraceTraffic(std::vector<Point> points);
  std::optional<Emission> next() override;

 private:
  std::vector<Point> points_;
  std::size_t next_ = 0;
};

}  // namespace violin
