#include "models/placement/hub/hub_file.h"

#include <gtest/gtest.h>

#include "models/placement/hub/hub_cost.h"
#include "tests/models/placement/hub/published.h"
#include "tests/models/substrate/failing_load.h"

namespace violin {
namespace {

constexpr const char* kTwoNodes = "2\n0 0\n3 4\n1 2\n3 4\n1\n2.0 0.5\n10\n";

TEST(HubFile, PricesMultiplyEuclideanDistances) {
  const HubProblem problem = load_hub_problem({"two", kTwoNodes});
  EXPECT_EQ(problem.points(), 2U);
  EXPECT_EQ(problem.flow(1, 0), 3);
  EXPECT_EQ(problem.hubs, 1U);
  EXPECT_DOUBLE_EQ(problem.collection(0, 1), 10);
  EXPECT_DOUBLE_EQ(problem.transfer(1, 0), 2.5);
  EXPECT_DOUBLE_EQ(problem.distribution(0, 1), 50);
  EXPECT_EQ(problem.collection(1, 1), 0);
  EXPECT_EQ(problem.homes, (std::vector<std::size_t>{0, 1}));
}

TEST(HubFile, LineBreaksDoNotMatter) {
  EXPECT_EQ(load_hub_problem({"two", "2 0 0 3 4 1 2\r\n\n3 4 1 2.0\t0.5 10"}).flow,
            load_hub_problem({"two", kTwoNodes}).flow);
}

TEST(HubFile, CapacitiesStayAndFixedCostsAreInThousands) {
  EXPECT_EQ(load_capacities({"c", "5\n7\n"}, 2), (std::vector<double>{5, 7}));
  EXPECT_EQ(load_fixed_costs({"f", "5 7"}, 2), (std::vector<double>{5000, 7000}));
}

class BadHubFile : public testing::TestWithParam<BadText> {};

TEST_P(BadHubFile, IsRefusedWithThePlace) {
  const BadText& bad = GetParam();
  expect_first_problem(bad, [&] { load_hub_problem({"test.txt", bad.text}); });
}

INSTANTIATE_TEST_SUITE_P(
    All, BadHubFile,
    testing::Values(
        BadText{"empty", "", {0, 0}, "empty"},
        BadText{"no_count", "two\n", {1, 1}, "number of nodes"},
        BadText{"no_nodes", "0\n", {1, 1}, "number of nodes"},
        BadText{"too_many_nodes", "1000000\n", {1, 1}, "number of nodes"},
        BadText{"far_too_short", "5000\n1 2\n", {1, 1}, "too short"},
        BadText{"truncated", "2\n0 0\n3 4\n1 2\n3 4\n1\n2.000000000\n", {7, 1}, "ends"},
        BadText{"negative_flow", "2\n0 0\n3 4\n1 2\n-3 4\n1\n2 0.5\n10\n", {5, 1}, "flow"},
        BadText{"no_number", "2\n0 0\n3 4\n1 nan\n3 4\n1\n2 0.5\n10\n", {4, 3}, "flow"},
        BadText{"more_hubs_than_nodes", "2\n0 0\n3 4\n1 2\n3 4\n3\n2 0.5\n10\n", {6, 1}, "hubs"},
        BadText{"negative_price", "2\n0 0\n3 4\n1 2\n3 4\n1\n2 -0.5\n10\n", {7, 3}, "transfer"},
        BadText{"something_more",
                "2\n0 0\n3 4\n1 2\n3 4\n1\n2 0.5\n10\n11\n",
                {9, 1},
                "after the end"}),
    name_of);

TEST(HubFile, ListsOfAnotherLengthAreRefused) {
  EXPECT_THROW(load_capacities({"c", "5 7 9"}, 2), LoadError);
  EXPECT_THROW(load_capacities({"c", "5.25"}, 2), LoadError);
  EXPECT_THROW(load_fixed_costs({"f", "5 -7"}, 2), LoadError);
}

using AustraliaPost = Published;

// Solutions-USApHMP.txt, n = 10, p = 3; Solutions-CSAHLP.txt, 10LL, whose indices count from 0.
TEST_F(AustraliaPost, PublishedAllocationsCostWhatIsPublished) {
  const std::vector<std::size_t> allocation{2, 3, 2, 3, 6, 3, 6, 6, 6, 6};
  const std::vector<std::size_t> hubs = hubs_of(allocation);
  expect_published(single_allocation_cost(australia_post(10, 3), hubs, allocation), 136008.13);
  EXPECT_TRUE(feasible(australia_post(10, 3), hubs, allocation));
  expect_published(single_allocation_cost(capacitated(10, 'L', 'L'), hubs, allocation), 224250.05);
  EXPECT_TRUE(feasible(capacitated(10, 'L', 'L'), hubs, allocation));
}

// Solutions-UMApHMP.txt, n = 10, p = 3.
TEST_F(AustraliaPost, PublishedHubsCostWhatIsPublished) {
  const std::vector<std::size_t> hubs{2, 6, 7};
  expect_published(multiple_allocation_cost(australia_post(10, 3), hubs), 131581.79);
}

}  // namespace
}  // namespace violin
