#include "models/placement/hub/hub_set_proof.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/random.h"

namespace violin {
namespace {

using Hubs = HubSetProof::Hubs;

// Sets that cost a base, something for each hub and, unknown to the relaxation, a surcharge.
class Sets : public HubSetDual {
 public:
  Sets(std::uint64_t seed, std::size_t sites)
      : values_(sites), surcharge_(std::size_t{1} << sites) {
    RandomStream random(seed, "hub sets");
    base_ = 100;
    for (double& value : values_) {
      value = static_cast<double>(random() % 41) - 20;
    }
    for (double& surcharge : surcharge_) {
      surcharge = static_cast<double>(random() % 30);
    }
  }

  double cost(const Hubs& hubs) const {
    std::size_t set = 0;
    double cost = base_;
    for (const std::size_t k : hubs) {
      set |= std::size_t{1} << k;
      cost += values_[k];
    }
    return cost + surcharge_[set];
  }
  double best(std::optional<std::size_t> count) const {
    double best = std::numeric_limits<double>::infinity();
    for (std::size_t set = 1; set < surcharge_.size(); ++set) {
      Hubs hubs;
      for (std::size_t k = 0; k < values_.size(); ++k) {
        if ((set >> k & 1) != 0) {
          hubs.push_back(k);
        }
      }
      if (hubs.size() == count.value_or(hubs.size())) {
        best = std::min(best, cost(hubs));
      }
    }
    return best;
  }

  void use(const std::vector<std::size_t>&) override {}
  Relaxed relax() override { return {base_, 0, values_}; }
  double turn(const std::vector<double>&) override { return 0; }
  void move(double) override {}

 private:
  double base_ = 0;
  std::vector<double> values_;
  std::vector<double> surcharge_;  // by set
};

struct Found {
  double best = std::numeric_limits<double>::infinity();
  double bound = 0;
};

Found prove(Sets& sets, std::size_t sites, std::optional<std::size_t> count,
            const KeepGoing& keep_going) {
  Found found;
  HubSetProof proof(sites, count, sets,
                    {[&] { return found.best; },
                     [&](const Hubs& hubs) {
                       found.best = std::min(found.best, sets.cost(hubs));
                       return sets.cost(hubs);
                     },
                     [](const Hubs&) {}, keep_going});
  found.bound = proof.run();
  return found;
}

std::optional<std::size_t> count_of(std::uint64_t seed) {
  return seed % 4 == 0 ? std::nullopt : std::optional<std::size_t>(seed % 7 + 1);
}

TEST(HubSetProof, ComesUponTheBestSetAndProvesIt) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    Sets sets(seed, 7);
    const Found found = prove(sets, 7, count_of(seed), [] { return true; });
    EXPECT_EQ(found.best, sets.best(count_of(seed)));
    EXPECT_EQ(std::min(found.bound, found.best), found.best);
  }
}

TEST(HubSetProof, HasABoundThatHoldsWheneverItIsEnded) {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    Sets sets(seed, 7);
    std::size_t asked = 0;
    const Found found = prove(sets, 7, count_of(seed), [&] { return asked++ < seed / 4; });
    EXPECT_LE(std::min(found.bound, found.best), sets.best(count_of(seed)));
  }
}

TEST(HubSetProof, IsInfiniteWhereThereIsNoSet) {
  Sets sets(1, 3);
  EXPECT_TRUE(std::isinf(prove(sets, 3, 4, [] { return true; }).bound));
}

}  // namespace
}  // namespace violin
