#include "models/link/ring_buffer.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <set>

#include "core/random.h"

namespace violin {
namespace {

TEST(RingBuffer, AllocatesNothingBeforeItsSecondElement) {
  RingBuffer<int> ring;
  EXPECT_TRUE(ring.empty());
  ring.push_back(1);
  EXPECT_EQ(ring.capacity(), 0U);
  ring.push_back(2);
  EXPECT_GT(ring.capacity(), 0U);
}

TEST(RingBuffer, ThatWasShortUsesTheSameFewPlacesAgain) {
  RingBuffer<int> ring;
  std::set<const int*> places;
  for (int round = 0; round < 100; ++round) {
    ring.push_back(1);
    ring.push_back(2);
    places.insert({&ring[0], &ring[1]});
    ring.pop_front();
    ring.pop_front();
  }
  EXPECT_EQ(places.size(), 2U);
}

TEST(RingBuffer, LetsGoOfWhatAPoppedElementOwned) {
  RingBuffer<std::shared_ptr<int>> ring;
  const auto owned = std::make_shared<int>(7);
  ring.push_back(owned);
  ring.push_back(owned);
  ring.pop_front();
  ring.pop_back();
  EXPECT_EQ(owned.use_count(), 1);
}

TEST(RingBuffer, BehavesLikeADequeUnderRandomOperations) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    RandomStream random(seed, "ring");
    RingBuffer<std::uint64_t> ring;
    std::deque<std::uint64_t> model;
    for (int step = 0; step < 500; ++step) {
      const std::uint64_t draw = random();
      if (draw % 5 < 3 || model.empty()) {
        ring.push_back(draw);
        model.push_back(draw);
      } else if (draw % 5 == 3) {
        ring.pop_front();
        model.pop_front();
      } else {
        ring.pop_back();
        model.pop_back();
      }
      ASSERT_EQ(ring.size(), model.size());
      for (std::uint32_t i = 0; i < ring.size(); ++i) {
        ASSERT_EQ(ring[i], model[i]);
      }
    }
    EXPECT_LE(ring.capacity(), 512U);
  }
}

}  // namespace
}  // namespace violin
