#include "models/vrouter/fib.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace violin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Ipv4Prefix prefix(std::uint32_t bits, unsigned length) {
  return {Ipv4Address(bits), length};
}
NextHop via(std::uint32_t egress) { return {.egress = PortIndex{egress}, .gateway = {}}; }

// The definition: of all prefixes that contain the address, the longest.
class LinearScan {
 public:
  void insert(const Route& route) { routes_[route.prefix] = route.via; }
  bool erase(Ipv4Prefix gone) { return routes_.erase(gone) > 0; }
  const std::map<Ipv4Prefix, NextHop>& routes() const { return routes_; }

  const NextHop* lookup(Ipv4Address destination) const {
    const NextHop* best = nullptr;
    unsigned length = 0;
    for (const auto& [candidate, hop] : routes_) {
      if (candidate.contains(destination) && (best == nullptr || candidate.length() >= length)) {
        best = &hop;
        length = candidate.length();
      }
    }
    return best;
  }

 private:
  std::map<Ipv4Prefix, NextHop> routes_;
};

void expect_same(const Fib& fib, const LinearScan& model, Ipv4Address destination) {
  const NextHop* expected = model.lookup(destination);
  const NextHop* found = fib.lookup(destination);
  ASSERT_EQ(found != nullptr, expected != nullptr) << to_string(destination);
  ASSERT_TRUE(found == nullptr || *found == *expected) << to_string(destination);
  ASSERT_EQ(fib.lookup({&destination, 1})[0], found) << to_string(destination);
}

// Random addresses and both sides of both ends of every prefix.
void expect_same_everywhere(const Fib& fib, const LinearScan& model, std::mt19937& random) {
  ASSERT_EQ(fib.size(), model.routes().size());
  for (const auto& [p, hop] : model.routes()) {
    const std::uint32_t first = p.address().bits();
    const std::uint32_t last = first | ~p.mask();
    for (const std::uint32_t bits : {first - 1, first, last, last + 1}) {
      ASSERT_NO_FATAL_FAILURE(expect_same(fib, model, Ipv4Address(bits)));
    }
  }
  for (int i = 0; i < 20; ++i) {
    const auto bits = static_cast<std::uint32_t>(random());
    ASSERT_NO_FATAL_FAILURE(expect_same(fib, model, Ipv4Address(bits)));
  }
}

unsigned below(std::mt19937& random, unsigned limit) {
  return static_cast<unsigned>(random()) % limit;
}

