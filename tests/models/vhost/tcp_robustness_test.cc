// Whatever a path does to segments, every byte arrives exactly once and connections end cleanly.
#include <gtest/gtest.h>

#include "tests/models/vhost/tcp_path.h"
#include "tests/models/vhost/tcp_script.h"

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

// Reads now and then, a part of what is there, so that its window shuts again and again.
class LazySink : public Sink {
 public:
  using Sink::Sink;
  TcpSocketEvents& on_connection(TcpSocket& s) override {
    s.set_manual_reading(true);
    return Sink::on_connection(s);
  }
  void read_some(RandomStream& random) {
    const auto there = socket != nullptr ? socket->connection().receiver().readable() : 0;
    if (there > 0) {
      socket->read(Bytes{1 + random() % static_cast<std::uint64_t>(there)});
    }
  }
};

void transfer_to_a_lazy_reader(std::uint64_t seed, bool sack, double loss) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  TcpConfig config = config_of(sack, seed % 2 == 0, TcpCongestion::kNewReno);
  config.receive_buffer = Bytes{1000 + seed * 37 % 8000};
  config.max_rto = 20s;
  Network network({.loss = loss}, config, seed);
  RandomStream random(seed, "reader");
  LazySink sink(network.b);
  Source source(30'000);
  source.open(network.a, network.b, kRunStart);
  for (int i = 0; i < 4000 && network.b.stack().connections() + network.a.stack().connections() > 0;
       ++i) {
    network.kernel.run_until(network.kernel.now() +
                             Duration(static_cast<std::int64_t>(random() % 2'000'000'000)));
    sink.read_some(random);
  }
  EXPECT_EQ(sink.received, 30'000U);
  EXPECT_EQ(source.ended, TcpEnd::kFinished);
  EXPECT_EQ(sink.ended, TcpEnd::kFinished);
}

TEST(TcpPersist, NothingIsLostOrStallsWhenTheReaderIsLazy) {
  for (std::uint64_t seed = 1; seed <= 300 && !testing::Test::HasFailure(); ++seed) {
    transfer_to_a_lazy_reader(seed, seed % 3 != 0, seed % 5 == 0 ? 0 : 0.1);
  }
}

// A peer that sends anything near what would be right, with an application that does anything.
void babble(std::uint64_t seed) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  RandomStream random(seed, "babble");
  TcpConfig config = tcp_test::Script::plain();
  config.timestamps = seed % 2 == 0;
  config.receive_buffer = Bytes{20'000};
  tcp_test::Script s(config);
  const auto near = [&](std::int64_t position) {
    return random.chance(0.5) ? position
                              : position + static_cast<std::int64_t>(random() % 5000) - 2500;
  };
  s.connection().set_manual_reading(seed % 3 == 0);
  if (seed % 2 == 0) {
    s.connect();
  } else {
    s.accept({.flags = "S"});
  }
  for (int step = 0; step < 200 && s.connection().state() != TcpState::kClosed; ++step) {
    const TcpSender& sender = s.connection().sender();
    tcp_test::Seg segment{.flags = "A"};
    for (const char flag : {'S', 'F', 'R'}) {
      segment.flags += random.chance(0.03) ? std::string(1, flag) : "";
    }
    segment.seq = near(s.connection().receiver().next());
    segment.ack = near(random.chance(0.5) ? sender.acknowledged() : sender.sent());
    segment.len = static_cast<std::uint32_t>(random.chance(0.5) ? random() % 2000 : 0);
    segment.win = static_cast<std::uint16_t>(random.chance(0.3) ? 0 : random());
    for (std::uint64_t i = random() % 4; i > 0; --i) {
      const std::int64_t begin = near(sender.sent());
      segment.sack.push_back({begin, near(begin + 500)});
    }
    s.receive(segment);
    if (random.chance(0.3)) {
      s.wait(Duration(static_cast<std::int64_t>(random() % 1'000'000'000)));
    }
    if (random.chance(0.3) && !sender.finished()) {
      s.send(static_cast<std::int64_t>(random() % 20'000));
    }
    if (random.chance(0.01)) {
      s.close();
    }
    const TcpReceiver& receiver = s.connection().receiver();
    if (random.chance(0.2) && receiver.readable() > 0) {
      s.read(1 + static_cast<std::int64_t>(random() % 20'000) * (receiver.readable() - 1) / 20'000);
    }
    ASSERT_LE(sender.acknowledged(), sender.sent());
    ASSERT_GE(sender.scoreboard().pipe(), 0);
    ASSERT_GT(sender.window().window, 0);
    ASSERT_LE(receiver.readable(), 20'000);
    ASSERT_LT(s.pending(), 2000U);
  }
  if (s.connection().state() == TcpState::kClosed) {
    EXPECT_EQ(s.connection().deadline(), kNever);
  }
}

TEST(TcpConnection, SurvivesAPeerThatBabbles) {
  for (std::uint64_t seed = 1; seed <= 3000 && !testing::Test::HasFailure(); ++seed) {
    babble(seed);
  }
}

}  // namespace
}  // namespace violin
