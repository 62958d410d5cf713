#include "analysis/sweep/ranking.h"

namespace violin::sweep {
namespace {

using ::testing::ElementsAre;

Outcome costing(double cost, std::size_t violations = 0) {
  Outcome outcome;
  outcome.costs = {{}, cost};
  outcome.violations = violations;
  return outcome;
}

Outcome measured(const std::vector<double>& goodputs, std::optional<double> p99 = 1.0) {
  Outcome outcome = costing(1);
  for (const double goodput : goodputs) {
    outcome.replications.push_back({1, goodput, p99, 0});
  }
  return outcome;
}

TEST(Ranking, PutsFeasibleOnesFirstAndThoseWithoutPlacementLast) {
  const std::vector<Outcome> outcomes{costing(5), Outcome{}, costing(1, 2), costing(3), costing(5)};
  EXPECT_THAT(rank(outcomes, RankBy::kCost).order, ElementsAre(3, 0, 4, 2, 1));
}

TEST(Ranking, TellsWhichCostTheSame) {
  const std::vector<Outcome> outcomes{costing(0.1 + 0.2), costing(0.3), costing(0.31)};
  EXPECT_THAT(rank(outcomes, RankBy::kCost).tied, ElementsAre(true, true, false));
}

TEST(Ranking, TakesTheLargestGoodputAndTellsWhoCannotBeToldFromIt) {
  // The second is less by 1 in each pair, the third now more, now less.
  const std::vector<Outcome> outcomes{measured({9, 19, 29}), measured({10, 20, 30}),
                                      measured({12, 17, 30.5})};
  const Ranking ranking = rank(outcomes, RankBy::kGoodput);
  EXPECT_THAT(ranking.order, ElementsAre(1, 2, 0));
  EXPECT_THAT(ranking.tied, ElementsAre(false, true, true));
}

TEST(Ranking, SaysNothingOfSingleSimulations) {
  const Ranking ranking = rank({measured({1}), measured({2})}, RankBy::kGoodput);
  EXPECT_THAT(ranking.order, ElementsAre(1, 0));
  EXPECT_THAT(ranking.tied, ElementsAre(std::nullopt, std::nullopt));
}

TEST(Ranking, PutsThoseLastForWhichNothingArrived) {
  const std::vector<Outcome> outcomes{measured({1, 1}, std::nullopt), measured({1, 1}, 9.0),
                                      measured({1, 1}, 2.0)};
  EXPECT_THAT(rank(outcomes, RankBy::kP99).order, ElementsAre(2, 1, 0));
}

}  // namespace
}  // namespace violin::sweep
