#include "models/placement/mip/mip_model.h"

#include <algorithm>

#include "core/random.h"
#include "models/placement/evaluation.h"
#include "tests/models/placement/random_problem.h"

namespace violin::placement {
namespace {

// Whether a program's rows and bounds hold, and what its objective is.
struct Judged {
  bool feasible = true;
  double objective = 0;
};

Judged judge(const IntegerProgram& program, const std::vector<double>& values) {
  Judged judged;
  for (std::size_t c = 0; c < values.size(); ++c) {
    const Column& column = program.columns[c];
    judged.feasible =
        judged.feasible && values[c] >= column.lower - 1e-9 && values[c] <= column.upper + 1e-9;
    judged.objective += column.cost * values[c];
  }
  for (const Row& row : program.rows) {
    double sum = 0;
    for (const auto& [column, coefficient] : row.entries) {
      sum += coefficient * values[column];
    }
    judged.feasible = judged.feasible && sum >= row.lower - 1e-6 && sum <= row.upper + 1e-6;
  }
  return judged;
}

// Random placements of a problem with all terms and constraints.
class EachPlacement {
 public:
  explicit EachPlacement(std::uint64_t seed) : random_(seed, "placements") {
    ProblemOptions options{.shape = static_cast<Shape>(seed % 4), .hosts = 3 + seed % 2};
    options.constrained = seed % 3 != 0;
    options.multicast = seed % 2 == 0;
    options.weights.fill(2);
    owned_ = random_problem(seed, options);
  }

  const Problem& problem() const { return *owned_; }
  Assignment next() {
    Assignment placement;
    for (const Entity& entity : owned_->entities) {
      const HostId any{static_cast<std::uint32_t>(random_() % owned_->hosts())};
      placement.push_back(entity.pinned().value_or(any));
    }
    return placement;
  }

 private:
  RandomStream random_;
  OwnedProblem owned_;
};

TEST(MipModel, AllowsWhatIsFeasibleForNoMoreThanItCosts) {
  int feasible = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    EachPlacement each(seed);
    const auto model = MipModel::of(each.problem());
    ASSERT_TRUE(model);
    for (int i = 0; i < 30; ++i) {
      const Assignment placement = each.next();
      const Evaluation evaluation = evaluate(each.problem(), placement);
      const auto values = model->values(placement);
      if (!values) {
        EXPECT_FALSE(evaluation.feasible());
        continue;
      }
      EXPECT_EQ(model->placement(*values), placement);
      const Judged judged = judge(model->program(), *values);
      if (evaluation.feasible()) {
        ++feasible;
        const double cost = model->cost(judged.objective);
        EXPECT_TRUE(judged.feasible);
        EXPECT_LE(cost, evaluation.cost * (1 + 1e-9));
        EXPECT_GE(cost + model->rounding(), evaluation.cost * (1 - 1e-9));
      }
    }
  }
  EXPECT_GT(feasible, 1000);
}

TEST(MipModel, AForbiddenPlacementIsNoSolutionAndOthersStay) {
  for (std::uint64_t seed = 0; seed < 60; seed += 3) {
    SCOPED_TRACE(seed);
    EachPlacement each(seed);
    auto model = MipModel::of(each.problem());
    const Assignment one = each.next();
    model->forbid(one);
    for (int i = 0; i < 30; ++i) {
      const Assignment other = each.next();
      const auto values = model->values(other);
      ASSERT_TRUE(values);
      EXPECT_EQ(judge(model->program(), *values).feasible, other != one);
    }
    EXPECT_FALSE(judge(model->program(), *model->values(one)).feasible);
  }
}

// With constraints alone it is feasible exactly where these are kept.
TEST(MipModel, OfSomeConstraintsKeepsThese) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    EachPlacement each(seed);
    std::vector<Constraint> kept = constraints_of(each.problem());
    std::erase_if(kept, [&](const Constraint& c) { return c.of % 2 == seed % 2; });
    const auto model = MipModel::of(each.problem(), kept);
    ASSERT_TRUE(model);
    for (int i = 0; i < 20; ++i) {
      const Assignment placement = each.next();
      const Evaluation evaluation = evaluate(each.problem(), placement);
      const bool keeps_all = std::ranges::all_of(kept, [&](const Constraint& constraint) {
        return keeps(each.problem(), placement, evaluation, constraint);
      });
      const auto values = model->values(placement);
      if (keeps_all) {
        ASSERT_TRUE(values);
        EXPECT_TRUE(judge(model->program(), *values).feasible);
      } else if (values) {
        EXPECT_FALSE(judge(model->program(), *values).feasible);
      }
    }
  }
}

}  // namespace
}  // namespace violin::placement
