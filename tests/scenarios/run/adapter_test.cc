#include <fstream>

#include "tests/scenarios/running.h"

namespace violin {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// a and b at the ends of three hosts in a row; the switch is on the near one until, at 5 s, the
// measurements say that this has become far from both.
class Adapting : public testing::Test {
 protected:
  Adapting() {
    write("before", "0 2 40\n2 0 38\n40 38 0\n");
    write("after", "0 80 40\n80 0 80\n40 80 0\n");
  }
  void write(const std::string& name, const std::string& rtts) const {
    std::ofstream(folder_.path() / name) << rtts;
  }
  std::string text(const std::string& planning, const std::string& after = "after") const {
    return "duration: 20s\nsubstrate: {rtt_matrix: " + (folder_.path() / "before").string() +
           R"(}
violins:
  - name: v
    vswitches: [{name: s, host: node1, memory: 1MB}]
    vhosts:
      - {name: a, host: node0, nics: [{address: 10.0.0.1/24, to: s}]}
      - {name: b, host: node2, nics: [{address: 10.0.0.2/24, to: s}]}
traffic: [{name: f, from: a, to: b, cbr: {rate: 958kbit/s, size: 958B}}]
timeline: [{at: 5s, set_substrate: {rtt_matrix: )" +
           (folder_.path() / after).string() + "}}]\n" + planning;
  }
  static std::vector<std::string> moves(const RunResult& result) {
    std::vector<std::string> moves;
    for (const EventResult& event : result.timeline) {
      if (event.what.starts_with("adaptation")) {
        moves.push_back(event.what);
      }
    }
    return moves;
  }

  TemporaryFolder folder_;
};

TEST_F(Adapting, MovesWhatHasBecomeFar) {
  const RunResult result = run_yaml(text(R"(planning:
  rules: [{entities: [s], hosts: [node1, node0]}]
  adaptation: {interval: 1s, horizon: 1min, lost_frame: 0}
)"));
  EXPECT_TRUE(result.ledger.balanced);
  EXPECT_THAT(moves(result), ElementsAre("adaptation: migrate s to node0"));
  // 1 MB at 100 Mbit/s: the switch is off for 80 ms, and 10 frames are lost.
  const auto moved = std::ranges::find_if(
      result.timeline, [](const auto& e) { return e.what.starts_with("adaptation"); });
  EXPECT_NEAR(static_cast<double>(count_of(moved->drops, Drop::kMigrating)), 10, 3);
  EXPECT_GE(to_seconds(moved->at), 5);
  EXPECT_LE(to_seconds(moved->at), 7);
}

TEST_F(Adapting, StaysWhereAMoveCostsMoreThanItSaves) {
  EXPECT_THAT(moves(run_yaml(text(R"(planning:
  adaptation: {interval: 1s, horizon: 1s, move: 1e9}
)"))),
              IsEmpty());
}

TEST_F(Adapting, NothingMovesWithoutIt) { EXPECT_THAT(moves(run_yaml(text(""))), IsEmpty()); }

TEST_F(Adapting, MeasurementsOfOtherHostsAreRefusedBeforeTheRun) {
  write("short", "0 1\n1 0\n");
  try {
    run_yaml(text("", "short"));
    FAIL() << "was not refused";
  } catch (const scenario::ScenarioError& error) {
    EXPECT_THAT(error.what(), HasSubstr("is of 2 hosts; the substrate has 3"));
  }
}

}  // namespace
}  // namespace violin
