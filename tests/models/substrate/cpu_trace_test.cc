#include "models/substrate/cpu_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/models/substrate/failing_load.h"

namespace violin {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(CpuTraces, AreANameAndPercentPerLine) {
  const auto traces = load_cpu_traces({"test.txt", "host_a slice 0 50 100\n\nb 7\n"});
  ASSERT_EQ(traces.size(), 2U);
  EXPECT_EQ(traces[0].name, "host_a slice");
  EXPECT_THAT(traces[0].percent, ElementsAre(0, 50, 100));
  EXPECT_EQ(traces[1].name, "b");
}

class BadCpuTraces : public testing::TestWithParam<BadText> {};
TEST_P(BadCpuTraces, AreRefusedAtTheirPlace) {
  expect_first_problem(GetParam(), [] { load_cpu_traces({"test.txt", GetParam().text}); });
}
INSTANTIATE_TEST_SUITE_P(All, BadCpuTraces,
                         testing::Values(BadText{"Empty", "", {0, 0}, "empty"},
                                         BadText{"NoFigures", "a 1\nb c\n", {2, 1}, "without"},
                                         BadText{"WordAmongFigures", "a 1 x\n", {1, 5}, "'x'"},
                                         BadText{"TooMuch", "a 1 101\n", {1, 5}, "'101'"},
                                         BadText{"Negative", "a -1\n", {1, 3}, "'-1'"},
                                         BadText{"Fraction", "a 1.5\n", {1, 3}, "'1.5'"}),
                         name_of);

std::vector<std::uint64_t> capacities(const SubstrateTrace& trace) {
  std::vector<std::uint64_t> result;
  for (const SubstrateTrace::Step& step : trace.steps()) {
    result.push_back(std::get<CapacityChange>(step.change).capacity.per_second);
  }
  return result;
}

TEST(CapacityTrace, LeavesTheHostWhatOthersDoNotUse) {
  const SubstrateTrace trace =
      capacity_trace(HostId{4}, {"x", {0, 25, 25, 100}}, {.idle = FrameRate{1000}});
  EXPECT_THAT(capacities(trace), ElementsAre(1000, 750, 10));
  EXPECT_EQ(std::get<CapacityChange>(trace.steps()[0].change).host, HostId{4});
}

TEST(CapacityTrace, ChangesEveryFiveMinutesAtMost) {
  const SubstrateTrace trace =
      capacity_trace(HostId{4}, {"x", {0, 25, 25, 100}}, {.idle = FrameRate{1000}});
  EXPECT_EQ(trace.steps()[0].due, kRunStart);
  EXPECT_EQ(trace.steps()[1].due, kRunStart + 5min);
  EXPECT_EQ(trace.steps()[2].due, kRunStart + 15min);
}

}  // namespace
}  // namespace violin
