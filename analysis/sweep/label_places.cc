#include "analysis/sweep/label_places.h"

#include <algorithm>
#include <array>

#include "core/require.h"

namespace violin::sweep {

namespace {

// Area that both cover.
double common(const Box& a, const Box& b) {
  const double width = std::min(a.left + a.width, b.left + b.width) - std::max(a.left, b.left);
  const double height = std::min(a.top + a.height, b.top + b.height) - std::max(a.top, b.top);
  return std::max(0.0, width) * std::max(0.0, height);
}

double covered(const Box& box, const std::vector<Box>& others) {
  double area = 0;
  for (const Box& other : others) {
    area += common(box, other);
  }
  return area;
}

// (-1, 0) is left of the anchor, (0, 1) below.
Box beside(const Box& anchor, const Box& size, double x, double y, double gap) {
  const double middle_x = anchor.left + anchor.width / 2;
  const double middle_y = anchor.top + anchor.height / 2;
  return {middle_x - size.width / 2 + x * ((anchor.width + size.width) / 2 + gap),
          middle_y - size.height / 2 + y * ((anchor.height + size.height) / 2 + gap), size.width,
          size.height};
}

}  // namespace

bool Box::overlaps(const Box& other) const { return common(*this, other) > 0; }

std::vector<Box> place_labels(const std::vector<Box>& anchors, const std::vector<Box>& sizes,
                              const std::vector<Box>& obstacles, const Box& canvas) {
  require(anchors.size() == sizes.size(), "a size for each label");
  constexpr std::array<std::array<double, 2>, 8> kSides{
      {{1, 0}, {-1, 0}, {0, -1}, {0, 1}, {1, -1}, {1, 1}, {-1, -1}, {-1, 1}}};
  constexpr std::array kGaps{2.0, 12.0, 24.0};
  constexpr double kRounding = 1e-6;  // of areas
  std::vector<Box> placed;
  for (std::size_t i = 0; i < anchors.size(); ++i) {
    Box best;
    double least = -1;
    for (const double gap : kGaps) {
      for (const auto& [x, y] : kSides) {
        const Box box = beside(anchors[i], sizes[i], x, y, gap);
        const double badness = box.width * box.height - common(box, canvas) + covered(box, placed) +
                               covered(box, anchors) + covered(box, obstacles);
        if (least < 0 || badness < least - kRounding) {
          best = box;
          least = badness;
        }
      }
    }
    placed.push_back(best);
  }
  return placed;
}

}  // namespace violin::sweep
