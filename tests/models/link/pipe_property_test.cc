// The pipe under random sequences of operations: against a plain model, and its books.

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <map>
#include <set>

#include "models/link/pipe.h"
#include "tests/models/link/traffic.h"

namespace violin::link_test {
namespace {

using namespace std::chrono_literals;

// The same machine in the plainest way: nothing lazy, each frame's departure found by going from
// departure to departure. No random process.
class PlainPipe {
 public:
  explicit PlainPipe(const PipeParameters& parameters) : p_(parameters) {}

  void transmit(std::uint64_t number, std::uint64_t size, TimePoint now) {
    go_to(now);
    const std::uint64_t wire = size + p_.overhead.value;
    if (!p_.up) {
      ++drops[p_.down];
    } else if (server_ && is_full(wire)) {
      ++drops[p_.queue.overflow];
    } else {
      queue_.push_back({number, wire});
      serve(now);
      go_to(now);
    }
  }

  void configure(const PipeParameters& parameters, TimePoint now) {
    go_to(now);
    const bool goes_down = p_.up && !parameters.up;
    p_ = parameters;
    if (goes_down) {
      drops[p_.down] += queue_.size() + (server_ ? 1 : 0);
      queue_.clear();
      server_.reset();
      if (p_.down_cuts_flight) {
        drops[p_.down] += flight_.size();
        flight_.clear();
      }
    }
    while (!queue_.empty() && is_beyond(queue_.size(), bytes())) {
      ++drops[p_.queue.overflow];
      queue_.pop_back();
    }
  }

  void go_to(TimePoint now) {
    while (server_ && server_->departs <= now) {
      const TimePoint departed = server_->departs;
      flight_.insert({server_->due, departures_++, server_->number});
      server_.reset();
      deliver(departed);
      serve(departed);
    }
    deliver(now);
  }

  std::vector<std::pair<TimePoint, std::uint64_t>> delivered;
  std::map<Drop, std::uint64_t> drops;

 private:
  struct Waiting {
    std::uint64_t number;
    std::uint64_t wire;
  };
  struct Served {
    std::uint64_t number;
    TimePoint departs;
    TimePoint due;
  };

  std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (const Waiting& w : queue_) {
      sum += w.wire;
    }
    return sum;
  }
  bool is_beyond(std::size_t frames, std::uint64_t bytes) const {
    return (p_.queue.max_frames && frames > *p_.queue.max_frames) ||
           (p_.queue.max_bytes && bytes > p_.queue.max_bytes->value);
  }
  bool is_full(std::uint64_t wire) const { return is_beyond(queue_.size() + 1, bytes() + wire); }

  void serve(TimePoint start) {
    if (server_ || queue_.empty()) {
      return;
    }
    const Waiting next = queue_.front();
    queue_.pop_front();
    TimePoint departs = start + p_.per_frame;
    if (p_.rate) {
      departs += serialiser_.next(Bytes{next.wire}, *p_.rate);
    }
    TimePoint due = departs + std::get<ConstantDelay>(p_.delay).delay;
    if (!p_.may_reorder && !flight_.empty()) {
      due = std::max(due, std::get<0>(*flight_.rbegin()));
    }
    server_ = Served{next.number, departs, due};
  }

  void deliver(TimePoint now) {
    while (!flight_.empty() && std::get<0>(*flight_.begin()) <= now) {
      delivered.emplace_back(std::get<0>(*flight_.begin()), std::get<2>(*flight_.begin()));
      flight_.erase(flight_.begin());
    }
  }

  PipeParameters p_;
  Serialiser serialiser_;
  std::deque<Waiting> queue_;
  std::optional<Served> server_;
  std::set<std::tuple<TimePoint, std::uint64_t, std::uint64_t>> flight_;
  std::uint64_t departures_ = 0;
};

Duration up_to(RandomStream& random, Duration most) {
  return Duration(static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most.count())));
}

PipeParameters random_plain(RandomStream& random) {
  PipeParameters p;
  if (random() % 8 != 0) {
    p.rate = BitRate::bps(1'000'000 + random() % 100'000'000);
  }
  p.per_frame = random() % 4 == 0 ? up_to(random, 300us) : 0ns;
  p.overhead = Bytes{random() % 2 * 24};
  p.queue.max_frames.reset();
  if (random() % 2 == 0) {
    p.queue.max_frames = static_cast<std::uint32_t>(random() % 20);
  }
  if (random() % 3 == 0) {
    p.queue.max_bytes = Bytes{random() % 20'000};
  }
  p.queue.overflow = random() % 2 == 0 ? Drop::kQueueFull : Drop::kHostOverload;
  p.delay = ConstantDelay{up_to(random, 8ms)};
  p.may_reorder = random() % 4 == 0;
  p.up = random() % 6 != 0;
  p.down_cuts_flight = random() % 2 == 0;
  return p;
}

TEST(PipeProperty, DeliversWhatAPlainModelDelivers) {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    RandomStream random(seed, "operations");
    Kernel kernel(seed);
    Recorder sink;
    const PipeParameters first = random_plain(random);
    Pipe pipe(kernel, "pipe", first);
    PlainPipe plain(first);
    for (std::uint64_t i = 0; i < 120; ++i) {
      kernel.run_until(kernel.now() + up_to(random, 700us));
      if (random() % 12 == 0) {
        const PipeParameters parameters = random_plain(random);
        pipe.configure(parameters, kernel.now());
        plain.configure(parameters, kernel.now());
      } else {
        const std::size_t size = 8 + random() % 1500;
        Frame frame = numbered(kernel, i, size);
        pipe.transmit({&frame, 1}, sink.port(), kernel.now());
        plain.transmit(i, size, kernel.now());
      }
      ASSERT_TRUE(pipe.ledger().balances(pipe.queued()));
    }
    kernel.run_until(kernel.now() + 10s);
    plain.go_to(kernel.now());
    std::vector<std::pair<TimePoint, std::uint64_t>> delivered;
    for (const Arrival& a : sink.arrivals) {
      delivered.emplace_back(a.at, a.number);
    }
    for (std::size_t i = 0; i < delivered.size() && i < plain.delivered.size(); ++i) {
      ASSERT_EQ(delivered[i].second, plain.delivered[i].second) << "delivery " << i;
      ASSERT_EQ(delivered[i].first - kRunStart, plain.delivered[i].first - kRunStart)
          << "delivery " << i;
    }
    ASSERT_EQ(delivered.size(), plain.delivered.size());
    for (const Drop reason : {Drop::kQueueFull, Drop::kHostOverload, Drop::kLinkDown}) {
      ASSERT_EQ(pipe.ledger().drops(reason), plain.drops[reason]) << to_string(reason);
    }
    ASSERT_EQ(kernel.frames().live(), 0U);
  }
}

