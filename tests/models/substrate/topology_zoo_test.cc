#include "models/substrate/topology_zoo.h"

#include <gtest/gtest.h>

#include "tests/models/substrate/failing_load.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

const std::string kKeys = R"(<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key attr.name="LinkSpeedRaw" attr.type="double" for="edge" id="d4"/>
<key attr.name="label" attr.type="string" for="node" id="d3"/>
<key attr.name="Longitude" attr.type="double" for="node" id="d2"/>
<key attr.name="Latitude" attr.type="double" for="node" id="d1"/>
<key attr.name="Country" attr.type="string" for="node" id="d0"/>
<key for="node" id="g0" yfiles.type="nodegraphics"/>
)";

// The parts one after the other.
std::string text_of(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) {
    text.append(part);
  }
  return text;
}

// The lines of `body` count from 10 on.
std::string document(std::string_view body) {
  return text_of({kKeys, "<graph edgedefault=\"undirected\">\n", body, "</graph></graphml>\n"});
}

std::string node(std::string_view id, std::string_view label, std::string_view data = "") {
  return text_of({"<node id=\"", id, "\"><data key=\"d3\">", label, "</data>", data, "</node>\n"});
}

std::string at(std::string_view latitude, std::string_view longitude) {
  return text_of({"<data key=\"d1\">", latitude, "</data><data key=\"d2\">", longitude, "</data>"});
}

std::string edge(std::string_view from, std::string_view to, std::string_view data = "") {
  return text_of({"<edge source=\"", from, "\" target=\"", to, "\">", data, "</edge>\n"});
}

RouterGraph load(const std::string& text, TopologyZooOptions options = {}) {
  options.rule = {1.0, 0ns};
  return load_topology_zoo({"test.txt", text}, options);
}

const std::string kPair = node("0", "Here", at("0", "0") + "<data key=\"d0\">XX</data>") +
                          node("1", "There", at("0", "18"));

TEST(TopologyZoo, PutsRoutersWhereTheFileSays) {
  const RouterGraph graph = load(document(kPair));
  ASSERT_EQ(graph.routers().size(), 2U);
  EXPECT_EQ(graph.routers()[0].name, "Here");
  EXPECT_EQ(graph.routers()[0].country, "XX");
  EXPECT_EQ(graph.routers()[1].position, (Coordinates{0, 18}));
}

TEST(TopologyZoo, DerivesDelaysFromCoordinates) {
  const RouterGraph graph = load(document(kPair + edge("0", "1")));
  ASSERT_EQ(graph.links().size(), 2U);  // a cable
  // 18 degrees of the equator, 2001.511 km, at 200 km/ms.
  EXPECT_NEAR(to_seconds(graph.links()[0].delay), 0.010007557, 1e-8);
  EXPECT_EQ(graph.links()[1].delay, graph.links()[0].delay);
  EXPECT_EQ(graph.links()[0].reverse, SubstrateLinkId{1});
}

TEST(TopologyZoo, TakesLinkSpeedsInBitsPerSecond) {
  const RouterGraph graph =
      load(document(kPair + edge("0", "1", "<data key=\"d4\">155000000.0</data>")));
  EXPECT_EQ(graph.links()[0].capacity, BitRate::mbps(155));
}

TEST(TopologyZoo, PutsARouterWithoutCoordinatesBetweenItsNeighbours) {
  const RouterGraph graph =
      load(document(kPair + node("2", "Between") + edge("0", "2") + edge("2", "1")));
  EXPECT_NEAR(to_seconds(graph.links()[0].delay), 0.010007557 / 2, 1e-8);
  EXPECT_EQ(graph.routers()[2].position, std::nullopt) << "the position is a guess, not a fact";
}

TEST(TopologyZoo, NamesSeveralNodesOfOneLabelApart) {
  const RouterGraph graph =
      load(document(node("0", "Paris#2") + node("1", "Paris") + node("2", "Paris") +
                    node("3", "Paris") + node("n4", " ")));
  EXPECT_EQ(graph.routers()[1].name, "Paris");
  EXPECT_EQ(graph.routers()[2].name, "Paris#3");
  EXPECT_EQ(graph.routers()[3].name, "Paris#4");
  EXPECT_EQ(graph.routers()[4].name, "n4");
}

