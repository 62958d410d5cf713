#include "models/substrate/cloud_regions.h"

#include <gtest/gtest.h>

#include "tests/models/substrate/failing_load.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

Substrate load(const std::string& east, const std::string& west, CloudRegionOptions options = {}) {
  const std::vector<RegionText> regions{{"east", {"test.txt", east}}, {"west", {"west.dat", west}}};
  return load_cloud_regions(regions, options);
}

const std::string kWest = "0.1/0.2/0.3/0.1:west\n60/64/90/1.5:east\n";

TEST(CloudRegions, TakesHalfOfTheAverageOfEachDirection) {
  const Substrate substrate = load("0.1/0.2/0.3/0.0:east\n50/52/80/1.5:west\n", kWest);
  EXPECT_EQ(substrate.find("west"), HostId{1});
  EXPECT_EQ(substrate.delay(HostId{0}, HostId{1}), 26ms);
  EXPECT_EQ(substrate.delay(HostId{1}, HostId{0}), 32ms);
}

TEST(CloudRegions, TakesTheStatisticThatIsAskedFor) {
  CloudRegionOptions options;
  options.statistic = PingStatistic::kMin;
  EXPECT_EQ(load("50/52/80/1.5:west", kWest, options).delay(HostId{0}, HostId{1}), 25ms);
}

TEST(CloudRegions, IgnoresWhatARegionSaysOfItself) {
  EXPECT_EQ(load("0.1/0.2/0.3/0.0:east\n", kWest).delay(HostId{0}, HostId{0}), Duration{0});
}

TEST(CloudRegions, TakesTheOtherDirectionWhereOneIsMissing) {
  EXPECT_EQ(load("0.1/0.2/0.3/0.0:east\n", kWest).delay(HostId{0}, HostId{1}), 32ms);
}

TEST(CloudRegions, RefusesPairsThatAreMissingBothWays) {
  const auto problems = problems_of([] { load("1/1/1/0:east\n", "1/1/1/0:west\n"); });
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_NE(problems[0].message.find("no line about 'west'"), std::string::npos);
}

TEST(CloudRegions, RefusesTwoTextsOfOneRegionAndNoneAtAll) {
  const std::vector<RegionText> twice{{"a", {"a", "1/1/1/0:a"}}, {"a", {"b", "1/1/1/0:a"}}};
  EXPECT_THROW(load_cloud_regions(twice), LoadError);
  EXPECT_THROW(load_cloud_regions({}), LoadError);
}

TEST(CloudRegions, LimitsTheTextsTogether) {
  CloudRegionOptions options;
  options.max_bytes = 50;
  EXPECT_THROW(load("50/52/80/1.5:west\n", kWest, options), LoadError);
}

class BadRegion : public testing::TestWithParam<BadText> {};
TEST_P(BadRegion, IsRefusedAtItsPlace) {
  expect_first_problem(GetParam(), [] { load(GetParam().text, kWest); });
}
INSTANTIATE_TEST_SUITE_P(
    All, BadRegion,
    testing::Values(BadText{"Empty", "", {0, 0}, "empty"},
                    BadText{"NoColon", "1/2/3/4\n", {1, 1}, "expected min/avg/max/mdev:region"},
                    BadText{"ThreeFigures", "1/2/3:west\n", {1, 1}, "expected min/avg"},
                    BadText{"NoNumber", "1/x/3/4:west\n", {1, 3}, "'x'"},
                    BadText{"Negative", "1/2/-3/4:west\n", {1, 5}, "out of range"},
                    BadText{"NotANumber", "1/2/3/nan:west\n", {1, 7}, "'nan'"},
                    BadText{
                        "UnknownRegion", "1/2/3/4:north\n", {1, 9}, "no region is called 'north'"},
                    BadText{"Twice", "1/2/3/4:west\n1/2/3/4:west\n", {2, 9}, "second line"},
                    BadText{"Zero", "0/0/0/0:west\n", {1, 3}, "RTT of 0"},
                    BadText{"InvalidUtf8", "1/2/3/4:west\n\xc3\n", {2, 1}, "UTF-8"}),
    name_of);

}  // namespace
}  // namespace violin
