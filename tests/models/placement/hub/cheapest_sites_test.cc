#include "models/placement/hub/cheapest_sites.h"

#include <gtest/gtest.h>

#include <cmath>

namespace violin {
namespace {

const std::vector<double> kValues{5, -1, 3, -4, 2};
const std::vector<std::size_t> kFixed{0};
const std::vector<std::size_t> kFree{1, 2, 3, 4};

TEST(CheapestSites, AreAsManyAsAreLacking) {
  const CheapestSites choice(kFixed, kFree, 4, kValues);
  EXPECT_EQ(choice.sum(), 5 - 4 - 1 + 2);
  EXPECT_TRUE(choice.takes(0));
  EXPECT_FALSE(choice.takes(2));
  EXPECT_EQ(choice.with(2), 3 - 2);
  EXPECT_EQ(choice.with(3), 0);
  EXPECT_EQ(choice.without(3), 3 + 4);
  EXPECT_EQ(choice.without(2), 0);
}

TEST(CheapestSites, AreAllThatPayIfTheirNumberIsOpen) {
  const CheapestSites choice(kFixed, kFree, std::nullopt, kValues);
  EXPECT_EQ(choice.sum(), 5 - 4 - 1);
  EXPECT_EQ(choice.with(4), 2);
  EXPECT_EQ(choice.without(1), 1);
}

TEST(CheapestSites, CostInfinityIfThereAreTooFew) {
  EXPECT_TRUE(std::isinf(CheapestSites(kFixed, kFree, 6, kValues).sum()));
  EXPECT_TRUE(std::isinf(CheapestSites(kFixed, kFree, 5, kValues).without(1)));
}

}  // namespace
}  // namespace violin
