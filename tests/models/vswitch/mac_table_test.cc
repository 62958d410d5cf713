#include "models/vswitch/mac_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <vector>

namespace violin {
namespace {

using Learnt = MacTable::Learnt;
using namespace std::chrono_literals;
using ::testing::Optional;

constexpr Duration kAgeing = 300s;
constexpr PortIndex kPort1{1};
constexpr PortIndex kPort2{2};

TimePoint at(Duration d) { return kRunStart + d; }
MacTable::Key station(std::uint64_t index, unsigned vlan = 0) {
  return MacTable::key(MacAddress::local(index), VlanId{static_cast<std::uint16_t>(vlan)});
}

TEST(MacTable, KnowsNobodyAtFirst) {
  const MacTable table(100, kAgeing);
  EXPECT_EQ(table.find(station(1), at(0s)), std::nullopt);
  EXPECT_EQ(table.size(), 0U);
}

TEST(MacTable, AllocatesNothingBeforeTheFirstStation) {
  MacTable table(1'000'000, kAgeing);
  EXPECT_EQ(table.memory(), 0U);
  table.learn(station(1), kPort1, at(0s));
  EXPECT_LE(table.memory(), 256U);
}

TEST(MacTable, TakesThirtyTwoToSixtyFourBytesPerEntryWhileItGrows) {
  MacTable table(1'000'000, kAgeing);
  for (std::uint64_t i = 1; i <= 20'000; ++i) {
    table.learn(station(i), kPort1, at(0s));
    if (i >= 8) {
      ASSERT_GE(table.memory(), 32 * i);
      ASSERT_LE(table.memory(), 64 * i);
    }
  }
}

TEST(MacTable, FindsAStationWhereItWasLearnt) {
  MacTable table(100, kAgeing);
  EXPECT_EQ(table.learn(station(1), kPort2, at(0s)), Learnt::kNew);
  EXPECT_THAT(table.find(station(1), at(0s)), Optional(kPort2));
}

TEST(MacTable, KnowsTheAllZeroAddressLikeAnyOther) {
  MacTable table(100, kAgeing);
  const auto zero = MacTable::key(MacAddress(0), kTransparentVlan);
  EXPECT_EQ(table.find(zero, at(0s)), std::nullopt);
  table.learn(zero, kPort2, at(0s));
  EXPECT_THAT(table.find(zero, at(0s)), Optional(kPort2));
}

TEST(MacTable, TellsARefreshedStationFromAMovedOne) {
  MacTable table(100, kAgeing);
  table.learn(station(1), kPort1, at(0s));
  EXPECT_EQ(table.learn(station(1), kPort1, at(1s)), Learnt::kRefreshed);
  EXPECT_EQ(table.learn(station(1), kPort2, at(1s)), Learnt::kMoved);
  EXPECT_THAT(table.find(station(1), at(1s)), Optional(kPort2));
  EXPECT_EQ(table.size(), 1U);
}

TEST(MacTable, KeepsOneAddressInTwoVlansApart) {
  MacTable table(100, kAgeing);
  table.learn(station(1, 10), kPort1, at(0s));
  EXPECT_EQ(table.learn(station(1, 4094), kPort2, at(0s)), Learnt::kNew);
  EXPECT_THAT(table.find(station(1, 10), at(0s)), Optional(kPort1));
  EXPECT_THAT(table.find(station(1, 4094), at(0s)), Optional(kPort2));
}

TEST(MacTable, KeepsPortNumbersUpToItsLimit) {
  MacTable table(100, kAgeing);
  const PortIndex last{MacTable::kMaxPorts - 1};
  table.learn(station(1), last, at(0s));
  EXPECT_THAT(table.find(station(1), at(0s)), Optional(last));
}

TEST(MacTable, KnowsTheTimeUpToTheEndOfItsRange) {
  MacTable table(100, kAgeing);
  const TimePoint late = TimePoint::max() - 301s;
  table.learn(station(1), kPort1, late);
  EXPECT_TRUE(table.find(station(1), late + kAgeing));
  EXPECT_FALSE(table.find(station(1), late + kAgeing + MacTable::kTick));
}

TEST(MacTable, ForgetsNeverBeforeTheAgeingTimeAndAtMostOneTickAfterIt) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 10'000; ++i) {
    const Duration ageing{1 + static_cast<std::int64_t>(random() % 1'000'000'000'000)};
    const Duration seen{static_cast<std::int64_t>(random() % 1'000'000'000'000)};
    MacTable table(4, ageing);
    table.learn(station(1), kPort1, at(seen));
    ASSERT_TRUE(table.find(station(1), at(seen + ageing))) << "seen " << seen.count();
    ASSERT_FALSE(table.find(station(1), at(seen + ageing + MacTable::kTick))) << seen.count();
  }
}

