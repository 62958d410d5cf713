#include "models/placement/hub/allocation_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace violin {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// Starts from anywhere, before those near the best known.
constexpr std::size_t kRandomStarts = 10;
constexpr std::size_t kMostChanges = 2;
constexpr std::size_t kMostShaken = 8;
constexpr std::size_t kPriceRaises = 5;
constexpr double kPriceFactor = 3;

// Those with most flow first: they find the room and shape the rest.
std::vector<std::size_t> by_spread(const AllocationModel& model) {
  std::vector<std::size_t> points(model.points());
  std::iota(points.begin(), points.end(), std::size_t{0});
  std::ranges::stable_sort(
      points, [&](std::size_t a, std::size_t b) { return model.spread(a) > model.spread(b); });
  return points;
}

std::size_t cheapest_slot(const AllocationState& state, std::size_t point) {
  std::size_t best = 0;
  double least = kInfinity;
  for (std::size_t slot = 0; slot < state.slots(); ++slot) {
    const double cost = state.cost(point, slot);
    if (cost < least) {
      best = slot;
      least = cost;
    }
  }
  return best;
}

}  // namespace

AllocationSearch::AllocationSearch(const AllocationModel& model, std::uint64_t seed,
                                   OnBetter on_better)
    : model_(model), random_(seed, "hub allocation search"), on_better_(std::move(on_better)) {
  for (const double price : model.linear.cells()) {
    least_gain_ = std::max(least_gain_, price * 1e-12);
    overload_price_ += price;
  }
  const double flow = std::accumulate(model.sent.begin(), model.sent.end(), 0.0);
  overload_price_ /= static_cast<double>(model.sites()) * std::max(flow, least_gain_);
}

void AllocationSearch::run(std::size_t patience, const KeepGoing& keep_going) {
  for (std::size_t idle = 0; idle < patience && keep_going(); ++starts_) {
    const double before = best_ ? best_->cost : kInfinity;
    const bool anywhere = starts_ < kRandomStarts || !best_;
    if (anywhere) {
      descend_from(random_hubs(random_count()));
    } else if (!model_.capacities.empty() && starts_ % 2 == 0) {
      descend_from(shaken());
    } else {
      descend_from(changed_hubs(1 + starts_ % kMostChanges));
    }
    idle = best_ && best_->cost < before ? 0 : idle + 1;
  }
}

void AllocationSearch::descend_from(std::vector<std::size_t> hubs) {
  descend_from(filled(std::move(hubs)));
}

// Overload is allowed at first, more or less, then ever dearer: what is in the way of others finds
// another place.
void AllocationSearch::descend_from(AllocationState state) {
  double price = overload_price_ * std::pow(kPriceFactor, below(kPriceRaises));
  state.set_overload_price(price);
  descend(state);
  for (std::size_t raise = 0; raise < kPriceRaises && state.overload() > 0; ++raise) {
    state.set_overload_price(price *= kPriceFactor);
    descend(state);
  }
  const double cost = state.cost();
  if (state.overload() <= 0 && (!best_ || cost < best_->cost - least_gain_)) {
    best_ = {cost, state.hubs(), state.allocation()};
    std::ranges::sort(best_->hubs);
    on_better_(*best_);
  }
}

std::vector<std::size_t> AllocationSearch::random_hubs(std::size_t count) {
  std::vector<std::size_t> sites(model_.sites());
  std::iota(sites.begin(), sites.end(), std::size_t{0});
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(sites[i], sites[i + below(sites.size() - i)]);
  }
  sites.resize(count);
  return sites;
}

// Where it is open: few, as descents drop hubs but add none.
std::size_t AllocationSearch::random_count() {
  const auto few = static_cast<std::size_t>(2 * std::sqrt(static_cast<double>(model_.points())));
  return model_.hubs.value_or(1 + below(std::min(few, model_.sites())));
}

std::vector<std::size_t> AllocationSearch::changed_hubs(std::size_t changes) {
  std::vector<std::size_t> hubs = best_->hubs;
  for (std::size_t change = 0; change < changes; ++change) {
    change_one(hubs);
  }
  return hubs;
}

// Another site for a hub; where their number is open, also one more or one less.
void AllocationSearch::change_one(std::vector<std::size_t>& hubs) {
  const std::size_t kind = model_.hubs ? 0 : below(3);
  if (kind == 2 && hubs.size() > 1) {
    hubs.erase(hubs.begin() + static_cast<std::ptrdiff_t>(below(hubs.size())));
    return;
  }
  const std::size_t site = below(model_.sites());
  if (std::ranges::find(hubs, site) != hubs.end()) {
    return;
  }
  if (kind == 1) {
    hubs.push_back(site);
  } else {
    hubs[below(hubs.size())] = site;
  }
}

