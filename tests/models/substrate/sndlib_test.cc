#include "models/substrate/sndlib.h"

#include <gtest/gtest.h>

#include "tests/models/substrate/failing_load.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

const std::string kHeader = "?SNDlib native format; type: network; version: 1.0\n# a comment\n";
const std::string kNodes = "NODES (\n  here ( 0 0 )\n  there ( 18.0 0.0 ) # east first\n)\n";
const std::string kLinks =
    "LINKS (\n  L1 ( here there ) 155.00 0.00 0.00 0.00 ( 40.00 1.00 622.00 2.00 )\n)\n";
const std::string kDemands = "DEMANDS (\n  D1 ( there here ) 1 12.50 UNLIMITED\n)\n";

SndlibNetwork load(const std::string& text, SndlibOptions options = {}) {
  options.rule = {1.0, 0ns};
  return load_sndlib({"test.txt", text}, options);
}

TEST(Sndlib, ReadsNodesAsLongitudeAndLatitude) {
  const SndlibNetwork network = load(kHeader + kNodes);
  ASSERT_EQ(network.graph.routers().size(), 2U);
  EXPECT_EQ(network.graph.routers()[1].name, "there");
  EXPECT_EQ(network.graph.routers()[1].position, (Coordinates{0, 18}));
}

TEST(Sndlib, MakesACableOfEveryLinkWithTheDelayOfItsLength) {
  const SndlibNetwork network = load(kHeader + kNodes + kLinks);
  ASSERT_EQ(network.graph.links().size(), 2U);
  EXPECT_EQ(network.graph.links()[0].name, "L1");
  EXPECT_NEAR(to_seconds(network.graph.links()[0].delay), 0.010007557, 1e-8);
  EXPECT_EQ(network.graph.links()[0].capacity, BitRate::mbps(155));
}

TEST(Sndlib, TakesTheSmallestModuleWhereNothingIsInstalled) {
  const SndlibNetwork network =
      load(kHeader + kNodes + "LINKS ( L1 ( here there ) 0 0 0 0 ( 622.0 2 40.0 1 ) )");
  EXPECT_EQ(network.graph.links()[0].capacity, BitRate::mbps(40));
}

TEST(Sndlib, LeavesACapacityOpenThatIsNotTold) {
  const SndlibNetwork network = load(kHeader + kNodes + "LINKS ( L1 ( here there ) 0 0 0 0 ( ) )");
  EXPECT_EQ(network.graph.links()[0].capacity, std::nullopt);
}

TEST(Sndlib, ReadsDemandsAsDirectedRates) {
  const SndlibNetwork network = load(kHeader + kNodes + kLinks + kDemands);
  ASSERT_EQ(network.demands.size(), 1U);
  EXPECT_EQ(network.demands[0].name, "D1");
  EXPECT_EQ(network.demands[0].from, network.graph.find("there"));
  EXPECT_EQ(network.demands[0].to, network.graph.find("here"));
  EXPECT_DOUBLE_EQ(network.demands[0].bits_per_second, 12.5e6);
}

TEST(Sndlib, HeedsTheUnitOfTheMetaSection) {
  const std::string meta =
      "META (\n  granularity = 1h (of a day)\n  unit = STM1\n  origin = x, y; z )\n)\n";
  const SndlibNetwork network = load(kHeader + meta + kNodes + kLinks + kDemands);
  EXPECT_EQ(network.graph.links()[0].capacity, BitRate::kbps(155 * 155'520));
  EXPECT_DOUBLE_EQ(network.demands[0].bits_per_second, 12.5 * 155.52e6);
}

TEST(Sndlib, SkipsOtherSections) {
  const SndlibNetwork network =
      load(kHeader + kNodes + "ADMISSIBLE_PATHS ( D1 ( P0 ( L1 L2 ) ) )\n" + kLinks);
  EXPECT_EQ(network.graph.links().size(), 2U);
}

TEST(Sndlib, TakesMapPositionsWithALinkDelayOnly) {
  const std::string text =
      kHeader + "NODES ( here ( 410.0 77.0 ) there ( 2 500 ) bare )\n" + kLinks;
  expect_first_problem({"", text, {5, 3}, "no coordinates in degrees"}, [&] { load(text); });
  SndlibOptions options;
  options.link_delay = 4ms;
  EXPECT_EQ(load(text, options).graph.links()[0].delay, 4ms);
}

class BadSndlib : public testing::TestWithParam<BadText> {};
TEST_P(BadSndlib, IsRefusedAtItsPlace) {
  expect_first_problem(GetParam(), [] { load(GetParam().text); });
}
INSTANTIATE_TEST_SUITE_P(
    All, BadSndlib,
    testing::Values(
        BadText{"Empty", "", {0, 0}, "empty"},
        BadText{"NoHeader", "NODES ( a ( 0 0 ) )\n", {1, 1}, "header"},
        BadText{"HeaderOnly", kHeader, {3, 1}, "no NODES section"},
        BadText{
            "TruncatedInNodes", kHeader + "NODES (\n  here ( 0 0 )\n", {5, 1}, "expected an id"},
        BadText{"TruncatedInALink",
                kHeader + kNodes + "LINKS (\n  L1 ( here there ) 155.00",
                {8, 27},
                "''"},
        BadText{"TruncatedInASkippedSection",
                kHeader + kNodes + "PATHS ( a ( b )",
                {7, 16},
                "not closed"},
        BadText{"NoNumber", kHeader + "NODES (\n  here ( 0 x )\n)\n", {4, 12}, "'x'"},
        BadText{"NotANumber", kHeader + "NODES (\n  here ( nan 0 )\n)\n", {4, 10}, "'nan'"},
        BadText{"NegativeCapacity",
                kHeader + kNodes + "LINKS (\n  L1 ( here there ) -1 0 0 0 ( )\n)\n",
                {8, 21},
                "out of range"},
        BadText{"SecondNode",
                kHeader + "NODES (\n  a ( 0 0 )\n  a ( 0 1 )\n)\n",
                {5, 3},
                "second node"},
        BadText{"SecondLink",
                kHeader + kNodes +
                    "LINKS (\n L ( here there ) 1 0 0 0 ( )\n L ( here there ) 1 0 0 0 ( )\n)\n",
                {9, 2},
                "second link"},
        BadText{
            "SecondDemand",
            kHeader + kNodes + "DEMANDS (\n D ( here there ) 1 1 3\n D ( here there ) 1 1 3\n)\n",
            {9, 2},
            "second demand"},
        BadText{"UnknownEnd",
                kHeader + kNodes + "LINKS (\n  L1 ( here nowhere ) 1 0 0 0 ( )\n)\n",
                {8, 13},
                "no node is called 'nowhere'"},
        BadText{"NoParenthesis", kHeader + "NODES\n  here\n", {4, 3}, "expected '('"},
        BadText{"BadPathLength",
                kHeader + kNodes + "DEMANDS (\n  D ( here there ) 1 1 SHORT\n)\n",
                {8, 24},
                "'SHORT'"},
        BadText{"InvalidUtf8", kHeader + "NODES ( \xe9 )\n", {3, 9}, "UTF-8"}),
    name_of);

}  // namespace
}  // namespace violin
