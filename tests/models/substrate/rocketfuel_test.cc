#include "models/substrate/rocketfuel.h"

#include <gtest/gtest.h>

#include "models/substrate/routed_paths.h"
#include "tests/models/substrate/failing_load.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

RouterGraph load(const std::string& latencies,
                 const std::optional<std::string>& weights = std::nullopt) {
  return load_rocketfuel({"test.txt", latencies},
                         weights ? std::optional(SourceText{"weights", *weights}) : std::nullopt,
                         1000);
}

TEST(Rocketfuel, MakesADirectedLinkOfEveryLine) {
  const RouterGraph graph = load("City,+XX1 Town,+XX2 7\nTown,+XX2 Far 1.5\n");
  ASSERT_EQ(graph.routers().size(), 3U);
  EXPECT_EQ(graph.routers()[0].name, "City,+XX1");
  ASSERT_EQ(graph.links().size(), 2U);
  EXPECT_EQ(graph.links()[0].delay, 7ms);
  EXPECT_EQ(graph.links()[1].delay, 1500us);
  EXPECT_EQ(graph.links()[0].reverse, std::nullopt);
}

TEST(Rocketfuel, MakesLinksInBothDirectionsOneCable) {
  const RouterGraph graph = load("a b 7\nb a 8\n");
  EXPECT_EQ(graph.links()[0].reverse, SubstrateLinkId{1});
  EXPECT_EQ(graph.links()[1].delay, 8ms);
}

TEST(Rocketfuel, RoutesByWeightWhereWeightsAreGiven) {
  // Directly 1 ms but heavy; around 20 ms but light.
  const std::string latencies = "a c 1\na b 10\nb c 10\n";
  const std::string weights = "a b 1\nb c 1\na c 2.5\n";
  const RouterGraph by_delay = load(latencies);
  const RouterGraph by_weight = load(latencies, weights);
  const auto attachments = attachment_per_router(by_delay);
  const HostId a{0};
  const HostId c{1};
  EXPECT_EQ(RoutedPaths(by_delay, attachments).delay(a, c), 1ms);
  EXPECT_EQ(RoutedPaths(by_weight, attachments).delay(a, c), 20ms);
}

class BadRocketfuel : public testing::TestWithParam<BadText> {};
TEST_P(BadRocketfuel, IsRefusedAtItsPlace) {
  expect_first_problem(GetParam(), [] { load(GetParam().text); });
}
INSTANTIATE_TEST_SUITE_P(
    All, BadRocketfuel,
    testing::Values(BadText{"Empty", "\n", {0, 0}, "empty"},
                    BadText{"TwoWords", "a b 1\na b\n", {2, 1}, "2 words"},
                    BadText{"NoNumber", "a b x\n", {1, 5}, "'x'"},
                    BadText{"Negative", "a b -1\n", {1, 5}, "out of range"},
                    BadText{"Absurd", "a b 500001\n", {1, 5}, "out of range"},
                    BadText{"NotANumber", "a b nan\n", {1, 5}, "'nan'"},
                    BadText{"Twice", "a b 1\nb a 1\na b 2\n", {3, 1}, "first is in line 1"},
                    BadText{"ToItself", "a b 1\na a 1\n", {2, 1}, "to itself"},
                    BadText{"InvalidUtf8", "a b 1\n\xff", {2, 1}, "UTF-8"}),
    name_of);

TEST(Rocketfuel, WantsAWeightForEveryLinkAndALinkForEveryWeight) {
  const auto lacking = problems_of([] { load("a b 1\nb a 1\n", "a b 1\n"); });
  ASSERT_EQ(lacking.size(), 1U);
  EXPECT_EQ(lacking[0].to_string(), "test.txt:2:1: the link from 'b' to 'a' is missing in weights");
  const auto surplus = problems_of([] { load("a b 1\n", "a b 1\nb c 1\n"); });
  ASSERT_EQ(surplus.size(), 1U);
  EXPECT_EQ(surplus[0].source, "weights");
  EXPECT_EQ(surplus[0].line, 2U);
}

}  // namespace
}  // namespace violin