// Prefixes that nest and meet often: few distinct bits, all lengths.
Route random_route(std::mt19937& random) {
  static constexpr std::array<std::uint32_t, 4> kRegions = {0, 0x0a00'0000, 0x0a01'ff80,
                                                            0xffff'ffff};
  const unsigned length = below(random, 33);
  const std::uint32_t noise = static_cast<std::uint32_t>(random() & random() & random());
  return {prefix(kRegions[random() % kRegions.size()] ^ noise, length), via(below(random, 5))};
}

TEST(Fib, FindsNothingWhenEmpty) {
  const Fib fib;
  EXPECT_EQ(fib.lookup(Ipv4Address(10, 0, 0, 1)), nullptr);
  EXPECT_EQ(fib.find(prefix(0, 0)), nullptr);
  EXPECT_THAT(fib.routes(), IsEmpty());
}

TEST(Fib, PrefersTheLongerPrefix) {
  Fib fib;
  fib.insert({prefix(0x0a00'0000, 8), via(1)});
  fib.insert({prefix(0x0a01'0000, 16), via(2)});
  EXPECT_EQ(*fib.lookup(Ipv4Address(10, 1, 2, 3)), via(2));
  EXPECT_EQ(*fib.lookup(Ipv4Address(10, 2, 2, 3)), via(1));
  EXPECT_EQ(fib.lookup(Ipv4Address(11, 0, 0, 0)), nullptr);
}

TEST(Fib, TheDefaultRouteMatchesEveryAddress) {
  Fib fib;
  fib.insert({prefix(0, 0), via(7)});
  for (const std::uint32_t bits : {0U, 1U, 0x7fff'ffffU, 0x8000'0000U, 0xffff'ffffU}) {
    EXPECT_EQ(*fib.lookup(Ipv4Address(bits)), via(7));
  }
}

TEST(Fib, AHostRouteMatchesItsAddressAlone) {
  for (const std::uint32_t bits : {0U, 0x0a00'0001U, 0xffff'ffffU}) {
    Fib fib;
    fib.insert({prefix(bits, 32), via(7)});
    EXPECT_EQ(*fib.lookup(Ipv4Address(bits)), via(7));
    EXPECT_EQ(fib.lookup(Ipv4Address(bits ^ 1)), nullptr);
    EXPECT_EQ(fib.lookup(Ipv4Address(bits ^ 0x8000'0000)), nullptr);
  }
}

TEST(Fib, EveryLengthCanBeInsertedFoundAndErased) {
  for (unsigned length = 0; length <= 32; ++length) {
    Fib fib;
    const Ipv4Prefix p = prefix(0xaaaa'aaaa, length);
    fib.insert({p, via(length)});
    ASSERT_NE(fib.find(p), nullptr) << length;
    EXPECT_EQ(*fib.find(p), via(length));
    EXPECT_TRUE(fib.erase(p));
    EXPECT_FALSE(fib.erase(p));
    EXPECT_EQ(fib.lookup(Ipv4Address(0xaaaa'aaaa)), nullptr);
  }
}

TEST(Fib, InsertingAPrefixAgainReplacesItsRoute) {
  Fib fib;
  fib.insert({prefix(0x0a00'0000, 24), via(1)});
  fib.insert({prefix(0x0a00'0000, 24), via(2)});
  EXPECT_EQ(fib.size(), 1U);
  EXPECT_EQ(*fib.lookup(Ipv4Address(10, 0, 0, 9)), via(2));
}

TEST(Fib, FindsOnlyTheExactPrefix) {
  Fib fib;
  fib.insert({prefix(0x0a00'0000, 16), via(1)});
  EXPECT_EQ(fib.find(prefix(0x0a00'0000, 15)), nullptr);
  EXPECT_EQ(fib.find(prefix(0x0a00'0000, 17)), nullptr);
}

TEST(Fib, AssignTakesTheMostPreferredRouteOfAPrefix) {
  Fib fib;
  const Ipv4Prefix p = prefix(0x0a00'0000, 24);
  const NextHop connected{.delivery = Delivery::kConnected, .egress = PortIndex{3}, .gateway = {}};
  fib.assign(std::array{Route{p, via(1)}, Route{p, connected}});
  EXPECT_EQ(fib.size(), 1U);
  EXPECT_EQ(*fib.find(p), connected);
}

TEST(Fib, TellsItsRoutesInOrderOfPrefix) {
  Fib fib;
  const Route wide{prefix(0x0a00'0000, 8), via(1)};
  const Route narrow{prefix(0x0a00'0000, 24), via(2)};
  const Route later{prefix(0x0a01'0000, 16), via(3)};
  fib.assign(std::array{later, narrow, wide});
  EXPECT_THAT(fib.routes(), ElementsAre(wide, narrow, later));
}

TEST(Fib, TheVersionChangesWithEveryChange) {
  Fib fib;
  const Ipv4Prefix p = prefix(0x0a00'0000, 24);
  std::uint64_t version = fib.version();
  fib.insert({p, via(1)});
  EXPECT_NE(std::exchange(version, fib.version()), fib.version());
  fib.erase(prefix(0, 0));
  EXPECT_EQ(version, fib.version());
  fib.erase(p);
  EXPECT_NE(std::exchange(version, fib.version()), fib.version());
  fib.assign({});
  EXPECT_NE(version, fib.version());
}

TEST(Fib, AssignAgreesWithALinearScanOverRandomTables) {
  for (std::uint32_t seed = 1; seed <= 3000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    std::vector<Route> routes(random() % 30);
    std::ranges::generate(routes, [&random] { return random_route(random); });
    std::ranges::sort(routes);
    const auto repeated = std::ranges::unique(routes, {}, &Route::prefix);
    routes.erase(repeated.begin(), repeated.end());
    std::ranges::shuffle(routes, random);
    LinearScan model;
    std::ranges::for_each(routes, [&model](const Route& r) { model.insert(r); });
    Fib fib;
    fib.assign(routes);
    ASSERT_NO_FATAL_FAILURE(expect_same_everywhere(fib, model, random));
  }
}

TEST(Fib, AgreesWithALinearScanUnderRandomInsertionAndErasure) {
  for (std::uint32_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    Fib fib;
    LinearScan model;
    for (int step = 0; step < 60; ++step) {
      const Route route = random_route(random);
      const bool known = !model.routes().empty() && random() % 2 == 0;
      const Ipv4Prefix gone = known
                                  ? model.routes().lower_bound(route.prefix) == model.routes().end()
                                        ? model.routes().begin()->first
                                        : model.routes().lower_bound(route.prefix)->first
                                  : route.prefix;
      if (random() % 5 < 2) {
        ASSERT_EQ(fib.erase(gone), model.erase(gone));
      } else {
        fib.insert(route);
        model.insert(route);
      }
      ASSERT_NO_FATAL_FAILURE(expect_same(fib, model, route.prefix.address()));
      ASSERT_NO_FATAL_FAILURE(expect_same(fib, model, gone.address()));
    }
    ASSERT_NO_FATAL_FAILURE(expect_same_everywhere(fib, model, random));
  }
}

// 6000 routes pass the threshold of the larger front table, and 1000 are below it again.
TEST(Fib, AgreesWithALinearScanAcrossTheSizesOfTheFrontTable) {
  std::mt19937 random(1);
  Fib fib;
  std::map<Ipv4Prefix, NextHop> model;
  const auto expect_all_found = [&] {
    ASSERT_EQ(fib.size(), model.size());
    for (const auto& [p, hop] : model) {
      const NextHop* found = fib.find(p);
      ASSERT_TRUE(found != nullptr && *found == hop) << to_string(p);
      const NextHop* covering = fib.lookup(p.address());
      ASSERT_NE(covering, nullptr) << to_string(p);
    }
  };
  while (model.size() < 6000) {
    const Route route{prefix(static_cast<std::uint32_t>(random()), 4 + below(random, 27)),
                      via(below(random, 9))};
    fib.insert(route);
    model[route.prefix] = route.via;
  }
  ASSERT_NO_FATAL_FAILURE(expect_all_found());
  while (model.size() > 500) {
    const auto gone = std::next(model.begin(), static_cast<long>(random() % 50));
    ASSERT_TRUE(fib.erase(gone->first));
    model.erase(gone);
  }
  ASSERT_NO_FATAL_FAILURE(expect_all_found());
}

// Per cent of the prefixes of a length in the BGP table of 2023 (bgp.potaroo.net, rounded).
struct LengthShare {
  unsigned length;
  unsigned percent;
};
constexpr std::array kBgp = {LengthShare{24, 60}, LengthShare{23, 10}, LengthShare{22, 11},
                             LengthShare{21, 5},  LengthShare{20, 5},  LengthShare{19, 3},
                             LengthShare{18, 2},  LengthShare{17, 1},  LengthShare{16, 2},
                             LengthShare{12, 1}};

unsigned random_length(std::mt19937& random) {
  unsigned at = below(random, 100);
  for (const LengthShare& share : kBgp) {
    if (at < share.percent) {
      return share.length;
    }
    at -= share.percent;
  }
  return 24;
}

// Longest match by one exact look-up per length, longest first.
class ByLength {
 public:
  explicit ByLength(const std::vector<Route>& routes) {
    for (const Route& route : routes) {
      tables_[route.prefix.length()].emplace_back(route.prefix.address(), route.via.egress);
    }
    std::ranges::for_each(tables_, [](auto& table) { std::ranges::sort(table); });
  }
  std::optional<PortIndex> lookup(Ipv4Address destination) const {
    for (unsigned length = 33; length-- > 0;) {
      const Ipv4Address first = Ipv4Prefix(destination, length).address();
      const auto& table = tables_[length];
      const auto found = std::ranges::lower_bound(table, first, {}, &Entry::first);
      if (found != table.end() && found->first == first) {
        return found->second;
      }
    }
    return std::nullopt;
  }

 private:
  using Entry = std::pair<Ipv4Address, PortIndex>;
  std::array<std::vector<Entry>, 33> tables_;
};

TEST(Fib, HoldsAFullTableOfAMillionPrefixes) {
  std::mt19937 random(1);
  std::vector<Route> routes;
  while (routes.size() < 1'000'000) {
    while (routes.size() < 1'100'000) {
      routes.push_back(
          {prefix(static_cast<std::uint32_t>(random()) % 0xe000'0000, random_length(random)),
           via(below(random, 64))});
    }
    std::ranges::sort(routes);
    const auto repeated = std::ranges::unique(routes, {}, &Route::prefix);
    routes.erase(repeated.begin(), repeated.end());
  }
  Fib fib;
  fib.assign(routes);
  EXPECT_EQ(fib.size(), routes.size());
  EXPECT_LT(fib.memory(), 32 * fib.size());
  const ByLength model(routes);
  std::vector<Ipv4Address> together;
  std::vector<const NextHop*> each;
  for (int i = 0; i < 200'000; ++i) {
    const auto& near = routes[random() % routes.size()].prefix;
    const auto noise = static_cast<std::uint32_t>(random() % 1024);
    const Ipv4Address destination(i % 2 == 0 ? static_cast<std::uint32_t>(random())
                                             : near.address().bits() + noise);
    const NextHop* found = fib.lookup(destination);
    const auto expected = model.lookup(destination);
    together.push_back(destination);
    each.push_back(found);
    if (together.size() == Fib::kMostAtOnce) {
      ASSERT_TRUE(std::ranges::equal(fib.lookup(together), each)) << i;
      together.clear();
      each.clear();
    }
    ASSERT_EQ(found != nullptr, expected.has_value()) << to_string(destination);
    ASSERT_TRUE(found == nullptr || found->egress == *expected) << to_string(destination);
  }
}

TEST(Fib, ASmallTableTakesKilobytes) {
  std::vector<Route> small;
  for (std::uint32_t i = 0; i < 500; ++i) {
    small.push_back({prefix(0x0a00'0000 | i << 8, 24), via(i % 4)});
  }
  Fib fib;
  fib.assign(small);
  EXPECT_LT(fib.memory(), 8192U);
}

}  // namespace
}  // namespace violin
