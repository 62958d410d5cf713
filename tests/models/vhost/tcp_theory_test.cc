// What bulk transfers achieve, against the theory that others measured TCP by.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/models/vhost/tcp_path.h"

namespace violin {
namespace {

using namespace std::chrono_literals;
using tcp_test::Network;
using tcp_test::PathParameters;
using tcp_test::Sink;
using tcp_test::Source;

constexpr std::uint64_t kEndless = std::uint64_t{1} << 40;
constexpr double kSegment = 1448;  // 1500 less IPv4, TCP and timestamps

struct Cell {
  double loss;
  Duration rtt;
};

std::ostream& operator<<(std::ostream& out, const Cell& cell) {
  return out << "loss " << cell.loss << " rtt " << to_string(cell.rtt);
}

// Padhye, Firoiu, Towsley, Kurose, "Modeling TCP Throughput", SIGCOMM 1998, the full model without
// a receiver's limit: segments per second that are sent, for acknowledgments of every `b` segments
// and a first timeout of `t0` seconds.
double pftk(double p, double rtt, double t0, double b) {
  const double c = (2 + b) / (3 * b);
  const double w = c + std::sqrt(8 * (1 - p) / (3 * b * p) + c * c);
  const double q3 = std::pow(1 - p, 3);
  const double q =
      std::min(1.0, (1 - q3) * (1 + q3 * (1 - std::pow(1 - p, w - 3))) / (1 - std::pow(1 - p, w)));
  const double f = 1 + p + 2 * p * p + 4 * std::pow(p, 3) + 8 * std::pow(p, 4) +
                   16 * std::pow(p, 5) + 32 * std::pow(p, 6);
  return ((1 - p) / p + w + q / (1 - p)) / (rtt * (b / 2 * w + 1) + q * f * t0 / (1 - p));
}

// The rate of an endless transfer in segments per second, and the smoothed round-trip time and
// variation at its end.
struct Measured {
  double rate = 0;
  Duration smoothed{0};
  Duration variation{0};
  TcpSenderStatistics statistics;
};

Measured transfer(const PathParameters& path, double loss, const TcpConfig& config, Duration run) {
  Network network(path, config, 7);
  network.there.parameters().loss = loss;
  Sink sink(network.b);
  Source source(kEndless);
  source.open(network.a, network.b, kRunStart);
  network.kernel.run_until(kRunStart + run);
  const TcpSender& sender = source.socket->connection().sender();
  return {.rate = static_cast<double>(sink.received) / kSegment / to_seconds(run),
          .smoothed = sender.rto().smoothed(),
          .variation = sender.rto().variation(),
          .statistics = sender.statistics()};
}

// What the model assumes: Reno that grows by 1/cwnd for each acknowledgment, of every second
// segment, no limit but the congestion window; and that duplicate acknowledgments release nothing
// (it is older than RFC 3042, which turns timeouts into fast retransmissions).
TcpConfig reno_of_1998() {
  TcpConfig config;
  config.congestion = TcpCongestion::kNewReno;
  config.byte_counting = false;
  config.limited_transmit = false;
  config.quick_acks = 0;
  config.send_buffer = Bytes{1U << 30};
  config.receive_buffer = config.initial_receive_window = Bytes{1U << 30};
  return config;
}

Measured transfer_with_losses(const Cell& cell, const TcpConfig& config) {
  constexpr double kLosses = 1000;
  const double about = 1.2 / std::sqrt(cell.loss) / to_seconds(cell.rtt);
  const Duration run = from_seconds(kLosses / cell.loss / about);
  return transfer({.delay = cell.rtt / 2}, cell.loss, config, run);
}

double predicted(const Cell& cell, const Measured& measured) {
  const Duration t0 = measured.smoothed + std::max<Duration>(4 * measured.variation, 200ms);
  return pftk(cell.loss, to_seconds(cell.rtt), to_seconds(t0), 2);
}

class TcpUnderRandomLoss : public testing::TestWithParam<Cell> {};

TEST_P(TcpUnderRandomLoss, NewRenoWithSackMeetsThePftkFormulaWithin15Percent) {
  const Measured measured = transfer_with_losses(GetParam(), reno_of_1998());
  const double formula = predicted(GetParam(), measured);
  EXPECT_NEAR(measured.rate / formula, 1, 0.15) << measured.rate << " segments/s";
}

TEST_P(TcpUnderRandomLoss, NewRenoWithoutSackMeetsThePftkFormulaWithin15Percent) {
  TcpConfig config = reno_of_1998();
  config.sack = false;
  const Measured measured = transfer_with_losses(GetParam(), config);
  const double formula = predicted(GetParam(), measured);
  EXPECT_NEAR(measured.rate / formula, 1, 0.15) << measured.rate << " segments/s";
}

TEST_P(TcpUnderRandomLoss, LimitedTransmitAvoidsTimeoutsAndIsNotSlower) {
  const Measured without = transfer_with_losses(GetParam(), reno_of_1998());
  TcpConfig config = reno_of_1998();
  config.limited_transmit = true;
  const Measured with = transfer_with_losses(GetParam(), config);
  if (GetParam().loss >= 0.01) {
    EXPECT_LT(with.statistics.timeouts, without.statistics.timeouts);
  }
  EXPECT_GE(with.rate, without.rate * 0.95);
}

std::vector<Cell> grid() {
  std::vector<Cell> cells;
  for (const double loss : {0.001, 0.003, 0.01, 0.02, 0.04}) {
    for (const Duration rtt : {20ms, 50ms, 100ms, 200ms}) {
      cells.push_back({loss, rtt});
    }
  }
  return cells;
}

INSTANTIATE_TEST_SUITE_P(Grid, TcpUnderRandomLoss, testing::ValuesIn(grid()));

struct Bottleneck {
  TcpCongestion congestion;
  BitRate rate;
  Duration rtt;
};

std::ostream& operator<<(std::ostream& out, const Bottleneck& b) {
  return out << (b.congestion == TcpCongestion::kCubic ? "cubic " : "newreno ") << to_string(b.rate)
             << ' ' << to_string(b.rtt);
}

class TcpOnACleanLink : public testing::TestWithParam<Bottleneck> {};

// The bandwidth-delay product in full-size datagrams.
std::size_t product(const Bottleneck& b) {
  return static_cast<std::size_t>(static_cast<double>(b.rate.bits_per_second()) *
                                  to_seconds(b.rtt) / (1500 * 8)) +
         1;
}

TEST_P(TcpOnACleanLink, FillsItWithAQueueOfOneBandwidthDelayProduct) {
  const Bottleneck& b = GetParam();
  TcpConfig config;
  config.congestion = b.congestion;
  config.send_buffer = Bytes{1U << 28};
  config.receive_buffer = Bytes{1U << 28};
  constexpr Duration kRun = 60s;
  const Measured measured =
      transfer({.rate = b.rate, .queue = product(b), .delay = b.rtt / 2}, 0, config, kRun);
  const double capacity = static_cast<double>(b.rate.bits_per_second()) / (1500 * 8);
  EXPECT_GE(measured.rate, 0.95 * capacity);
  EXPECT_LE(measured.rate, capacity);
}

INSTANTIATE_TEST_SUITE_P(
    Links, TcpOnACleanLink,
    testing::Values(Bottleneck{TcpCongestion::kNewReno, BitRate::mbps(10), 20ms},
                    Bottleneck{TcpCongestion::kNewReno, BitRate::mbps(10), 100ms},
                    Bottleneck{TcpCongestion::kNewReno, BitRate::mbps(100), 20ms},
                    Bottleneck{TcpCongestion::kNewReno, BitRate::mbps(100), 50ms},
                    Bottleneck{TcpCongestion::kCubic, BitRate::mbps(10), 20ms},
                    Bottleneck{TcpCongestion::kCubic, BitRate::mbps(10), 100ms},
                    Bottleneck{TcpCongestion::kCubic, BitRate::mbps(100), 20ms},
                    Bottleneck{TcpCongestion::kCubic, BitRate::mbps(100), 50ms}));

// With a queue of at least one bandwidth-delay product the link never idles, so a round takes w / C
// for a window of w segments. The window grows by one segment a round from W / 2 to W = BDP +
// queue: the sawtooth's period is the integral of w / C, 3/8 W^2 / C.
TEST(TcpSawtooth, HasThePeriodOfAdditiveIncreaseAndMultiplicativeDecrease) {
  const Bottleneck b{TcpCongestion::kNewReno, BitRate::mbps(10), 50ms};
  TcpConfig config;
  config.congestion = b.congestion;
  const std::size_t queue = product(b);
  const double per_second = 10e6 / (1500 * 8);
  const double top = per_second * to_seconds(b.rtt) + static_cast<double>(queue);
  const double period = 3.0 / 8 * top * top / per_second;

  constexpr Duration kRun = 600s;
  const Measured measured =
      transfer({.rate = b.rate, .queue = queue, .delay = b.rtt / 2}, 0, config, kRun);
  const double periods = static_cast<double>(measured.statistics.fast_recoveries);
  EXPECT_EQ(measured.statistics.timeouts, 0U);
  EXPECT_NEAR(to_seconds(kRun) / periods / period, 1, 0.1);
}

}  // namespace
}  // namespace violin