DelayModel random_delay(RandomStream& random) {
  switch (random() % 5) {
    case 0:
      return UniformDelay{up_to(random, 1ms), 1ms + up_to(random, 5ms)};
    case 1:
      return NormalDelay{up_to(random, 3ms), up_to(random, 2ms)};
    case 2:
      return ParetoDelay{up_to(random, 1ms), 0.5 + random.uniform(), 50ms};
    case 3:
      return SampledDelay{std::make_shared<const std::vector<Duration>>(
          std::vector<Duration>{up_to(random, 4ms), up_to(random, 4ms)})};
    default:
      return ConstantDelay{up_to(random, 4ms)};
  }
}

PipeParameters random_parameters(RandomStream& random) {
  PipeParameters p = random_plain(random);
  if (random() % 3 == 0) {
    p.queue.codel = CodelParameters{.target = 1ms, .interval = 3ms, .mtu = Bytes{random() % 1500}};
  }
  if (random() % 3 == 0) {
    p.loss = BernoulliLoss{random.uniform()};
  } else if (random() % 3 == 0) {
    p.loss = GilbertElliottLoss{.p = random.uniform(), .r = random.uniform()};
  }
  p.delay = random_delay(random);
  p.duplication = random() % 3 == 0 ? random.uniform() : 0;
  p.corruption = {random() % 3 == 0 ? random.uniform() : 0, random() % 2 == 0};
  return p;
}

// A pipe with frames for two sinks, under everything that can be done to it.
class RandomRun {
 public:
  explicit RandomRun(std::uint64_t seed) : random_(seed, "operations"), kernel_(seed) {}

  void step(std::uint64_t number) {
    kernel_.run_until(kernel_.now() + up_to(random_, 400us));
    switch (random_() % 40) {
      case 0:
      case 1:
      case 2:
        pipe_.configure(random_parameters(random_), kernel_.now());
        break;
      case 3:
        pipe_.abandon(Drop::kHostDown);
        break;
      case 4:
        pipe_.withdraw(sinks_[random_() % 2], Drop::kDetached);
        break;
      case 5:
        pipe_.redirect(sinks_[0].port(), sinks_[1].port());
        break;
      default:
        send(number);
    }
  }
  void finish() { kernel_.run(); }
  bool balances() const { return pipe_.ledger().balances(pipe_.queued()); }
  bool is_empty() { return pipe_.queued() == 0 && kernel_.frames().live() == 0; }
  std::uint64_t fingerprint() const { return pipe_.fingerprint(); }
  std::uint64_t arrived() const { return sinks_[0].arrivals.size() + sinks_[1].arrivals.size(); }
  std::uint64_t out() const { return pipe_.ledger().out; }

 private:
  void send(std::uint64_t number) {
    std::vector<Frame> burst;
    for (std::uint64_t i = 0; i <= random_() % 3; ++i) {
      burst.push_back(numbered(kernel_, number, 8 + random_() % 1500));
    }
    pipe_.transmit(burst, sinks_[random_() % 2].port(), kernel_.now());
  }

  RandomStream random_;
  Kernel kernel_;
  std::array<Recorder, 2> sinks_;
  Pipe pipe_{kernel_, "pipe", random_parameters(random_)};
};

TEST(PipeProperty, KeepsItsBooksWhateverHappens) {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    RandomRun run(seed);
    for (std::uint64_t i = 0; i < 150; ++i) {
      run.step(i);
      ASSERT_TRUE(run.balances());
    }
    run.finish();
    ASSERT_TRUE(run.balances());
    ASSERT_TRUE(run.is_empty());
    ASSERT_EQ(run.arrived(), run.out());
  }
}

TEST(PipeProperty, GivesTheSameFingerprintForTheSameSeed) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    std::array<std::uint64_t, 2> fingerprints{};
    for (auto& fingerprint : fingerprints) {
      RandomRun run(seed);
      for (std::uint64_t i = 0; i < 100; ++i) {
        run.step(i);
      }
      run.finish();
      fingerprint = run.fingerprint();
    }
    ASSERT_EQ(fingerprints[0], fingerprints[1]) << "seed " << seed;
    seen.insert(fingerprints[0]);
  }
  EXPECT_EQ(seen.size(), 200U);
}

}  // namespace
}  // namespace violin::link_test
