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

TEST(NeighborTable, ErasesOnlyReachableEntriesThatAreToBeVerified) {
  using std::chrono::seconds;
  NeighborTable table;
  const auto add = [&table](std::uint32_t who, NeighborState state, TimePoint verify_at) {
    NeighborEntry& entry = table.insert(Ipv4Address(who));
    entry.state = state;
    entry.verify_at = verify_at;
  };
  add(1, NeighborState::kReachable, kRunStart + seconds(1));
  add(2, NeighborState::kReachable, kRunStart + seconds(3));
  add(3, NeighborState::kProbing, kRunStart + seconds(1));
  add(4, NeighborState::kStatic, kNever);
  table.erase_stale(kRunStart + seconds(2));
  EXPECT_EQ(table.find(Ipv4Address(1)), nullptr);
  EXPECT_NE(table.find(Ipv4Address(2)), nullptr);
  EXPECT_NE(table.find(Ipv4Address(3)), nullptr);
  EXPECT_NE(table.find(Ipv4Address(4)), nullptr);
  EXPECT_EQ(table.size(), 3U);
}

}  // namespace
}  // namespace violin