TEST(TopologyZoo, ReadsTheLabelsAndGroupsOfYed) {
  const std::string yed =
      "<node id=\"n0\"><data key=\"g0\"><y:ShapeNode><y:NodeLabel>New\nYork</y:NodeLabel>"
      "</y:ShapeNode></data></node>\n"
      "<node id=\"n1\"><graph><node id=\"n1::n0\"><data key=\"g0\"><y:NodeLabel>Inner"
      "</y:NodeLabel></data></node></graph></node>\n";
  const TopologyZooOptions options{{}, 3ms, kMaxSourceBytes};
  const RouterGraph graph = load(document(yed + edge("n0", "n1::n0")), options);
  ASSERT_EQ(graph.routers().size(), 2U);
  EXPECT_EQ(graph.routers()[0].name, "New York");
  EXPECT_EQ(graph.routers()[1].name, "Inner");
  EXPECT_EQ(graph.links()[0].delay, 3ms);
}

TEST(TopologyZoo, KeepsParallelEdgesAndLeavesLoopsOut) {
  const RouterGraph graph =
      load(document(kPair + edge("0", "1") + edge("0", "1") + edge("1", "1")));
  EXPECT_EQ(graph.links().size(), 4U);
}

TEST(TopologyZoo, NeedsALinkDelayForACycleWithoutCoordinates) {
  const std::string text =
      document(kPair + edge("0", "1") + node("2", "P") + node("3", "Q") + node("4", "R") +
               edge("2", "3") + edge("3", "4") + edge("4", "2"));
  expect_first_problem({"", text, {13, 2}, "links of 'P', 'Q', 'R'"}, [&] { load(text); });
  const TopologyZooOptions options{{}, 7ms, kMaxSourceBytes};
  const RouterGraph graph = load(text, options);
  EXPECT_NE(graph.links()[0].delay, 7ms) << "what can be derived is";
  EXPECT_EQ(graph.links()[2].delay, 7ms);
}

TEST(TopologyZoo, NeedsNothingForARouterWithoutLinks) {
  EXPECT_EQ(load(document(kPair + node("2", "Lonely"))).routers().size(), 3U);
}

class BadGraphml : public testing::TestWithParam<BadText> {};
TEST_P(BadGraphml, IsRefusedAtItsPlace) {
  expect_first_problem(GetParam(), [] { load(GetParam().text); });
}
INSTANTIATE_TEST_SUITE_P(
    All, BadGraphml,
    testing::Values(
        BadText{"Empty", " ", {0, 0}, "empty"},
        BadText{"InvalidUtf8", "<graphml>\n\xff</graphml>", {2, 1}, "UTF-8"},
        BadText{"Truncated", document("").substr(0, kKeys.size() + 10), {9, 11}, "XML"},
        BadText{"OpenElement", "<graphml>\n<graph>\n</graphml>", {3, 3}, "XML"},
        BadText{"OtherXml", "<html><body/></html>", {1, 2}, "expected GraphML"},
        BadText{"NoNodes", document(""), {9, 2}, "no nodes"},
        BadText{"NodeWithoutId", document("<node/>\n" + kPair), {10, 2}, "without an id"},
        BadText{
            "SecondId", document(kPair + node("1", "x")), {12, 2}, "second node with the id '1'"},
        BadText{"UnknownEnd", document(kPair + edge("0", "5")), {12, 2}, "target '5'"},
        BadText{
            "EdgeWithoutSource", document(kPair + "<edge target=\"1\"/>"), {12, 2}, "source ''"},
        BadText{"OneCoordinate",
                document(kPair + "<node id=\"7\"><data key=\"d1\">3</data></node>"),
                {12, 2},
                "one coordinate"},
        BadText{"OffTheGlobe",
                document(node("0", "x", text_of({"\n", at("91", "0")}))),
                {11, 2},
                "out of range"},
        BadText{"NoNumber",
                document(node("0", "x", text_of({"\n", at("north", "0")}))),
                {11, 2},
                "'north'"},
        BadText{"NegativeSpeed",
                document(kPair + edge("0", "1", "\n<data key=\"d4\">-1</data>")),
                {13, 2},
                "out of range"}),
    name_of);

}  // namespace
}  // namespace violin
