#include "models/vrouter/route_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

namespace violin {
namespace {

using testing::ElementsAre;

constexpr Ipv4Prefix kPrefix(Ipv4Address(10, 0, 0, 0), 24);
Route route(Delivery delivery, std::uint32_t metric = 0, std::uint32_t egress = 0) {
  return {kPrefix, {delivery, metric, PortIndex{egress}, {}}};
}

TEST(RouteTable, PrefersConnectedThenConfiguredThenComputedRoutes) {
  RouteTable table;
  const std::array order = {route(Delivery::kComputed), route(Delivery::kVia),
                            route(Delivery::kConnected)};
  for (const Route& r : order) {
    table.add(r);
    EXPECT_EQ(*table.fib().find(kPrefix), r.via);
  }
  EXPECT_THAT(table.routes_of(kPrefix), ElementsAre(order[2].via, order[1].via, order[0].via));
}

TEST(RouteTable, PrefersTheLesserMetric) {
  RouteTable table;
  table.add(route(Delivery::kVia, 20));
  table.add(route(Delivery::kVia, 10));
  table.add(route(Delivery::kVia, 30));
  EXPECT_EQ(table.fib().find(kPrefix)->metric, 10U);
}

TEST(RouteTable, FallsBackOnTheNextRouteWhenTheBestGoes) {
  RouteTable table;
  table.add(route(Delivery::kConnected, 0, 1));
  table.add(route(Delivery::kConnected, 0, 2));
  EXPECT_TRUE(table.remove(route(Delivery::kConnected, 0, 1)));
  EXPECT_EQ(table.fib().find(kPrefix)->egress, PortIndex{2});
  EXPECT_TRUE(table.remove(route(Delivery::kConnected, 0, 2)));
  EXPECT_EQ(table.fib().find(kPrefix), nullptr);
  EXPECT_FALSE(table.remove(route(Delivery::kConnected, 0, 2)));
}

TEST(RouteTable, AgreesWithASetOfRoutesUnderRandomChanges) {
  for (std::uint32_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto below = [&random](unsigned n) { return static_cast<unsigned>(random()) % n; };
    RouteTable table;
    std::set<Route> model;
    for (int step = 0; step < 60; ++step) {
      const Route r{Ipv4Prefix(Ipv4Address(below(4) << 30), below(3)),
                    {static_cast<Delivery>(below(5)), below(2), PortIndex{below(2)}, {}}};
      if (below(3) == 0) {
        ASSERT_EQ(table.remove(r), model.erase(r) > 0);
      } else if (below(20) == 0) {
        table.assign({model.rbegin(), model.rend()});
      } else {
        table.add(r);
        model.insert(r);
      }
      ASSERT_EQ(table.routes(), std::vector<Route>(model.begin(), model.end()));
      const auto best = std::ranges::find(model, r.prefix, &Route::prefix);
      const NextHop* found = table.fib().find(r.prefix);
      ASSERT_EQ(found != nullptr, best != model.end());
      ASSERT_TRUE(found == nullptr || *found == best->via);
    }
  }
}

}  // namespace
}  // namespace violin
