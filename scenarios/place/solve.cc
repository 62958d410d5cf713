#include "scenarios/place/solve.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "models/placement/exact/lower_bound.h"
#include "models/placement/exact/message_solver.h"
#include "models/placement/exact/tree_solver.h"
#include "models/placement/mip/conflict.h"
#include "models/placement/mip/mip_solver.h"
#include "models/placement/search/search.h"
#include "scenarios/place/relay_links.h"
#include "scenarios/place/spread_lan.h"

namespace violin {

namespace pb = scenario;
using placement::Answer;
using placement::Assignment;
using placement::Problem;
using placement::SolveOptions;
using placement::Solver;

namespace {

constexpr const char* kAuto = "auto";
constexpr const char* kHub = "hub";

const std::vector<std::unique_ptr<Solver>>& solvers() {
  static const auto kSolvers = [] {
    std::vector<std::unique_ptr<Solver>> all;
    all.push_back(std::make_unique<placement::TreeSolver>());
    all.push_back(std::make_unique<placement::MessageSolver>());
    all.push_back(std::make_unique<placement::Search>());
    all.push_back(std::make_unique<placement::MipSolver>());
    return all;
  }();
  return kSolvers;
}

Placed judged(const Problem& problem, const Answer& answer, const std::string& solver) {
  return {answer.placement, evaluate(problem, answer.placement), answer.bound, solver, {}};
}

bool better(const Placed& a, const Placed& b) {
  if (a.evaluation.feasible() != b.evaluation.feasible()) {
    return a.evaluation.feasible();
  }
  return a.evaluation.cost < b.evaluation.cost;
}

bool same_routes(const Problem& a, const Problem& b) {
  return std::ranges::equal(a.demands, b.demands, [](const auto& x, const auto& y) {
    return std::ranges::equal(x.receivers, y.receivers, {}, &placement::Receiver::path,
                              &placement::Receiver::path);
  });
}

}  // namespace

const std::vector<std::string>& solver_names() {
  static const auto kNames = [] {
    std::vector<std::string> names{kAuto};
    for (const auto& solver : solvers()) {
      names.push_back(solver->name());
    }
    names.push_back(kHub);
    return names;
  }();
  return kNames;
}

double Placed::gap() const {
  return evaluation.cost > 0 ? std::max(0.0, (evaluation.cost - bound) / evaluation.cost) : 0;
}

namespace {

// In the order of the list, each going on from the best placement so far, until one is proven.
Placed solve_with_all(const Problem& problem, const SolveOptions& options) {
  SolveOptions how = options;
  std::optional<Placed> best;
  double bound = 0;
  for (const auto& solver : solvers()) {
    if (best && (best->proven() || !options.keep_going())) {
      break;
    }
    const auto answer = solver->solve(problem, how);
    if (!answer) {
      continue;
    }
    Placed found = judged(problem, *answer, solver->name());
    bound = std::max(bound, found.bound);
    if (!best || better(found, *best)) {
      best = std::move(found);
    }
    best->bound = bound;
    how.start = best->placement;
  }
  return *best;
}

Placed solve_with(const Problem& problem, std::string_view name, const SolveOptions& options) {
  const auto found = std::ranges::find(solvers(), name, [](const auto& s) { return s->name(); });
  if (found == solvers().end()) {
    throw std::invalid_argument(fmt::format("there is no solver '{}'; there are: {}", name,
                                            fmt::join(solver_names(), ", ")));
  }
  const auto answer = (*found)->solve(problem, options);
  if (!answer) {
    throw std::invalid_argument(
        fmt::format("the solver '{}' cannot treat this problem; take '{}'", name, kAuto));
  }
  return judged(problem, *answer, (*found)->name());
}

}  // namespace

Placed solve(const Problem& problem, std::string_view solver, const SolveOptions& options) {
  Placed found =
      solver == kAuto ? solve_with_all(problem, options) : solve_with(problem, solver, options);
  if (found.bound <= 0) {  // search alone proves nothing
    found.bound = lower_bound(problem, options);
  }
  if (!found.evaluation.feasible()) {
    auto conflict = placement::smallest_conflict(problem, options.keep_going);
    if (!conflict.empty()) {
      throw placement::Infeasible(std::move(conflict));
    }
  }
  found.bound = std::min(found.bound, found.evaluation.cost);
  return found;
}

namespace {

// Until the routes at the placement are those that it was found for.
PlacedScenario solve_routes(std::unique_ptr<Planning> planning, std::string_view solver,
                            const SolveOptions& options) {
  SolveOptions how = options;
  PlacedScenario best;
  for (int routing = 0; routing < kMostRoutings; ++routing) {
    Placed found = solve(planning->problem(), solver, how);
    auto there = std::make_unique<Planning>(
        with_plan(planning->scenario(), planning->problem(), found.placement));
    const bool same = same_routes(planning->problem(), there->problem());
    found.evaluation = evaluate(there->problem(), found.placement);
    if (there->routes_may_change()) {
      found.given = "the routes that are taken here";
    }
    if (!same) {
      found.bound = solve(there->problem(), solver, how).bound;
    }
    how.start = found.placement;
    planning = std::move(there);
    if (!best.planning || found.evaluation.cost < best.placed.evaluation.cost) {
      best.placed = std::move(found);
      best.planning = std::make_unique<Planning>(planning->scenario());
    }
    if (same || !how.keep_going()) {
      break;
    }
  }
  return best;
}

double activation_cost(const pb::PlannedLan& lan, const Planning& before, const Planning& after) {
  return lan.activation_cost() *
         static_cast<double>(after.problem().entities.size() - before.problem().entities.size());
}

}  // namespace

PlacedScenario solve(std::unique_ptr<Planning> planning, std::string_view solver,
                     const SolveOptions& options) {
  const bool by_hubs = solver == kHub;
  const std::string_view rest = by_hubs ? kAuto : solver;
  const auto lans = planning->scenario().message.planning().lans();
  PlacedScenario best = solve_routes(std::move(planning), rest, options);
  std::string spreads;
  for (const pb::PlannedLan& lan : lans) {
    LanSpread spread = spread_lan(
        *best.planning, lan, best.placed.placement, by_hubs ? SpreadBy::kHubs : SpreadBy::kTrees,
        {.seed = options.seed, .starts = 20, .keep_going = options.keep_going});
    auto there = std::make_unique<Planning>(std::move(spread.scenario));
    SolveOptions how = options;
    how.start = there->given();
    PlacedScenario found = solve_routes(std::move(there), rest, how);
    if (found.placed.evaluation.cost + activation_cost(lan, *best.planning, *found.planning) <
        best.placed.evaluation.cost) {
      spreads += fmt::format("; {}'s is {:.4g} of network cost, no tree is less than {:.4g}",
                             lan.vswitch(), spread.cost, spread.bound);
      found.placed.given = "how the vLANs are spread here" + spreads;
      best = std::move(found);
    }
  }
  return best;
}

PlacedScenario relay(PlacedScenario placed, double share, std::string_view solver,
                     const SolveOptions& options) {
  const Planning& planning = *placed.planning;
  const auto relays = worthwhile_relays(planning.problem(), placed.placed.placement, share);
  if (relays.empty()) {
    return placed;
  }
  auto relayed = std::make_unique<Planning>(with_relays(planning, placed.placed.placement, relays));
  SolveOptions how = options;
  how.start = relayed->given();
  PlacedScenario found = solve_routes(std::move(relayed), solver, how);
  if (found.placed.evaluation.cost >= placed.placed.evaluation.cost) {
    return placed;
  }
  found.placed.given = "the relays that are taken here";
  return found;
}

}  // namespace violin
