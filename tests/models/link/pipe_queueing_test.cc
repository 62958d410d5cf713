// The pipe as a queueing system, held against theory.

#include <gtest/gtest.h>

#include <chrono>
#include <numeric>

#include "models/link/pipe.h"
#include "tests/models/link/traffic.h"

namespace violin::link_test {
namespace {

using namespace std::chrono_literals;
__extension__ using Wide = unsigned __int128;

const QueueParameters kUnlimited = {.max_frames = {}};

// Frames of odd sizes back to back: the n-th departure is floor(10^9 * 8 * bytes so far / rate),
// so never off by a nanosecond, however many frames.
TEST(PipeRate, IsExactOverAMillionFrames) {
  for (const std::uint64_t bps : {9'999'991ULL, 1'000'000'007ULL, 56'000ULL, 123'456'789'013ULL}) {
    Kernel kernel;
    Recorder sink;
    Pipe pipe(kernel, "pipe", {.rate = BitRate::bps(bps), .queue = kUnlimited});
    RandomStream random(bps, "sizes");
    constexpr std::size_t kFrames = 1'000'000;
    std::vector<std::uint32_t> sizes;
    for (std::uint64_t i = 0; i < kFrames; ++i) {
      sizes.push_back(static_cast<std::uint32_t>(8 + random() % 1507));
      Frame frame = kernel.frames().make(8, sizes.back() - 8);
      std::memcpy(frame.writable().data(), &i, 8);
      pipe.transmit({&frame, 1}, sink.port(), kernel.now());
    }
    kernel.run();
    ASSERT_EQ(sink.arrivals.size(), kFrames);
    Wide bits = 0;
    for (std::size_t i = 0; i < kFrames; ++i) {
      bits += Wide{sizes[i]} * 8;
      const auto exact = static_cast<std::int64_t>(bits * 1'000'000'000 / bps);
      ASSERT_EQ((sink.arrivals[i].at - kRunStart).count(), exact) << bps << " bit/s, frame " << i;
    }
  }
}

TEST(PipeRate, CarriesTheRemainderAlsoAcrossIdleTimes) {
  Kernel kernel;
  Recorder sink;
  // 100 bytes take 266 + 2/3 ns.
  Pipe pipe(kernel, "pipe", {.rate = BitRate::gbps(3), .queue = kUnlimited});
  Source source(
      kernel, pipe, sink.port(), 3000, [] { return 1us; }, [] { return 100; });
  kernel.run();
  EXPECT_EQ(pipe.statistics().busy, 800us);
}

// Times that frames waited before their serialisation began, in seconds.
std::vector<double> waits(const Recorder& sink, const Source& source, BitRate rate) {
  std::vector<double> result;
  for (const Arrival& a : sink.arrivals) {
    const double service = static_cast<double>(source.sizes()[a.number]) * 8 /
                           static_cast<double>(rate.bits_per_second());
    result.push_back(to_seconds(a.at - source.sent()[a.number]) - service);
  }
  return result;
}

struct QueueCase {
  const char* name;
  bool exponential_service;
  double load;
};

class PollaczekKhinchine : public testing::TestWithParam<QueueCase> {};

// Mean wait rho E[S] (1 + C^2) / (2 (1 - rho)), with C^2 = 0 for M/D/1 and 1 for M/M/1.
TEST_P(PollaczekKhinchine, GivesTheMeanWait) {
  const QueueCase& c = GetParam();
  Kernel kernel(7);
  Recorder sink;
  const BitRate rate = BitRate::gbps(1);
  const double mean_size = 100'000;  // large, so that whole bytes do not matter: 0.8 ms
  Pipe pipe(kernel, "pipe", {.rate = rate, .queue = kUnlimited});
  RandomStream arrivals = kernel.random("arrivals");
  RandomStream services = kernel.random("services");
  const double mean_service = mean_size * 8e-9;
  Source source(
      kernel, pipe, sink.port(), 1'000'000,
      [&] { return from_seconds(exponential(arrivals, mean_service / c.load)); },
      [&]() -> std::size_t {
        const double size = c.exponential_service ? exponential(services, mean_size) : mean_size;
        return std::max<std::size_t>(8, static_cast<std::size_t>(std::llround(size)));
      });
  kernel.run();
  const double squared_variation = c.exponential_service ? 1 : 0;
  const double expected = c.load * mean_service * (1 + squared_variation) / (2 * (1 - c.load));
  const Estimate wait = batch_means(waits(sink, source, rate));
  EXPECT_NEAR(wait.mean, expected, 3.5 * wait.standard_error);
  EXPECT_LT(wait.standard_error, 0.03 * expected);
}

INSTANTIATE_TEST_SUITE_P(Queues, PollaczekKhinchine,
                         testing::Values(QueueCase{"MD1AtHalf", false, 0.5},
                                         QueueCase{"MD1AtEightTenths", false, 0.8},
                                         QueueCase{"MM1AtHalf", true, 0.5},
                                         QueueCase{"MM1AtSevenTenths", true, 0.7}),
                         [](const auto& test) { return test.param.name; });

// Loss of M/D/1/K (K places, the server's included) by the chain embedded at departures, over
// states 0 to K - 1: P(blocked) = 1 - 1 / (pi_0 + rho).
double md1k_loss(double load, std::size_t places) {
  std::vector<double> arrivals(places);  // P(k arrivals during a service), Poisson
  for (std::size_t k = 0; k < places; ++k) {
    arrivals[k] = std::exp(-load + static_cast<double>(k) * std::log(load) -
                           std::lgamma(static_cast<double>(k) + 1));
  }
  // pi_(j+1) a_0 = pi_j - pi_0 a_j - sum over 1 <= i <= j of pi_i a_(j-i+1), then normalised.
  std::vector<double> pi(places);
  pi[0] = 1;
  for (std::size_t j = 0; j + 1 < places; ++j) {
    double sum = pi[j] - pi[0] * arrivals[j];
    for (std::size_t i = 1; i <= j; ++i) {
      sum -= pi[i] * arrivals[j - i + 1];
    }
    pi[j + 1] = sum / arrivals[0];
  }
  const double total = std::accumulate(pi.begin(), pi.end(), 0.0);
  return 1 - 1 / (pi[0] / total + load);
}

TEST(Md1kLoss, ReducesToErlangsFormulaForOnePlace) {
  EXPECT_NEAR(md1k_loss(0.7, 1), 0.7 / 1.7, 1e-12);
}

TEST(PipeQueue, LosesAsMd1kTheorySays) {
  for (const auto& [load, waiting] : {std::pair{0.7, 0U}, {0.8, 3U}, {0.95, 9U}, {1.2, 5U}}) {
    Kernel kernel(11);
    Recorder sink;
    Pipe pipe(kernel, "pipe", {.rate = BitRate::gbps(1), .queue = {.max_frames = waiting}});
    RandomStream random = kernel.random("arrivals");
    constexpr double kService = 12'500 * 8e-9;
    constexpr std::uint64_t kFrames = 1'000'000;
    Source source(
        kernel, pipe, sink.port(), kFrames,
        [&] { return from_seconds(exponential(random, kService / load)); }, [] { return 12'500; });
    kernel.run();
    std::vector<double> dropped(kFrames, 1);
    for (const Arrival& a : sink.arrivals) {
      dropped[a.number] = 0;
    }
    const Estimate loss = batch_means(dropped);
    EXPECT_NEAR(loss.mean, md1k_loss(load, waiting + 1), 3.5 * loss.standard_error)
        << "load " << load << ", " << waiting << " places to wait";
  }
}

class DropTimes : public DropObserver {
 public:
  explicit DropTimes(Kernel& kernel) : kernel_(kernel) {}
  void on_drop(const Frame&, Drop reason) override {
    if (reason == Drop::kAqm) {
      times.push_back(kernel_.now());
    }
  }
  std::vector<TimePoint> times;

 private:
  Kernel& kernel_;
};

// 10 Mbit/s with 1250-byte frames, 1 ms each; arrivals at 1.04 times that rate that do not respond.
// Without CoDel 7 s would wait by the end. What it controls is the least sojourn time over an
// interval (RFC 8289 section 3.2), which comes below target again and again; the peaks between
// last for as long as the control law takes to reach the overload, four drops in 100 ms.
TEST(PipeCodel, KeepsTheSojournTimeNearTargetUnderPersistentOverload) {
  Kernel kernel(3);
  Recorder sink;
  const BitRate rate = BitRate::mbps(10);
  Pipe pipe(kernel, "pipe",
            {.rate = rate, .queue = {.max_frames = {}, .codel = CodelParameters{}}});
  RandomStream random = kernel.random("arrivals");
  Source source(
      kernel, pipe, sink.port(), 200'000,
      [&] { return from_seconds(2 * random.uniform() * 1e-3 / 1.04); }, [] { return 1250; });
  kernel.run_until(kRunStart + 190s);
  const std::vector<double> all = waits(sink, source, rate);
  constexpr std::size_t kWindow = 4000;  // 4 s
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t i = 10 * kWindow; i + kWindow <= all.size(); i += kWindow) {
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(i);
    EXPECT_LT(*std::min_element(first, first + kWindow), 5e-3);
    sum = std::accumulate(first, first + kWindow, sum);
    count += kWindow;
  }
  EXPECT_LT(sum / static_cast<double>(count), 25e-3);
  EXPECT_GT(to_seconds(pipe.statistics().busy), 0.99 * 190);  // and the link stays full
}

TEST(PipeCodel, SpacesDropsByTheControlLaw) {
  Kernel kernel;
  Recorder sink;
  Pipe pipe(kernel, "pipe",
            {.rate = BitRate::mbps(100), .queue = {.max_frames = {}, .codel = CodelParameters{}}});
  DropTimes drops(kernel);
  pipe.ledger().observe_drops(&drops);
  for (std::uint64_t i = 0; i < 60'000; ++i) {
    Frame frame = numbered(kernel, i, 1250);  // 0.1 ms each
    pipe.transmit({&frame, 1}, sink.port(), kernel.now());
  }
  kernel.run_until(kRunStart + 2s);
  ASSERT_GT(drops.times.size(), 50U);
  double expected = 0.105;  // target, then one interval
  for (std::size_t n = 0; n < 50; ++n) {
    EXPECT_NEAR(to_seconds(drops.times[n]), expected, 1.1e-4) << "drop " << n;
    expected += 0.1 / std::sqrt(static_cast<double>(n + 1));
  }
}

TEST(PipeCodel, DropsNothingBelowTarget) {
  Kernel kernel(4);
  Recorder sink;
  Pipe pipe(kernel, "pipe",
            {.rate = BitRate::mbps(100),
             .queue = {.codel = CodelParameters{}},
             .delay = ConstantDelay{20ms}});
  RandomStream random = kernel.random("arrivals");
  Source source(
      kernel, pipe, sink.port(), 300'000,
      [&] { return from_seconds(exponential(random, 1e-4 / 0.8)); }, [] { return 1250; });
  kernel.run();
  EXPECT_EQ(sink.arrivals.size(), 300'000U);
  EXPECT_EQ(kernel.events(), 600'000U);  // the source's and one per frame
}

}  // namespace
}  // namespace violin::link_test
