// Whatever a path does to segments, every byte arrives exactly once and connections end cleanly.
#include <gtest/gtest.h>

#include "tests/models/vhost/tcp_path.h"

namespace violin {
namespace {

using namespace std::chrono_literals;
using tcp_test::Network;
using tcp_test::PathParameters;
using tcp_test::Sink;
using tcp_test::Source;

struct Weather {
  const char* name;
  PathParameters path;
  TcpConfig config;
  std::uint64_t seeds;
};

std::ostream& operator<<(std::ostream& out, const Weather& weather) { return out << weather.name; }

TcpConfig config_of(bool sack, bool timestamps, TcpCongestion congestion) {
  TcpConfig config;
  config.sack = sack;
  config.timestamps = timestamps;
  config.congestion = congestion;
  return config;
}

class TcpInBadWeather : public testing::TestWithParam<Weather> {};

void transfer_both_ways(const Weather& weather, std::uint64_t seed) {
  SCOPED_TRACE(testing::Message() << weather.name << " seed " << seed);
  Network network(weather.path, weather.config, seed);
  RandomStream random(seed, "sizes");
  const std::uint64_t there = random() % 60000;
  const std::uint64_t back = random() % 60000;
  Sink sink(network.b, back);
  Source source(there);
  source.open(network.a, network.b, kRunStart);
  network.kernel.run_until(kRunStart + 3h);

  EXPECT_EQ(sink.received, there);
  EXPECT_EQ(source.received, back);
  EXPECT_EQ(source.ended, TcpEnd::kFinished);
  EXPECT_EQ(sink.ended, TcpEnd::kFinished);
  EXPECT_EQ(network.a.stack().connections(), 0U);
  EXPECT_EQ(network.b.stack().connections(), 0U);
  EXPECT_EQ(network.kernel.frames().live(), 0U);
  EXPECT_TRUE(network.a.ledger().balances(0));
  EXPECT_TRUE(network.b.ledger().balances(0));
  const std::uint64_t events = network.kernel.events();
  network.kernel.run();
  EXPECT_EQ(network.kernel.events(), events) << "a timer was left";
}

TEST_P(TcpInBadWeather, DeliversEveryByteOnceAndEndsCleanly) {
  for (std::uint64_t seed = 1; seed <= GetParam().seeds && !HasFailure(); ++seed) {
    transfer_both_ways(GetParam(), seed);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, TcpInBadWeather,
    testing::Values(
        Weather{"clean", {}, {}, 50}, Weather{"loss", {.loss = 0.1}, {}, 1000},
        Weather{"loss_newreno", {.loss = 0.1}, config_of(true, true, TcpCongestion::kNewReno), 500},
        Weather{"loss_without_sack",
                {.loss = 0.1},
                config_of(false, true, TcpCongestion::kNewReno),
                1000},
        Weather{"loss_without_options",
                {.loss = 0.1},
                config_of(false, false, TcpCongestion::kNewReno),
                1000},
        Weather{"reordering", {.jitter = 8ms}, {}, 500},
        Weather{"reordering_without_sack",
                {.jitter = 8ms},
                config_of(false, false, TcpCongestion::kCubic),
                500},
        Weather{"duplication", {.duplication = 0.3}, {}, 500},
        Weather{"everything", {.loss = 0.15, .duplication = 0.1, .jitter = 15ms}, {}, 1500},
        Weather{"narrow", {.rate = BitRate::kbps(300), .queue = 4, .loss = 0.02}, {}, 500}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace violin
