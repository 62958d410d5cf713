// What the tests of links share: frames that carry a number, a sink that writes down what arrives
// when, and sources of traffic whose queueing theory is known.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <utility>
#include <vector>

#include "core/kernel.h"
#include "models/link/pipe.h"

namespace violin::link_test {

// At least 8 bytes long; the first of them are the number.
inline Frame numbered(Kernel& kernel, std::uint64_t number, std::size_t size = 1000) {
  const std::size_t stored = std::min<std::size_t>(size, 64);
  Frame frame = kernel.frames().make(stored, static_cast<std::uint32_t>(size - stored));
  std::ranges::fill(frame.writable(), std::uint8_t{0});
  std::memcpy(frame.writable().data(), &number, sizeof number);
  return frame;
}

inline std::uint64_t number_of(const Frame& frame) {
  std::uint64_t number = 0;
  std::memcpy(&number, frame.bytes().data(), sizeof number);
  return number;
}

struct Arrival {
  TimePoint at;
  std::uint64_t number;
  PortIndex port;
  std::size_t burst;  // frames that arrived together
};

class Recorder : public FrameSink {
 public:
  void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override {
    for (Frame& frame : burst) {
      arrivals.push_back({now, number_of(frame), port, burst.size()});
      last_bytes.assign(frame.bytes().begin(), frame.bytes().end());
      frame.reset();
    }
  }
  Attachment port(std::uint32_t index = 0) { return {this, PortIndex{index}}; }
  std::vector<std::uint64_t> numbers() const {
    std::vector<std::uint64_t> all;
    for (const Arrival& a : arrivals) {
      all.push_back(a.number);
    }
    return all;
  }
  std::vector<Duration> times() const {
    std::vector<Duration> all;
    for (const Arrival& a : arrivals) {
      all.push_back(a.at - kRunStart);
    }
    return all;
  }

  std::vector<Arrival> arrivals;
  std::vector<std::uint8_t> last_bytes;
};

// Calls a function at a time of the run.
class At {
 public:
  At(Kernel& kernel, Duration since_start, std::function<void()> action)
      : action_(std::move(action)),
        origin_(kernel),
        timer_(Timer::calling<&At::fire>(kernel, origin_, *this)) {
    timer_.arm(kRunStart + since_start);
  }

 private:
  void fire() { action_(); }
  std::function<void()> action_;
  EventOrigin origin_;
  Timer timer_;
};

// Sends frames number 0 to count - 1 at intervals and of sizes that it asks for.
class Source {
 public:
  using Interval = std::function<Duration()>;
  using Size = std::function<std::size_t()>;
  Source(Kernel& kernel, Pipe& pipe, Attachment to, std::uint64_t count, Interval interval,
         Size size)
      : kernel_(kernel),
        pipe_(pipe),
        to_(to),
        count_(count),
        interval_(std::move(interval)),
        size_(std::move(size)),
        origin_(kernel),
        timer_(Timer::calling<&Source::send>(kernel, origin_, *this)) {
    timer_.arm(kernel.now() + interval_());
  }
  // When each was sent.
  const std::vector<TimePoint>& sent() const { return sent_; }
  const std::vector<std::size_t>& sizes() const { return sizes_; }

 private:
  void send() {
    sizes_.push_back(size_());
    Frame frame = numbered(kernel_, sent_.size(), sizes_.back());
    sent_.push_back(kernel_.now());
    pipe_.transmit({&frame, 1}, to_, kernel_.now());
    if (sent_.size() < count_) {
      timer_.arm_after(interval_());
    }
  }

  Kernel& kernel_;
  Pipe& pipe_;
  Attachment to_;
  std::uint64_t count_;
  Interval interval_;
  Size size_;
  EventOrigin origin_;
  Timer timer_;
  std::vector<TimePoint> sent_;
  std::vector<std::size_t> sizes_;
};

// Exponentially distributed with this mean.
inline double exponential(RandomStream& random, double mean) {
  return -mean * std::log1p(-random.uniform());
}

struct Estimate {
  double mean;
  double standard_error;
};

// Of a correlated series, by the method of batch means.
inline Estimate batch_means(const std::vector<double>& series, std::size_t batches = 40) {
  const std::size_t length = series.size() / batches;
  double sum = 0;
  double squares = 0;
  for (std::size_t b = 0; b < batches; ++b) {
    double batch = 0;
    for (std::size_t i = b * length; i < (b + 1) * length; ++i) {
      batch += series[i];
    }
    batch /= static_cast<double>(length);
    sum += batch;
    squares += batch * batch;
  }
  const double n = static_cast<double>(batches);
  const double mean = sum / n;
  return {mean, std::sqrt((squares / n - mean * mean) / (n - 1))};
}

}  // namespace violin::link_test
