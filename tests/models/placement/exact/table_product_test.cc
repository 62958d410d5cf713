#include "models/placement/exact/table_product.h"

#include <algorithm>

#include "core/random.h"

namespace violin::placement {
namespace {

TEST(TableProduct, IsTheMinimumOverRowsForTablesOfAnyShape) {
  RandomStream random(1, "tables");
  const auto table = [&](std::size_t cells) {
    std::vector<double> made(cells);
    std::ranges::generate(made, [&] { return 1e6 * random.uniform(); });
    return made;
  };
  for (const auto& [depth, a, b] :
       {std::tuple(1, 1, 1), std::tuple(5, 3, 17), std::tuple(7, 16, 4), std::tuple(130, 9, 33),
        std::tuple(300, 21, 50), std::tuple(129, 4, 16), std::tuple(3, 1, 40)}) {
    const auto rows = static_cast<std::size_t>(depth);
    const auto left_columns = static_cast<std::size_t>(a);
    const auto right_columns = static_cast<std::size_t>(b);
    const auto left = table(rows * left_columns);
    const auto right = table(rows * right_columns);
    std::vector<double> out(left_columns * right_columns);
    multiply({left, right, out, left_columns, right_columns});
    for (std::size_t i = 0; i < left_columns; ++i) {
      for (std::size_t j = 0; j < right_columns; ++j) {
        double least = 4 * kFar;
        for (std::size_t z = 0; z < rows; ++z) {
          least = std::min(least, left[z * left_columns + i] + right[z * right_columns + j]);
        }
        ASSERT_DOUBLE_EQ(out[i * right_columns + j], least) << depth << " " << a << " " << b;
      }
    }
  }
}

TEST(TableProduct, RefusesTablesThatDoNotFitTogether) {
  std::vector<double> six(6);
  std::vector<double> out(4);
  EXPECT_THROW(multiply({six, six, out, 2, 3}), std::logic_error);
}

}  // namespace
}  // namespace violin::placement
