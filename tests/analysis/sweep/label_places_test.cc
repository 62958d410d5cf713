#include "analysis/sweep/label_places.h"

#include "core/random.h"

namespace violin::sweep {
namespace {

constexpr Box kCanvas{0, 0, 1000, 700};

TEST(PlaceLabels, StandRightOfAnAnchorThatIsAlone) {
  const auto boxes = place_labels({{100, 100, 10, 10}}, {{0, 0, 50, 20}}, {}, kCanvas);
  EXPECT_EQ(boxes[0].left, 112);
  EXPECT_EQ(boxes[0].top, 95);
}

TEST(PlaceLabels, AvoidObstacles) {
  const Box right{115, 100, 5, 5};
  const Box box = place_labels({{100, 100, 10, 10}}, {{0, 0, 50, 20}}, {right}, kCanvas)[0];
  EXPECT_EQ(box.left, 48);
}

TEST(PlaceLabels, StayOnTheCanvas) {
  for (const Box& anchor : {Box{985, 300, 10, 10}, Box{5, 2, 10, 10}, Box{500, 688, 10, 10}}) {
    const Box box = place_labels({anchor}, {{0, 0, 90, 30}}, {}, kCanvas)[0];
    EXPECT_TRUE(box.left >= 0 && box.top >= 0 && box.left + 90 <= 1000 && box.top + 30 <= 700);
  }
}

TEST(PlaceLabels, CoverNeitherEachOtherNorAnchorsWhereThereIsRoom) {
  RandomStream random(1, "anchors");
  std::vector<Box> anchors;
  std::vector<Box> sizes;
  for (int i = 0; i < 20; ++i) {  // in cells of 200 x 175, somewhere in the middle of each
    const int row = i / 5;
    anchors.push_back({200.0 * (i % 5) + 60 + 60 * random.uniform(),
                       175.0 * row + 60 + 40 * random.uniform(), 14, 14});
    sizes.push_back({0, 0, 60, 28});
  }
  const auto boxes = place_labels(anchors, sizes, {}, kCanvas);
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    for (std::size_t j = 0; j < boxes.size(); ++j) {
      EXPECT_FALSE(boxes[i].overlaps(anchors[j])) << i << " and " << j;
      EXPECT_TRUE(i == j || !boxes[i].overlaps(boxes[j])) << i << " and " << j;
    }
  }
}

}  // namespace
}  // namespace violin::sweep
