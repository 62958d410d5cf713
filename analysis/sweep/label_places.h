// Where labels go beside their points, so that they cover neither each other nor the points.
#pragma once

#include <vector>

namespace violin::sweep {

// Pixels, y downwards.
struct Box {
  double left = 0;
  double top = 0;
  double width = 0;
  double height = 0;

  bool overlaps(const Box& other) const;
};

// A label of this size for each anchor, kept off the others and off `obstacles`, tried at its
// right, left, above, below and at the corners, near and then farther away, in the order given; the
// least overlapping place if all do. Labels stay within `canvas` where they can.
std::vector<Box> place_labels(const std::vector<Box>& anchors, const std::vector<Box>& sizes,
                              const std::vector<Box>& obstacles, const Box& canvas);

}  // namespace violin::sweep