// The best known with some points anywhere: capacities keep descents from trying that.
AllocationState AllocationSearch::shaken() {
  AllocationState state(model_, best_->hubs);
  for (std::size_t i = 0; i < model_.points(); ++i) {
    const auto hub = std::ranges::lower_bound(best_->hubs, best_->allocation[i]);
    state.place(i, static_cast<std::size_t>(hub - best_->hubs.begin()));
  }
  std::vector<std::size_t> away;
  for (std::size_t drawn = 2 + below(kMostShaken); drawn > 0; --drawn) {
    const std::size_t i = below(model_.points());
    if (state.slot(i) != AllocationState::kNowhere && !state.at_home(i)) {
      state.remove(i);
      away.push_back(i);
    }
  }
  for (const std::size_t i : away) {
    state.place(i, below(state.slots()));
  }
  return state;
}

AllocationState AllocationSearch::filled(std::vector<std::size_t> hubs) const {
  AllocationState state(model_, std::move(hubs));
  state.set_overload_price(overload_price_);
  for (std::size_t i = 0; i < model_.points(); ++i) {
    const auto home = std::ranges::find(state.hubs(), model_.homes[i].value_or(model_.sites()));
    if (home != state.hubs().end()) {
      state.place(i, static_cast<std::size_t>(home - state.hubs().begin()));
    }
  }
  for (const std::size_t i : by_spread(model_)) {
    if (state.slot(i) == AllocationState::kNowhere) {
      state.place(i, cheapest_slot(state, i));
    }
  }
  return state;
}

void AllocationSearch::descend(AllocationState& state) const {
  while (move_points(state) || relocate_hubs(state) || drop_hub(state) || move_chains(state)) {
  }
}

bool AllocationSearch::move_points(AllocationState& state) const {
  bool moved = false;
  for (std::size_t i = 0; i < model_.points(); ++i) {
    if (state.at_home(i)) {
      continue;
    }
    const double cost = state.cost(i, state.slot(i));
    const std::size_t best = cheapest_slot(state, i);
    if (state.cost(i, best) < cost - least_gain_) {
      state.move(i, best);
      moved = true;
    }
  }
  return moved;
}

bool AllocationSearch::relocate_hubs(AllocationState& state) const {
  for (std::size_t slot = 0; slot < state.slots(); ++slot) {
    double least = -least_gain_;
    std::optional<std::size_t> best;
    for (std::size_t site = 0; site < model_.sites(); ++site) {
      const double cost = state.cost_of_relocation(slot, site);
      if (cost < least && state.can_relocate(slot, site)) {
        least = cost;
        best = site;
      }
    }
    if (best) {
      state.relocate(slot, *best);
      return true;
    }
  }
  return false;
}

// Where the number of hubs is open: one whose points are cheaper elsewhere.
bool AllocationSearch::drop_hub(AllocationState& state) const {
  for (std::size_t slot = 0; slot < state.slots() && !model_.hubs && state.slots() > 1; ++slot) {
    AllocationState less = without(state, slot);
    if (less.cost_with_overload() < state.cost_with_overload() - least_gain_) {
      state = std::move(less);
      return true;
    }
  }
  return false;
}

AllocationState AllocationSearch::without(const AllocationState& state, std::size_t slot) const {
  std::vector<std::size_t> hubs = state.hubs();
  hubs.erase(hubs.begin() + static_cast<std::ptrdiff_t>(slot));
  AllocationState less = state.with_hubs(std::move(hubs));
  for (std::size_t i = 0; i < model_.points(); ++i) {
    if (state.slot(i) != slot) {
      less.place(i, state.slot(i) - (state.slot(i) > slot ? 1 : 0));
    }
  }
  for (std::size_t i = 0; i < model_.points(); ++i) {
    if (state.slot(i) == slot) {
      less.place(i, cheapest_slot(less, i));
    }
  }
  return less;
}

// Where capacities keep points from moving one by one: a point goes where there is no room for it,
// and another makes room by going elsewhere, perhaps to where the first comes from.
bool AllocationSearch::move_chains(AllocationState& state) const {
  if (model_.capacities.empty()) {
    return false;
  }
  for (std::size_t i = 0; i < model_.points(); ++i) {
    for (std::size_t slot = 0; slot < state.slots() && !state.at_home(i); ++slot) {
      const std::size_t from = state.slot(i);
      const double cost = state.cost_of_move(i, slot);
      if (slot == from) {
        continue;
      }
      state.move(i, slot);
      if (make_room(state, i, cost)) {
        return true;
      }
      state.move(i, from);
    }
  }
  return false;
}

// Moves a point out of the slot of `newcomer`, whose move cost so much.
bool AllocationSearch::make_room(AllocationState& state, std::size_t newcomer, double cost) const {
  const std::size_t slot = state.slot(newcomer);
  for (std::size_t j = 0; j < model_.points(); ++j) {
    if (j == newcomer || state.slot(j) != slot || state.at_home(j)) {
      continue;
    }
    for (std::size_t to = 0; to < state.slots(); ++to) {
      if (to != slot && cost + state.cost_of_move(j, to) < -least_gain_) {
        state.move(j, to);
        return true;
      }
    }
  }
  return false;
}

}  // namespace violin
