// The same small network in ns-3 and in ours: three routers in a row, whose middle link is the
// narrowest, with two constant-rate flows and a Poisson one. Both get the same emissions.
//
//   host --10-- router --2-- router --1-- router --2-- host        Mbit/s; 5 ms each

#include <gtest/gtest.h>

#include <cmath>

#include "tests/peers/ns3_chain.h"
#include "tests/peers/violin_chain.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

constexpr Duration kDuration = 300s;
constexpr Duration kLastEmission = 299s;  // what was sent is received or lost at the end

// What `traffic` says, from `start` on.
ChainFlow emissions_of(Traffic& traffic, Duration start) {
  ChainFlow flow;
  Duration at = start;
  for (auto next = traffic.next(); next && at + next->after < kLastEmission;
       next = traffic.next()) {
    at += next->after;
    flow.emissions.push_back({at, next->size});
  }
  return flow;
}

// Three flows of about `share` Mbit/s of payload each.
Chain chain(double share) {
  Chain chain;
  chain.duration = kDuration;
  chain.queue_frames = 20;
  for (const std::uint64_t mbps : {10U, 2U, 1U, 2U}) {
    chain.hops.push_back({BitRate::mbps(mbps), 5ms});
  }
  const auto rate = BitRate::bps(static_cast<std::uint64_t>(share * 1e6));
  ConstantTraffic large(1000, rate);
  ConstantTraffic small(331, rate);
  PoissonTraffic random(700, from_seconds(700 * 8 / (share * 1e6)), RandomStream(7, "poisson"));
  chain.flows.push_back(emissions_of(large, 1s));
  chain.flows.push_back(emissions_of(small, 1s + 1234567ns));
  chain.flows.push_back(emissions_of(random, 1s));
  return chain;
}

double loss(const ChainOutcome& outcome) {
  return 1 - static_cast<double>(outcome.received) / static_cast<double>(outcome.sent);
}

// Half of the 99 % confidence interval of the difference of two shares.
double half_interval(const ChainOutcome& a, const ChainOutcome& b) {
  const auto variance = [](const ChainOutcome& o) {
    return loss(o) * (1 - loss(o)) / static_cast<double>(o.sent);
  };
  return 2.576 * std::sqrt(variance(a) + variance(b));
}

void expect_alike(const std::vector<ChainOutcome>& ours, const std::vector<ChainOutcome>& peer) {
  ASSERT_EQ(ours.size(), peer.size());
  for (std::size_t flow = 0; flow < ours.size(); ++flow) {
    SCOPED_TRACE("flow " + std::to_string(flow));
    EXPECT_EQ(ours[flow].sent, peer[flow].sent);
    EXPECT_NEAR(ours[flow].mean_delay_s, peer[flow].mean_delay_s, 0.01 * peer[flow].mean_delay_s);
    EXPECT_NEAR(loss(ours[flow]), loss(peer[flow]), half_interval(ours[flow], peer[flow]));
  }
}

TEST(Ns3, AgreesOnDelaysWhereNothingIsLost) {
  const Chain network = chain(0.25);
  const auto ours = run_in_violin(network);
  const auto peer = run_in_ns3(network);
  expect_alike(ours, peer);
  for (const ChainOutcome& flow : peer) {
    EXPECT_EQ(flow.received, flow.sent);
  }
}

TEST(Ns3, AgreesOnDelaysAndLossOfAnOverloadedLink) {
  const Chain network = chain(0.34);
  const auto ours = run_in_violin(network);
  const auto peer = run_in_ns3(network);
  expect_alike(ours, peer);
  EXPECT_GT(loss(peer.front()), 0.01);
}

}  // namespace
}  // namespace violin
