#include "models/substrate/wondernetwork.h"

#include <gtest/gtest.h>

#include "tests/models/substrate/failing_load.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

constexpr HostId kA{0};
constexpr HostId kB{1};
constexpr HostId kC{2};

const std::string kServers =
    "\"id\",\"name\",\"title\",\"country\",\"latitude\",\"longitude\"\n"
    "\"7\",\"Aville\",\"A\",\"Aland\",\"10.5\",\"-20\"\n"
    "\"9\",\"Bburg\",\"B \"\"the\"\" city\",\"Bland, South\",\"\",\"\"\n"
    "11,Cton,C,Cland,0,0\n";

const std::string kHeader =
    "\"source\",\"destination\",\"timestamp\",\"min\",\"avg\",\"max\",\"mdev\"\n";

Substrate load(const std::string& rows, const WonderNetworkOptions& options = {},
               const std::string& servers = kServers) {
  const std::string pings = kHeader + rows;
  return load_wondernetwork({"servers.csv", servers}, {"test.txt", pings}, options);
}

TEST(WonderNetwork, NamesAndPlacesItsServers) {
  const Substrate substrate = load("7,9,t,1,2,3,0\n");
  ASSERT_EQ(substrate.size(), 3U);
  EXPECT_EQ(substrate.host(kA).name, "Aville");
  EXPECT_EQ(substrate.host(kA).position, (Coordinates{10.5, -20}));
  EXPECT_EQ(substrate.host(kB).country, "Bland, South");
  EXPECT_EQ(substrate.host(kB).position, std::nullopt);
}

TEST(WonderNetwork, TakesHalfOfTheMeanOfAllPingsOfAPair) {
  const Substrate substrate = load(
      "\"7\",\"9\",\"2020-07-20 00:00:17.000\",\"10\",\"20\",\"30\",\"1\"\n7,9,t,30,40,90,1\n");
  EXPECT_EQ(substrate.delay(kA, kB), 15ms);
}

TEST(WonderNetwork, TakesTheStatisticThatIsAskedFor) {
  WonderNetworkOptions options;
  options.statistic = PingStatistic::kMin;
  EXPECT_EQ(load("7,9,t,10,20,30,1\n", options).delay(kA, kB), 5ms);
  options.statistic = PingStatistic::kMax;
  EXPECT_EQ(load("7,9,t,10,20,30,1\n", options).delay(kA, kB), 15ms);
}

TEST(WonderNetwork, TakesTheOtherDirectionWhereOneIsMissing) {
  const Substrate substrate = load("7,9,t,10,20,30,1\n9,7,t,1,2,3,1\n7,11,t,1,8,9,1\n");
  EXPECT_EQ(substrate.delay(kA, kB), 10ms);
  EXPECT_EQ(substrate.delay(kB, kA), 1ms);
  EXPECT_EQ(substrate.delay(kC, kA), 4ms);
}

TEST(WonderNetwork, LeavesPairsThatWereNeverMeasuredWithoutAWay) {
  EXPECT_EQ(load("7,9,t,10,20,30,1\n").delay(kA, kC), std::nullopt);
}

TEST(WonderNetwork, RefusesMissingPairsIfToldTo) {
  WonderNetworkOptions options;
  options.allow_missing = false;
  const auto problems = problems_of([&] { load("7,9,t,10,20,30,1\n", options); });
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].message, "has no ping between 'Aville' and 'Cton'");
}

TEST(WonderNetwork, IgnoresPingsOfAServerToItself) {
  EXPECT_EQ(load("7,7,t,0,0,0,0\n").delay(kA, kA), Duration{0});
}

TEST(WonderNetwork, LeavesUnlistedServersOutIfToldTo) {
  WonderNetworkOptions options;
  options.skip_unlisted = true;
  EXPECT_EQ(load("7,8,t,1,2,3,0\n7,9,t,1,2,3,0\n", options).delay(kA, kB), 1ms);
}

class BadPings : public testing::TestWithParam<BadText> {};
TEST_P(BadPings, AreRefusedAtTheirPlace) {
  expect_first_problem(GetParam(), [] { load(GetParam().text); });
}
INSTANTIATE_TEST_SUITE_P(
    All, BadPings,
    testing::Values(BadText{"UnknownServer", "7,8,t,1,2,3,0\n", {2, 3}, "no server has the id '8'"},
                    BadText{"NoNumber", "7,9,t,1,two,3,0\n", {2, 9}, "'two'"},
                    BadText{"Negative", "7,9,t,1,-2,3,0\n", {2, 9}, "out of range"},
                    BadText{"NotANumber", "7,9,t,1,nan,3,0\n", {2, 9}, "'nan'"},
                    BadText{"Zero", "7,9,t,0,0,0,0\n", {2, 9}, "RTT of 0"},
                    BadText{"Absurd", "7,9,t,1,1e7,3,0\n", {2, 9}, "out of range"},
                    BadText{"TooFewFields", "7,9,t\n", {2, 1}, "3 fields, but the header has 7"},
                    BadText{"OpenQuote", "7,9,\"t,1,2,3,0\n", {2, 5}, "quote"},
                    BadText{"InvalidUtf8", "7,9,\xff,1,2,3,0\n", {2, 5}, "UTF-8"}),
    name_of);

class BadServers : public testing::TestWithParam<BadText> {};
TEST_P(BadServers, AreRefusedAtTheirPlace) {
  expect_first_problem(GetParam(), [] {
    const std::string pings = kHeader + "7,9,t,1,2,3,0\n";
    load_wondernetwork({"test.txt", GetParam().text}, {"pings.csv", pings});
  });
}
INSTANTIATE_TEST_SUITE_P(
    All, BadServers,
    testing::Values(
        BadText{"Empty", "", {0, 0}, "empty"},
        BadText{"NoHeader", "7,A,x,y,0,0\n", {1, 1}, "no column 'id'"},
        BadText{"NoServers", "id,name,country,latitude,longitude\n", {0, 0}, "lists 0 servers"},
        BadText{"SecondName",
                "id,name,country,latitude,longitude\n1,A,,0,0\n2,A,,0,0\n",
                {3, 3},
                "second server called 'A'"},
        BadText{"SecondId",
                "id,name,country,latitude,longitude\n1,A,,0,0\n1,B,,0,0\n",
                {3, 1},
                "second server with the id '1'"},
        BadText{
            "NoName", "id,name,country,latitude,longitude\n1,,,0,0\n", {2, 3}, "without a name"},
        BadText{"OffTheGlobe",
                "id,name,country,latitude,longitude\n1,A,,0,200\n",
                {2, 8},
                "out of range"},
        BadText{"HalfAPosition", "id,name,country,latitude,longitude\n1,A,,1,\n", {2, 8}, "''"}),
    name_of);

}  // namespace
}  // namespace violin