TEST(MacTable, AStationThatSpeaksAgainAgesFromThen) {
  MacTable table(100, kAgeing);
  table.learn(station(1), kPort1, at(0s));
  table.learn(station(1), kPort1, at(299s));
  EXPECT_TRUE(table.find(station(1), at(599s)));
  EXPECT_FALSE(table.find(station(1), at(600s)));
}

TEST(MacTable, AStationThatHadAgedOutIsNewEvenAtAnotherPort) {
  MacTable table(100, kAgeing);
  table.learn(station(1), kPort1, at(0s));
  EXPECT_EQ(table.learn(station(1), kPort2, at(400s)), Learnt::kNew);
  EXPECT_EQ(table.size(), 1U);
}

TEST(MacTable, AChangedAgeingTimeHoldsForWhatIsThere) {
  MacTable table(100, kAgeing);
  table.learn(station(1), kPort1, at(0s));
  table.set_ageing(10s);
  EXPECT_FALSE(table.find(station(1), at(11s)));
  table.set_ageing(kAgeing);
  EXPECT_TRUE(table.find(station(1), at(11s)));
}

TEST(MacTable, RefusesNoCapacityAndNoAgeingTime) {
  EXPECT_THROW(MacTable(0, kAgeing), std::logic_error);
  EXPECT_THROW(MacTable(1, Duration::zero()), std::logic_error);
}

