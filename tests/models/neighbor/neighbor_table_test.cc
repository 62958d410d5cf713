#include "models/neighbor/neighbor_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace violin {
namespace {

TEST(NeighborTable, FindsNothingWhenEmpty) {
  const NeighborTable table;
  EXPECT_EQ(table.find(Ipv4Address(10, 0, 0, 1)), nullptr);
}

TEST(NeighborTable, AgreesWithAMapUnderRandomInsertionAndErasure) {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    NeighborTable table;
    std::map<Ipv4Address, MacAddress> model;
    for (int step = 0; step < 400; ++step) {
      const Ipv4Address who(0x0a00'0001 + random() % 64);
      if (random() % 2 == 0) {
        table.erase(who);
        model.erase(who);
      } else if (!model.contains(who)) {
        table.insert(who).mac = model[who] = MacAddress::local(random());
      }
      ASSERT_EQ(table.size(), model.size());
      const Ipv4Address probe(0x0a00'0001 + random() % 64);
      const NeighborEntry* found = table.find(probe);
      ASSERT_EQ(found != nullptr, model.contains(probe));
      ASSERT_TRUE(found == nullptr || found->mac == model[probe]);
    }
  }
}

TEST(NeighborTable, ErasesWhatThePredicateNames) {
  NeighborTable table;
  for (std::uint32_t who = 1; who <= 100; ++who) {
    table.insert(Ipv4Address(who));
  }
  table.erase_if([](const NeighborEntry& entry) { return entry.who.bits() % 3 == 0; });
  EXPECT_EQ(table.size(), 67U);
  for (std::uint32_t who = 1; who <= 100; ++who) {
    EXPECT_EQ(table.find(Ipv4Address(who)) == nullptr, who % 3 == 0) << who;
  }
}

}  // namespace
}  // namespace violin
