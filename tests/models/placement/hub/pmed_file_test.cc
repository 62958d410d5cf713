#include "models/placement/hub/pmed_file.h"

#include <gtest/gtest.h>

#include "tests/models/substrate/failing_load.h"

namespace violin {
namespace {

TEST(PmedFile, DistancesAreThoseOfShortestPaths) {
  const MedianProblem problem = load_pmed({"p", "4 4 2\n1 2 5\n2 3 7\n1 3 20\n3 4 1\n"});
  EXPECT_EQ(problem.medians, 2U);
  EXPECT_EQ(problem.distance(0, 2), 12);
  EXPECT_EQ(problem.distance(3, 0), 13);
  EXPECT_EQ(problem.distance(1, 1), 0);
}

TEST(PmedFile, OfAnEdgeGivenTwiceTheLastWins) {
  EXPECT_EQ(load_pmed({"p", "2 2 1 1 2 5 2 1 9"}).distance(0, 1), 9);
}

TEST(PmedFile, ALoopChangesNothing) {
  EXPECT_EQ(load_pmed({"p", "2 2 1 1 1 5 1 2 9"}).distance(0, 0), 0);
}

class BadPmedFile : public testing::TestWithParam<BadText> {};

TEST_P(BadPmedFile, IsRefusedWithThePlace) {
  const BadText& bad = GetParam();
  expect_first_problem(bad, [&] { load_pmed({"test.txt", bad.text}); });
}

INSTANTIATE_TEST_SUITE_P(
    All, BadPmedFile,
    testing::Values(BadText{"empty", "\n", {0, 0}, "empty"},
                    BadText{"fewer_edges", "2 2 1\n1 2 500000\n", {2, 5}, "cost"},
                    BadText{"truncated", "2 2 1\n1 2 5\n1 2    \n", {3, 3}, "ends"},
                    BadText{"unknown_node", "2 1 1\n1 3 5\n", {2, 3}, "a node"},
                    BadText{"node_zero", "2 1 1\n0 2 5\n", {2, 1}, "a node"},
                    BadText{"too_few_edges", "3 1 1\n1 2 5\n", {1, 3}, "connected"},
                    BadText{"fraction", "2 1 1\n1 2 5.5\n", {2, 5}, "cost"},
                    BadText{"too_many_medians", "2 1 3\n1 2 5\n", {1, 5}, "medians"},
                    BadText{"not_connected", "3 2 1\n1 2 5\n1 2 6\n", {0, 0}, "node 3"},
                    BadText{"more_edges", "2 1 1\n1 2 5\n1 2 5\n", {3, 1}, "after the end"}),
    name_of);

}  // namespace
}  // namespace violin
