// `violin bench placement`: what it prints and how it ends.
#include <nlohmann/json.hpp>

#include "tests/scenarios/cli/program.h"

namespace violin {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class BenchPlacement : public CommandLine {
 protected:
  // Nodes at 0, 1, 10 and 11 on a line, flow 1 between every two; transfers are free.
  std::string line() const {
    return make("line", "4\n0 0\n1 0\n10 0\n11 0\n0 1 1 1\n1 0 1 1\n1 1 0 1\n1 1 1 0\n2\n1 0 1\n")
        .string();
  }
  // 1 - 2 - 3 with edges of 2 and 3.
  std::string path() const { return make("path", "3 2 1\n1 2 2\n2 3 3\n").string(); }

  Ended bench(std::vector<std::string> words) const {
    words.insert(words.begin(), {"bench", "placement"});
    return violin(std::move(words));
  }
  Json solved(std::vector<std::string> words) const {
    const Ended ended = bench(std::move(words));
    EXPECT_EQ(ended.code, 0) << ended.err;
    return Json::parse(ended.out);
  }
};

// One hub in each pair; of each pair one node is 1 away, which costs it so for 3 flows each way.
TEST_F(BenchPlacement, PrintsCostBoundHubsAndAllocationInPublishedUnits) {
  const Json json = solved({"--hub-ap", line()});
  EXPECT_NEAR(json["cost"], 12e-3, 1e-12);
  EXPECT_NEAR(json["bound"], 12e-3, 1e-9);
  EXPECT_TRUE(json["proven"]);
  EXPECT_LT(json["gap"], 1e-8);
  EXPECT_EQ(json["index_base"], 1);
  ASSERT_EQ(json["hubs"].size(), 2U);
  EXPECT_LE(json["hubs"][0], 2);
  EXPECT_GE(json["hubs"][1], 3);
  EXPECT_EQ(json["allocation"],
            (Json{json["hubs"][0], json["hubs"][0], json["hubs"][1], json["hubs"][1]}));
  EXPECT_GE(json["seconds"], json["found_s"]);
}

TEST_F(BenchPlacement, TakesTheNumberOfHubsFromTheCommandLine) {
  EXPECT_NEAR(solved({"--hub-ap", line(), "--p", "4"})["cost"], 0, 1e-12);
  EXPECT_NEAR(solved({"--hub-ap", line(), "--p", "4", "--multiple"})["cost"], 0, 1e-12);
}

// A hub costs 0.001 in published units, less than 6 flows over a distance of 1; node 1 has no room
// for any flow but its own three.
TEST_F(BenchPlacement, FixedCostsOpenTheNumberOfHubsAndNodesCountFromZero) {
  const Json json =
      solved({"--hub-ap", line(), "--fixed-cost", make("cost", "0.001 0.001 9 9").string(),
              "--capacity", make("capacity", "3 9 9 9").string()});
  EXPECT_EQ(json["index_base"], 0);
  EXPECT_EQ(json["hubs"], (Json{0, 1}));
  EXPECT_EQ(json["allocation"], (Json{0, 1, 1, 1}));
}

TEST_F(BenchPlacement, SolvesPMedianAndPCenter) {
  const Json median = solved({"--pmed", path()});
  EXPECT_EQ(median["cost"], 5);
  EXPECT_EQ(median["bound"], 5);
  EXPECT_EQ(median["hubs"], Json{2});
  const Json center = solved({"--pmed", path(), "--center"});
  EXPECT_EQ(center["cost"], 3);
  EXPECT_EQ(center["bound"], 3);
}

TEST_F(BenchPlacement, TellsOfBadUseWithExitCode2) {
  const std::vector<std::vector<std::string>> uses{
      {},
      {"--hub-ap", line(), "--pmed", path()},
      {"--hub-ap", line(), "--center"},
      {"--pmed", path(), "--multiple"},
      {"--hub-ap", line(), "--p", "0"},
      {"--hub-ap", line(), "--p", "two"},
      {"--hub-ap", line(), "--time-limit", "-1"},
      {"--hub-ap", line(), "--multiple", "--capacity", make("capacity", "3 9 9 9").string()}};
  for (const std::vector<std::string>& use : uses) {
    SCOPED_TRACE(testing::PrintToString(use));
    const Ended ended = bench(use);
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.out, IsEmpty());
  }
}

TEST_F(BenchPlacement, TellsOfBadFilesWithTheirPlaceAndExitCode3) {
  const Ended truncated = bench({"--hub-ap", make("short", "2\n0 0\n1\n").string()});
  EXPECT_EQ(truncated.code, 3);
  EXPECT_THAT(truncated.err, HasSubstr("short:1:1"));
  EXPECT_THAT(truncated.err, HasSubstr("truncated"));
  EXPECT_EQ(bench({"--pmed", make("words", "a b c\n").string()}).code, 3);
  EXPECT_EQ(bench({"--hub-ap", line(), "--capacity", make("capacity", "3 9").string()}).code, 3);
  EXPECT_EQ(bench({"--hub-ap", (folder() / "absent").string()}).code, 3);
}

TEST_F(BenchPlacement, TellsOfWhatCannotBeWithExitCode4) {
  for (const Ended& ended :
       {bench({"--hub-ap", line(), "--p", "5"}), bench({"--pmed", path(), "--p", "4"}),
        bench({"--hub-ap", line(), "--capacity", make("capacity", "1 1 1 1").string()})}) {
    EXPECT_EQ(ended.code, 4);
    EXPECT_THAT(ended.out, IsEmpty());
    EXPECT_FALSE(ended.err.empty());
  }
}

}  // namespace
}  // namespace violin
