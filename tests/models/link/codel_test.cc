#include "models/link/codel.h"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <stdexcept>
#include <vector>

#include "core/random.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

struct Packet {
  std::uint64_t number;
  TimePoint stamp;
  std::uint64_t size;
};

// The pseudocode of RFC 8289 section 5, line by line, in nanoseconds: what CodelState must equal.
class RfcQueue {
 public:
  explicit RfcQueue(CodelParameters p)
      : target_(p.target), interval_(p.interval), maxpacket_(p.mtu.value) {}

  void enqueue(Packet p) {
    bytes_ += p.size;
    q_.push_back(p);
  }

  std::optional<Packet> deque(TimePoint now) {
    Result r = dodequeue(now);
    if (dropping_) {
      if (!r.ok_to_drop) {
        dropping_ = false;
      }
      while (now >= drop_next_ && dropping_) {
        dropped.push_back(r.p->number);
        ++count_;
        r = dodequeue(now);
        if (!r.ok_to_drop) {
          dropping_ = false;
        } else {
          drop_next_ = control_law(drop_next_, count_);
        }
      }
    } else if (r.ok_to_drop) {
      dropped.push_back(r.p->number);
      r = dodequeue(now);
      dropping_ = true;
      const std::uint32_t delta = count_ - lastcount_;
      count_ = 1;
      if (delta > 1 && now - drop_next_ < 16 * interval_) {
        count_ = delta;
      }
      drop_next_ = control_law(now, count_);
      lastcount_ = count_;
    }
    return r.p;
  }

  std::vector<std::uint64_t> dropped;

 private:
  struct Result {
    std::optional<Packet> p;
    bool ok_to_drop;
  };

  Result dodequeue(TimePoint now) {
    if (q_.empty()) {
      first_above_time_ = kRunStart;
      return {std::nullopt, false};
    }
    Result r{q_.front(), false};
    q_.pop_front();
    bytes_ -= r.p->size;
    const Duration sojourn_time = now - r.p->stamp;
    if (sojourn_time < target_ || bytes_ <= maxpacket_) {
      first_above_time_ = kRunStart;
    } else if (first_above_time_ == kRunStart) {
      first_above_time_ = now + interval_;
    } else if (now >= first_above_time_) {
      r.ok_to_drop = true;
    }
    return r;
  }

  TimePoint control_law(TimePoint t, std::uint32_t count) const {
    return t + Duration(static_cast<std::int64_t>(static_cast<double>(interval_.count()) /
                                                  std::sqrt(static_cast<double>(count))));
  }

  Duration target_;
  Duration interval_;
  std::uint64_t maxpacket_;
  std::deque<Packet> q_;
  std::uint64_t bytes_ = 0;
  TimePoint first_above_time_{};
  TimePoint drop_next_{};
  std::uint32_t count_ = 0;
  std::uint32_t lastcount_ = 0;
  bool dropping_ = false;
};

class OurQueue {
 public:
  explicit OurQueue(CodelParameters p) : state_(p) {}

  void enqueue(Packet p) {
    bytes_ += p.size;
    q_.push_back(p);
  }
  std::optional<Packet> deque(TimePoint now) {
    state_.before_dequeue(*this, now);
    if (q_.empty()) {
      return std::nullopt;
    }
    const Packet head = q_.front();
    bytes_ -= head.size;
    q_.pop_front();
    return head;
  }

  bool empty() const { return q_.empty(); }
  TimePoint head_arrival() const { return q_.front().stamp; }
  Bytes bytes_behind_head() const { return Bytes{bytes_ - q_.front().size}; }
  void drop_head() {
    dropped.push_back(q_.front().number);
    bytes_ -= q_.front().size;
    q_.pop_front();
  }

  std::vector<std::uint64_t> dropped;

 private:
  CodelState state_;
  std::deque<Packet> q_;
  std::uint64_t bytes_ = 0;
};

TEST(Codel, DecidesAsThePseudocodeOfTheRfcDoes) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    RandomStream random(seed, "codel");
    const CodelParameters parameters{1ms + Duration(random() % 5'000'000),
                                     10ms + Duration(random() % 90'000'000), Bytes{1514}};
    RfcQueue rfc(parameters);
    OurQueue ours(parameters);
    TimePoint now = kRunStart + 1s;
    double load = 1;
    for (std::uint64_t i = 0; i < 4000; ++i) {
      if (i % 400 == 0) {
        load = 0.3 + 2.2 * random.uniform();
      }
      now += Duration(random() % 1'000'000);
      if (random.uniform() < load / (1 + load)) {
        const Packet packet{i, now, 64 + random() % 1450};
        rfc.enqueue(packet);
        ours.enqueue(packet);
      } else {
        const auto expected = rfc.deque(now);
        const auto got = ours.deque(now);
        ASSERT_EQ(got.has_value(), expected.has_value());
        ASSERT_TRUE(!got || got->number == expected->number);
      }
    }
    ASSERT_EQ(ours.dropped, rfc.dropped);
  }
}

// A backlog that never ends, dequeued every 10 us: the n-th drop follows the one before after
// interval / sqrt(n).
TEST(Codel, SpacesDropsByTheControlLaw) {
  const CodelParameters parameters;
  OurQueue queue(parameters);
  for (std::uint64_t i = 0; i < 400'000; ++i) {
    queue.enqueue({i, kRunStart, 1000});
  }
  std::vector<TimePoint> drops;
  for (TimePoint now = kRunStart; drops.size() < 50; now += 10us) {
    queue.deque(now);
    while (queue.dropped.size() > drops.size()) {
      drops.push_back(now);
    }
  }
  // Above target from 5 ms on, so the first drop is one interval later.
  EXPECT_EQ(drops[0], kRunStart + 105ms);
  double expected = to_seconds(drops[0]);
  for (std::size_t n = 1; n < drops.size(); ++n) {
    expected += 0.1 / std::sqrt(static_cast<double>(n));
    EXPECT_NEAR(to_seconds(drops[n]), expected, 11e-6) << "drop " << n;
  }
}

TEST(Codel, DropsNothingBelowTarget) {
  OurQueue queue(CodelParameters{});
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    const TimePoint now = kRunStart + i * 1ms;
    queue.enqueue({i, now, 1500});
    if (i >= 4) {
      queue.deque(now);  // sojourn 4 ms
    }
  }
  EXPECT_TRUE(queue.dropped.empty());
}

TEST(Codel, DropsNothingWhileTheBacklogIsAtMostOneMtu) {
  OurQueue queue(CodelParameters{});
  queue.enqueue({0, kRunStart, 1514});
  for (std::uint64_t i = 1; i < 10'000; ++i) {
    queue.enqueue({i, kRunStart + i * 50ms, 1514});
    queue.deque(kRunStart + i * 50ms);  // sojourn 50 ms, one frame behind
  }
  EXPECT_TRUE(queue.dropped.empty());
}

TEST(Codel, RefusesATargetThatIsNotBelowTheInterval) {
  EXPECT_THROW(validate(CodelParameters{.target = 100ms}), std::invalid_argument);
  EXPECT_THROW(validate(CodelParameters{.target = 0ms}), std::invalid_argument);
  EXPECT_THROW(validate(CodelParameters{.interval = 2h}), std::invalid_argument);
  EXPECT_NO_THROW(validate(CodelParameters{}));
}

}  // namespace
}  // namespace violin