TEST(MacTable, StaleEntriesGiveTheirPlacesToNewStations) {
  MacTable table(1'000'000, 1s);
  for (std::uint64_t i = 0; i < 100'000; ++i) {  // 100 at a time are alive
    table.learn(station(i), kPort1, at(10ms * static_cast<std::int64_t>(i)));
  }
  EXPECT_LT(table.size(), 1000U);
  EXPECT_LT(table.memory(), 100'000U);
  EXPECT_EQ(table.evictions(), 0U);
}

TEST(MacTable, HoldsAsManyStationsAsItsCapacity) {
  for (const std::size_t capacity : {1U, 5U, 8U, 64U, 1000U, 4096U}) {
    MacTable table(capacity, kAgeing);
    for (std::uint64_t i = 0; i < capacity; ++i) {
      table.learn(station(i), kPort1, at(0s));
    }
    EXPECT_EQ(table.size(), capacity);
    EXPECT_EQ(table.evictions(), 0U);
    EXPECT_EQ(table.snapshot(at(0s)).size(), capacity);
  }
}

TEST(MacTable, HoldsRandomAddressesUpToItsCapacity) {
  std::mt19937_64 random(11);
  for (int run = 0; run < 10; ++run) {
    MacTable table(65'536, kAgeing);
    for (std::size_t i = 0; i < table.capacity(); ++i) {
      table.learn(MacTable::key(MacAddress(random()), kTransparentVlan), kPort1, at(0s));
    }
    EXPECT_EQ(table.size(), table.capacity());
    EXPECT_EQ(table.evictions(), 0U);
  }
}

TEST(MacTable, NeverHoldsMoreThanItsCapacityAndCountsWhatGaveWay) {
  MacTable table(100, kAgeing);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    table.learn(station(i), kPort1, at(1s * static_cast<std::int64_t>(i) / 10));
    ASSERT_LE(table.size(), 100U);
    ASSERT_TRUE(table.find(station(i), at(100s)));
  }
  EXPECT_EQ(table.evictions(), 900U);
}

TEST(MacTable, AFullTableGivesUpTheStationThatWasSilentLongestInItsSample) {
  MacTable table(MacTable::kSample, kAgeing);  // so that the sample is the whole table
  for (std::uint64_t i = 0; i < MacTable::kSample; ++i) {
    table.learn(station(i), kPort1, at(1s * static_cast<std::int64_t>(i + 1)));
  }
  table.learn(station(0), kPort1, at(20s));  // station 1 is the oldest now
  table.learn(station(99), kPort1, at(21s));
  EXPECT_FALSE(table.find(station(1), at(21s)));
  for (const std::uint64_t i : {0U, 2U, 3U, 4U, 5U, 6U, 7U, 99U}) {
    EXPECT_TRUE(table.find(station(i), at(21s))) << i;
  }
}

TEST(MacTable, AFullTableTakesAStaleEntryWithoutCountingAnEviction) {
  MacTable table(4, 10s);
  for (std::uint64_t i = 0; i < 4; ++i) {
    table.learn(station(i), kPort1, at(i == 2 ? 0s : 9s));
  }
  table.learn(station(9), kPort1, at(11s));  // station 2 is stale
  EXPECT_EQ(table.evictions(), 0U);
  EXPECT_EQ(table.snapshot(at(11s)).size(), 4U);
}

TEST(MacTable, StationsThatSpeakOftenOutlastAFloodOfInventedAddresses) {
  MacTable table(256, kAgeing);
  std::uint64_t invented = 1'000'000;
  TimePoint now = at(0s);
  for (int round = 0; round < 200; ++round, now += 100ms) {
    for (std::uint64_t i = 0; i < 64; ++i) {
      table.learn(station(i), kPort1, now);
    }
    for (int i = 0; i < 100; ++i) {
      table.learn(station(invented++), kPort2, now + 50ms);
    }
  }
  int known = 0;
  for (std::uint64_t i = 0; i < 64; ++i) {
    known += table.find(station(i), now).has_value();
  }
  EXPECT_GE(known, 60);
}

// Addresses whose keys have one home in any table of up to 4096 slots, by the hash that the header
// names.
std::vector<MacTable::Key> colliding_stations(std::size_t n) {
  std::vector<MacTable::Key> keys;
  for (std::uint64_t i = 0; keys.size() < n; ++i) {
    const auto key = station(i);
    if ((static_cast<std::uint64_t>(key) * 0x9e37'79b9'7f4a'7c15ULL) >> 52 == 0) {
      keys.push_back(key);
    }
  }
  return keys;
}

TEST(MacTable, ChosenAddressesCostTheirOwnersPlacesAndNothingElse) {
  MacTable table(1000, kAgeing);
  for (std::uint64_t i = 0; i < 100; ++i) {
    table.learn(station(i), kPort2, at(0s));
  }
  const auto keys = colliding_stations(400);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    table.learn(keys[i], kPort1, at(500ms * static_cast<std::int64_t>(i + 1)));
    ASSERT_TRUE(table.find(keys[i], at(290s)));
  }
  std::size_t known = 0;
  for (const auto key : keys) {
    known += table.find(key, at(290s)).has_value();
  }
  EXPECT_LE(known, MacTable::kMaxProbe);
  EXPECT_GE(known, MacTable::kMaxProbe * 9 / 10);  // others may sit among them
  EXPECT_GE(table.evictions(), keys.size() - MacTable::kMaxProbe);
}

TEST(MacTable, ForgetsThePortsStationsAndNoOthers) {
  MacTable table(10'000, kAgeing);
  for (std::uint64_t i = 0; i < 5000; ++i) {
    table.learn(station(i), PortIndex{static_cast<std::uint32_t>(i % 3)}, at(0s));
  }
  table.forget_port(PortIndex{1});
  for (std::uint64_t i = 0; i < 5000; ++i) {
    ASSERT_EQ(table.find(station(i), at(0s)).has_value(), i % 3 != 1) << i;
  }
}

TEST(MacTable, ClearForgetsEverythingAndGivesItsMemoryBack) {
  MacTable table(1000, kAgeing);
  table.learn(station(1), kPort1, at(0s));
  table.clear();
  EXPECT_FALSE(table.find(station(1), at(0s)));
  EXPECT_EQ(table.size(), 0U);
  EXPECT_EQ(table.memory(), 0U);
}

TEST(MacTable, ASnapshotListsTheKnownStationsByVlanAndAddress) {
  MacTable table(100, 10s);
  table.learn(station(3, 20), kPort2, at(5s));
  table.learn(station(9, 10), kPort1, at(5s));
  table.learn(station(1, 20), kPort1, at(5s));
  table.learn(station(7, 10), kPort1, at(0s));  // stale when asked
  const auto stations = table.snapshot(at(11s));
  ASSERT_EQ(stations.size(), 3U);
  EXPECT_EQ(stations[0].address, MacAddress::local(9));
  EXPECT_EQ(stations[1].address, MacAddress::local(1));
  EXPECT_EQ(stations[2].address, MacAddress::local(3));
  EXPECT_EQ(stations[2].vlan, VlanId{20});
  EXPECT_EQ(stations[2].port, kPort2);
  EXPECT_LE(stations[2].last_seen, at(5s));
  EXPECT_GT(stations[2].last_seen, at(5s) - MacTable::kTick);
}

TEST(MacTable, ARestoredTableKnowsTheStationsAsLongAsTheOldOneWould) {
  MacTable old(1000, 10s);
  for (std::uint64_t i = 0; i < 500; ++i) {
    old.learn(station(i), PortIndex{static_cast<std::uint32_t>(i % 7)},
              at(20ms * static_cast<std::int64_t>(i)));
  }
  MacTable young(1000, 10s);
  young.restore(old.snapshot(at(12s)), at(12s));
  for (TimePoint now = at(12s); now < at(25s); now += 100ms) {
    for (std::uint64_t i = 0; i < 500; ++i) {
      ASSERT_EQ(young.find(station(i), now), old.find(station(i), now));
    }
  }
}

TEST(MacTable, RestoringLeavesOutWhatIsStaleByNowAndWhatIsKnownHere) {
  MacTable table(100, 10s);
  table.learn(station(1), kPort1, at(20s));
  const std::vector<Station> snapshot = {
      {MacAddress::local(1), kTransparentVlan, kPort2, at(19s)},
      {MacAddress::local(2), kTransparentVlan, kPort2, at(19s)},
      {MacAddress::local(3), kTransparentVlan, kPort2, at(5s)},
  };
  table.restore(snapshot, at(20s));
  EXPECT_THAT(table.find(station(1), at(20s)), Optional(kPort1));
  EXPECT_THAT(table.find(station(2), at(20s)), Optional(kPort2));
  EXPECT_EQ(table.find(station(3), at(20s)), std::nullopt);
}

// The simplest table that could be right: a std::map, with time in ticks.
class Model {
 public:
  explicit Model(Duration ageing) : ageing_(ageing) {}

  std::optional<PortIndex> find(MacTable::Key key, TimePoint now) const {
    const auto entry = entries_.find(key);
    if (entry == entries_.end() || now - entry->second.seen > ageing_) {
      return std::nullopt;
    }
    return entry->second.port;
  }
  Learnt learn(MacTable::Key key, PortIndex port, TimePoint now) {
    const auto before = find(key, now);
    entries_[key] = {port, now};
    return !before ? Learnt::kNew : *before == port ? Learnt::kRefreshed : Learnt::kMoved;
  }
  void forget_port(PortIndex port) {
    std::erase_if(entries_, [port](const auto& entry) { return entry.second.port == port; });
  }

 private:
  struct Entry {
    PortIndex port;
    TimePoint seen;
  };
  std::map<MacTable::Key, Entry> entries_;
  Duration ageing_;
};

class RandomOperations : public ::testing::TestWithParam<std::size_t> {};

TEST_P(RandomOperations, AgreeWithAMap) {
  const std::size_t keys = GetParam();
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const Duration ageing = MacTable::kTick * static_cast<std::int64_t>(1 + random() % 200);
    MacTable table(keys, ageing);
    Model model(ageing);
    TimePoint now = kRunStart;
    for (int step = 0; step < 1000; ++step) {
      const auto key = station(random() % keys, static_cast<unsigned>(random() % 2));
      const PortIndex port{static_cast<std::uint32_t>(random() % 5)};
      const auto what = random() % 100;
      if (what < 60 && key != station(0, 1)) {
        if (table.size() < keys || model.find(key, now)) {
          ASSERT_EQ(table.learn(key, port, now), model.learn(key, port, now));
        }
      } else if (what < 98) {
        now += MacTable::kTick * static_cast<std::int64_t>(random() % 4);
      } else {
        table.forget_port(port);
        model.forget_port(port);
      }
      const auto probe = station(random() % keys, static_cast<unsigned>(random() % 2));
      ASSERT_EQ(table.find(probe, now), model.find(probe, now));
      ASSERT_EQ(table.find(key, now), model.find(key, now));
      ASSERT_LE(table.size(), keys);
    }
    ASSERT_EQ(table.evictions(), 0U);
  }
}

INSTANTIATE_TEST_SUITE_P(TablesOf, RandomOperations, ::testing::Values(4, 40, 400));

TEST(MacTable, AnOverfullTableNeverAnswersWrong) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    MacTable table(1 + random() % 50, kAgeing);
    Model model(kAgeing);
    std::uint64_t learnt = 0;
    for (int step = 0; step < 1000; ++step) {
      const auto key = station(random() % 100);
      const PortIndex port{static_cast<std::uint32_t>(random() % 5)};
      learnt += table.learn(key, port, at(0s)) == Learnt::kNew;
      model.learn(key, port, at(0s));
      ASSERT_EQ(table.find(key, at(0s)), port);
      const auto probe = station(random() % 100);
      if (const auto found = table.find(probe, at(0s))) {
        ASSERT_EQ(found, model.find(probe, at(0s)));
      }
      ASSERT_LE(table.size(), table.capacity());
      ASSERT_EQ(table.size() + table.evictions(), learnt);
    }
  }
}

}  // namespace
}  // namespace violin
