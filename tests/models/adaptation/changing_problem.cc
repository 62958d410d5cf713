#include "tests/models/adaptation/changing_problem.h"

#include <algorithm>

#include "core/random.h"
#include "core/require.h"

namespace violin::adaptation {

namespace {

void change(placement::OwnedProblem& owned, RandomStream& random) {
  const std::size_t n = owned->hosts();
  for (std::size_t a = 0; a < n; ++a) {
    for (std::size_t b = 0; b < n; ++b) {
      if (a != b && random.chance(0.5)) {
        owned->delays.set(a, b, DelayMatrix::kUnit * static_cast<std::int64_t>(random() % 400'000));
      }
    }
  }
  for (placement::Demand& demand : owned->demands) {
    demand.bits_per_second *= 0.2 + 2 * random.uniform();
  }
  for (std::uint32_t h = 0; h < n; ++h) {
    if (owned.substrate->host(HostId{h}).capacity) {
      owned.substrate->set_host_capacity(HostId{h}, FrameRate{1 + random() % 4000});
    }
  }
}

// Every placement of the movable entities.
std::vector<Assignment> placements(const Changing& changing) {
  std::vector<Assignment> all{changing.start};
  for (std::size_t e = 0; e < changing.start.size(); ++e) {
    const std::size_t known = all.size();
    for (std::uint32_t h = 0;
         changing.epochs[0].snapshot.movable(e) && h < changing.epochs[0].snapshot.hosts.size();
         ++h) {
      for (std::size_t i = 0; HostId{h} != changing.start[e] && i < known; ++i) {
        all.push_back(all[i]);
        all.back()[e] = HostId{h};
      }
    }
  }
  return all;
}

}  // namespace

Changing changing_problem(std::uint64_t seed, const ChangeOptions& options) {
  RandomStream random(seed, "changing problem");
  placement::OwnedProblem problem = placement::random_problem(seed, options.problem);
  Changing made{{}, options.prices, {}};
  for (const placement::Entity& entity : problem->entities) {
    made.start.push_back(
        entity.pinned().value_or(HostId{static_cast<std::uint32_t>(random() % problem->hosts())}));
  }
  const double scale = PlacedCost(Snapshot(*problem), made.start, 0).rate();
  made.prices.move = scale * random.uniform() * random.uniform() * 4;
  TimePoint at = kRunStart;
  for (std::size_t t = 0; t < options.epochs; ++t) {
    const Duration length = std::chrono::milliseconds(1 + random() % 2000);
    made.epochs.push_back({at, length, Snapshot(*problem)});
    change(problem, random);
    at += length;
  }
  return made;
}

// Backwards from the end, over all placements as states: no entity's moves hide another's.
double brute_force(const Changing& changing) {
  const auto all = placements(changing);
  std::vector<double> rest(all.size());
  for (std::size_t t = changing.epochs.size(); t-- > 0;) {
    const Epochs one{changing.epochs[t]};
    std::vector<double> before(all.size(), std::numeric_limits<double>::infinity());
    for (std::size_t from = 0; from < all.size(); ++from) {
      for (std::size_t to = 0; to < all.size(); ++to) {
        const double here = judge(one, all[from], {all[to]}, changing.prices).total();
        before[from] = std::min(before[from], here + rest[to]);
      }
    }
    rest = before;
  }
  return rest.front();  // of the start
}

}  // namespace violin::adaptation
