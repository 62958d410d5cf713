#include "models/vrouter/destination_cache.h"

#include <gtest/gtest.h>

#include <map>

#include "core/random.h"

namespace violin {
namespace {

Forwarding way_to(std::uint32_t neighbor, std::uint32_t egress, std::uint64_t epoch,
                  std::uint32_t mtu = 1500) {
  return {.mtu = mtu,
          .valid_until = kNever,
          .neighbor = Ipv4Address(neighbor),
          .egress = PortIndex{egress},
          .epoch = epoch};
}

TEST(DestinationCache, KnowsNothingAtFirst) {
  const DestinationCache cache;
  EXPECT_EQ(cache.find(Ipv4Address(10, 0, 0, 1), 1), nullptr);
}

TEST(DestinationCache, ForgetsEverythingInAnotherEpoch) {
  DestinationCache cache;
  cache.add(Ipv4Address(10, 0, 0, 1), way_to(1, 0, 1));
  EXPECT_NE(cache.find(Ipv4Address(10, 0, 0, 1), 1), nullptr);
  EXPECT_EQ(cache.find(Ipv4Address(10, 0, 0, 1), 2), nullptr);
  cache.add(Ipv4Address(10, 0, 0, 2), way_to(1, 0, 2));
  EXPECT_EQ(cache.find(Ipv4Address(10, 0, 0, 1), 2), nullptr);
}

TEST(DestinationCache, RenewsAWayForEveryDestinationBehindIt) {
  DestinationCache cache;
  cache.add(Ipv4Address(10, 0, 0, 1), way_to(1, 0, 1, 1500));
  cache.add(Ipv4Address(10, 0, 0, 2), way_to(1, 0, 1, 900));
  ASSERT_NE(cache.find(Ipv4Address(10, 0, 0, 1), 1), nullptr);
  EXPECT_EQ(cache.find(Ipv4Address(10, 0, 0, 1), 1)->mtu, 900U);
}

// Two interfaces may have neighbors of the same address, one in each of two subnets.
TEST(DestinationCache, TellsNeighborsOfOneAddressAtTwoPortsApart) {
  DestinationCache cache;
  cache.add(Ipv4Address(10, 0, 0, 1), way_to(1, 0, 1));
  cache.add(Ipv4Address(10, 0, 0, 2), way_to(1, 1, 1));
  EXPECT_EQ(cache.find(Ipv4Address(10, 0, 0, 1), 1)->egress, PortIndex{0});
  EXPECT_EQ(cache.find(Ipv4Address(10, 0, 0, 2), 1)->egress, PortIndex{1});
}

TEST(DestinationCache, KeepsHundredsOfDestinationsThatAreInUse) {
  DestinationCache cache;
  constexpr std::uint32_t kDestinations = 500;
  const auto missed = [&] {
    std::uint32_t misses = 0;
    for (std::uint32_t i = 0; i < kDestinations; ++i) {
      const Ipv4Address destination(0xac10'0002U + 4 * i);
      if (cache.find(destination, 1) == nullptr) {
        ++misses;
        cache.add(destination, way_to(i % 4, i % 4, 1));
      }
    }
    return misses;
  };
  for (int round = 0; round < 20; ++round) {
    missed();
  }
  EXPECT_LT(missed(), kDestinations / 10);
}

// Whatever is displaced, what it answers is what was told last in this epoch.
TEST(DestinationCache, NeverAnswersOtherwiseThanAMapWould) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    RandomStream random(seed, "destinations");
    DestinationCache cache;
    std::map<Ipv4Address, std::uint32_t> model;  // to the neighbor, which has port and MTU
    std::uint64_t epoch = 1;
    const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
    for (int step = 0; step < 20'000; ++step) {
      const Ipv4Address destination(1 + below(2000));
      const Forwarding* found = cache.find(destination, epoch);
      const auto known = model.find(destination);
      if (found != nullptr) {
        ASSERT_NE(known, model.end());
        ASSERT_EQ(found->neighbor, Ipv4Address(known->second));
        ASSERT_EQ(found->egress, PortIndex{known->second % 7});
      } else {
        const std::uint32_t neighbor = known == model.end() ? 1 + below(300) : known->second;
        cache.add(destination, way_to(neighbor, neighbor % 7, epoch));
        model[destination] = neighbor;
      }
      if (below(5000) == 0) {
        ++epoch;
        model.clear();
      }
    }
  }
}

}  // namespace
}  // namespace violin
