#include "models/substrate/place_routers.h"

#include <gtest/gtest.h>

namespace violin {
namespace {

using Positions = std::vector<std::optional<Coordinates>>;

std::vector<RouterPair> chain(std::uint32_t length) {
  std::vector<RouterPair> edges;
  for (std::uint32_t i = 1; i < length; ++i) {
    edges.emplace_back(RouterId{i - 1}, RouterId{i});
  }
  return edges;
}

TEST(PlaceRouters, LeavesKnownPositionsAlone) {
  const Positions known{Coordinates{1, 2}, Coordinates{3, 4}};
  EXPECT_EQ(place_by_neighbors(known, chain(2)), known);
}

TEST(PlaceRouters, PutsARouterInTheMiddleOfItsTwoNeighbours) {
  const Positions placed =
      place_by_neighbors({Coordinates{0, 10}, std::nullopt, Coordinates{0, 50}}, chain(3));
  ASSERT_TRUE(placed[1]);
  EXPECT_NEAR(placed[1]->latitude, 0, 1e-9);
  EXPECT_NEAR(placed[1]->longitude, 30, 1e-9);
}

TEST(PlaceRouters, SpreadsAChainEvenlyAcrossTheDateLine) {
  const Positions placed = place_by_neighbors(
      {Coordinates{0, 178.5}, std::nullopt, std::nullopt, Coordinates{0, -178.5}}, chain(4));
  ASSERT_TRUE(placed[1] && placed[2]);
  EXPECT_NEAR(placed[1]->longitude, 179.5, 0.01);
  EXPECT_NEAR(placed[2]->longitude, -179.5, 0.01);
}

TEST(PlaceRouters, PutsALeafWhereItsNeighbourIs) {
  const Positions placed = place_by_neighbors({Coordinates{40, -70}, std::nullopt}, chain(2));
  ASSERT_TRUE(placed[1]);
  EXPECT_NEAR(placed[1]->latitude, 40, 1e-9);
  EXPECT_NEAR(placed[1]->longitude, -70, 1e-9);
}

TEST(PlaceRouters, GivesNoPositionWhereNoneCanBeReached) {
  // 0 - 1 with a position, 2 - 3 - 4 - 2 a cycle without.
  const std::vector<RouterPair> edges{{RouterId{0}, RouterId{1}},
                                      {RouterId{2}, RouterId{3}},
                                      {RouterId{3}, RouterId{4}},
                                      {RouterId{4}, RouterId{2}}};
  const Positions placed = place_by_neighbors(
      {Coordinates{0, 0}, std::nullopt, std::nullopt, std::nullopt, std::nullopt}, edges);
  EXPECT_TRUE(placed[1]);
  EXPECT_FALSE(placed[2] || placed[3] || placed[4]);
}

TEST(PlaceRouters, GivesNoPositionBetweenAntipodes) {
  const Positions placed =
      place_by_neighbors({Coordinates{0, 0}, std::nullopt, Coordinates{0, 180}}, chain(3));
  EXPECT_FALSE(placed[1]);
}

}  // namespace
}  // namespace violin
