#include "models/vhost/port_table.h"

#include <gtest/gtest.h>

#include <array>
#include <map>

#include "core/random.h"

namespace violin {
namespace {

TEST(PortTable, FindsWhatAMapFindsUnderRandomOperations) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    RandomStream random(seed, "ports");
    PortTable<int> table;
    std::map<std::uint16_t, int*> model;
    std::array<int, 300> listeners{};
    for (int step = 0; step < 2000; ++step) {
      const std::size_t which = random() % listeners.size();
      // Two runs of neighbouring ports, as servers and clients have.
      const auto number = static_cast<std::uint16_t>((which % 2 == 0 ? 5000 : 49152) + which / 2);
      if (random() % 3 == 0) {
        table.remove(number);
        model.erase(number);
      } else {
        EXPECT_EQ(table.add(number, listeners[which]),
                  model.emplace(number, &listeners[which]).second);
      }
      const auto asked = static_cast<std::uint16_t>(random() % 2 == 0 ? number : random());
      const auto known = model.find(asked);
      ASSERT_EQ(table.find(asked), known == model.end() ? nullptr : known->second);
    }
  }
}

TEST(PortTable, AllocatesEveryNumberOfItsRangeOnce) {
  PortTable<int> table;
  int listener = 0;
  for (std::uint32_t i = 0; i < 65536 - 49152; ++i) {
    const auto number = table.allocate(49152);
    ASSERT_TRUE(number);
    ASSERT_GE(*number, 49152);
    ASSERT_TRUE(table.add(*number, listener));
  }
  EXPECT_EQ(table.allocate(49152), std::nullopt);
  table.remove(50'000);
  EXPECT_EQ(table.allocate(49152), 50'000);
}

}  // namespace
}  // namespace violin
