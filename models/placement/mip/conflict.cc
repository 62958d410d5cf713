#include "models/placement/mip/conflict.h"

#include <algorithm>
#include <optional>
#include <span>

#include "models/placement/constraints.h"
#include "models/placement/mip/mip_model.h"

namespace violin::placement {

namespace {

using Status = ProgramAnswer::Status;
using Set = std::vector<std::size_t>;  // of constraints, ascending

Set united(const Set& a, const Set& b) {
  Set both;
  std::ranges::set_union(a, b, std::back_inserter(both));
  return both;
}

// The fewest constraints with at least one of each of the sets.
std::optional<Set> smallest_hitting_set(const std::vector<Set>& sets, std::size_t constraints,
                                        const KeepGoing& keep_going) {
  IntegerProgram program;
  program.columns.resize(constraints, {.cost = 1, .integer = true});
  program.integral_cost = true;
  for (const Set& set : sets) {
    Row one{.lower = 1, .entries = {}};
    for (const std::size_t member : set) {
      one.entries.emplace_back(member, 1);
    }
    program.rows.push_back(std::move(one));
  }
  const ProgramAnswer answer = solve(program, keep_going);
  if (answer.status != Status::kOptimal) {
    return std::nullopt;
  }
  Set chosen;
  for (std::size_t i = 0; i < constraints; ++i) {
    if ((*answer.values)[i] > 0.5) {
      chosen.push_back(i);
    }
  }
  return chosen;
}

class Search {
 public:
  Search(const Problem& problem, const KeepGoing& keep_going)
      : problem_(problem), keep_going_(keep_going), all_(constraints_of(problem)) {}

  std::vector<std::string> run() {
    Set set;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      set.push_back(i);
    }
    std::vector<std::string> sentences;
    if (try_to_keep(set).status == Status::kInfeasible) {
      for (const std::size_t i : smallest(irreducible({}, false, set))) {
        sentences.push_back(describe(problem_, all_[i]));
      }
    }
    return sentences;
  }

 private:
  struct Trial {
    Status status = Status::kStopped;
    Set kept;  // if a placement keeps the set: everything that it keeps
  };

  Trial try_to_keep(const Set& set) {
    std::vector<Constraint> kept;
    for (const std::size_t i : set) {
      kept.push_back(all_[i]);
    }
    for (auto model = MipModel::of(problem_, kept); model;) {
      const ProgramAnswer answer = solve(model->program(), keep_going_);
      if (!answer.values) {
        return {answer.status, {}};
      }
      const Assignment placement = model->placement(*answer.values);
      Set keeps_now = kept_by(placement);
      if (std::ranges::includes(keeps_now, set)) {
        return {Status::kOptimal, std::move(keeps_now)};
      }
      model->forbid(placement);
    }
    return {};
  }

  Set kept_by(const Assignment& placement) const {
    const Evaluation evaluation = evaluate(problem_, placement);
    Set kept;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      if (keeps(problem_, placement, evaluation, all_[i])) {
        kept.push_back(i);
      }
    }
    return kept;
  }

  // Of `from`, which contradicts itself with `given`; `news`: whether `given` is not known to be
  // free of contradiction.
  Set irreducible(const Set& given, bool news, std::span<const std::size_t> from) {
    if (news && try_to_keep(given).status == Status::kInfeasible) {
      return {};
    }
    if (from.size() == 1) {
      return {from.front()};
    }
    const auto first = from.first(from.size() / 2);
    const auto second = from.subspan(from.size() / 2);
    const Set needed = irreducible(united(given, {first.begin(), first.end()}), true, second);
    return united(needed, irreducible(united(given, needed), !needed.empty(), first));
  }

  Set smallest(Set known) {
    std::vector<Set> to_hit;  // of each, at least one is in any conflict
    for (;;) {
      const auto chosen = smallest_hitting_set(to_hit, all_.size(), keep_going_);
      if (!chosen || chosen->size() >= known.size()) {
        return known;
      }
      Trial trial = try_to_keep(*chosen);
      if (trial.status != Status::kOptimal) {
        return trial.status == Status::kInfeasible ? *chosen : known;
      }
      to_hit.push_back(complement(grown(std::move(trial.kept))));
    }
  }

  // Keeps as much more as is possible.
  Set grown(Set kept) {
    for (const std::size_t next : complement(kept)) {
      if (!std::ranges::binary_search(kept, next)) {
        Trial more = try_to_keep(united(kept, {next}));
        if (more.status == Status::kOptimal) {
          kept = std::move(more.kept);
        }
      }
    }
    return kept;
  }

  Set complement(const Set& set) const {
    Set others;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      if (!std::ranges::binary_search(set, i)) {
        others.push_back(i);
      }
    }
    return others;
  }

  const Problem& problem_;
  const KeepGoing& keep_going_;
  std::vector<Constraint> all_;
};

}  // namespace

std::vector<std::string> smallest_conflict(const Problem& problem, const KeepGoing& keep_going) {
  return Search(problem, keep_going).run();
}

}  // namespace violin::placement
