#include "models/substrate/ping_trace.h"

#include <gtest/gtest.h>

#include "tests/models/substrate/failing_load.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

const std::string kHeader = "time,src,dst,tx,rx,min_ms,avg_ms,max_ms,mdev_ms\n";

std::vector<PingRun> load(const std::string& rows) {
  const std::string text = kHeader + rows;
  return load_ping_runs({"test.txt", text});
}

TEST(PingRuns, HaveTimeEndsCountsAndRoundTrips) {
  const auto runs = load("2019-11-21T01:24:25,3,5,20,19,163.264,163.353,163.555,0.531\n");
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].unix_seconds, 1574299465);  // date -u -d 2019-11-21T01:24:25 +%s
  EXPECT_EQ(runs[0].source, "3");
  EXPECT_EQ(runs[0].destination, "5");
  EXPECT_EQ(runs[0].sent, 20U);
  EXPECT_EQ(runs[0].received, 19U);
  ASSERT_TRUE(runs[0].rtt);
  EXPECT_EQ(runs[0].rtt->avg, 163353us);
}

TEST(PingRuns, WithoutReplyHaveNoRoundTripAndFailedOnesAreLeftOut) {
  const auto runs = load("2019-11-27T03:21:14,7,4,20,0,,,,\n2019-11-27T03:21:14,7,4,,,,,,\n");
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_FALSE(runs[0].rtt);
}

class BadPingRuns : public testing::TestWithParam<BadText> {};
TEST_P(BadPingRuns, AreRefusedAtTheirPlace) {
  expect_first_problem(GetParam(), [] { load(GetParam().text); });
}
INSTANTIATE_TEST_SUITE_P(
    All, BadPingRuns,
    testing::Values(
        BadText{"NoTime", "yesterday,1,2,20,20,1,1,1,0\n", {2, 1}, "'yesterday'"},
        BadText{"NoSuchDay", "2019-02-29T00:00:00,1,2,20,20,1,1,1,0\n", {2, 1}, "not a time"},
        BadText{"NoSuchHour", "2019-02-28T24:00:00,1,2,20,20,1,1,1,0\n", {2, 1}, "not a time"},
        BadText{"NoCount", "2019-02-28T00:00:00,1,2,x,20,1,1,1,0\n", {2, 25}, "'x'"},
        BadText{"MoreRepliesThanPackets", "2019-02-28T00:00:00,1,2,20,21,1,1,1,0\n", {2, 28}, "21"},
        BadText{"RepliesWithoutFigures", "2019-02-28T00:00:00,1,2,20,20,,,,\n", {2, 31}, "''"},
        BadText{"Negative", "2019-02-28T00:00:00,1,2,20,20,1,-1,1,0\n", {2, 33}, "range"},
        BadText{"FewFields", "2019-02-28T00:00:00,1\n", {2, 1}, "2 fields"}),
    name_of);

TEST(PingRuns, NeedTheirHeader) {
  EXPECT_THROW(load_ping_runs({"x", "2019-02-28T00:00:00,1,2,20,20,1,1,1,0\n"}), LoadError);
}

Substrate two_hosts() {
  const std::vector<OverlayHost> hosts{OverlayHost{.name = "a"}, OverlayHost{.name = "b"}};
  DelayMatrix delays(2);
  delays.set(0, 1, 10ms);
  delays.set(1, 0, 10ms);
  return Substrate(hosts, MeasuredPaths(delays));
}

TEST(PingTrace, ChangesDelayAndLossOfThePairWhenItsTimeComes) {
  const auto runs = load(
      "2019-11-21T00:00:00,3,5,20,20,100,110,120,1\n"
      "2019-11-21T00:10:00,3,5,100,81,200,210,220,1\n");
  SubstrateTrace trace = ping_trace(runs, {{"3", HostId{0}}, {"5", HostId{1}}});
  Substrate substrate = two_hosts();
  trace.apply_due(substrate, kRunStart);
  EXPECT_EQ(substrate.delay(HostId{0}, HostId{1}), 55ms);
  EXPECT_EQ(substrate.loss(HostId{0}, HostId{1}), 0);
  EXPECT_EQ(trace.next_due(), kRunStart + 600s);
  trace.apply_due(substrate, kRunStart + 600s);
  EXPECT_EQ(substrate.delay(HostId{0}, HostId{1}), 105ms);
  EXPECT_NEAR(substrate.loss(HostId{0}, HostId{1}), 0.1, 1e-12);  // 0.9 x 0.9 come back
  EXPECT_EQ(substrate.delay(HostId{1}, HostId{0}), 10ms);
}

TEST(PingTrace, LosesEverythingWhereNoReplyCame) {
  const auto runs = load("2019-11-21T00:00:00,3,5,20,0,,,,\n");
  SubstrateTrace trace = ping_trace(runs, {{"3", HostId{0}}, {"5", HostId{1}}});
  Substrate substrate = two_hosts();
  trace.apply_due(substrate, kRunStart);
  EXPECT_EQ(substrate.loss(HostId{0}, HostId{1}), 1);
  EXPECT_EQ(substrate.delay(HostId{0}, HostId{1}), 10ms);
}

TEST(PingTrace, LeavesOtherNodesOutAndRunsFaster) {
  const auto runs = load(
      "2019-11-21T00:00:00,1,2,20,20,100,110,120,1\n"
      "2019-11-21T00:10:00,3,5,20,20,100,110,120,1\n");
  PingTraceOptions options;
  options.start = kRunStart + 1s;
  options.speedup = 600;
  options.statistic = PingStatistic::kMin;
  SubstrateTrace trace = ping_trace(runs, {{"3", HostId{0}}, {"5", HostId{1}}}, options);
  ASSERT_EQ(trace.steps().size(), 1U);
  EXPECT_EQ(trace.next_due(), kRunStart + 2s);
  Substrate substrate = two_hosts();
  trace.apply_due(substrate, kRunStart + 2s);
  EXPECT_EQ(substrate.delay(HostId{0}, HostId{1}), 50ms);
}

}  // namespace
}  // namespace violin
