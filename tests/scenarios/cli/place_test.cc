// `violin place`: exit codes, what it prints, and the plan that it writes.
#include <nlohmann/json.hpp>

#include "tests/scenarios/cli/program.h"

namespace violin {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Place : public CommandLine {
 protected:
  const std::string figure2_ = example_file("figure2").string();
};

TEST_F(Place, PrintsOneJsonDocumentWithTheKeysThatChecksRelyOn) {
  const Ended ended = violin({"place", figure2_, "--format", "json"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.err, IsEmpty());
  const Json document = Json::parse(ended.out);
  for (const char* key :
       {"cost", "bound", "gap", "terms", "placement", "solver", "seconds", "baselines"}) {
    EXPECT_TRUE(document.contains(key)) << key;
  }
  EXPECT_EQ(document["placement"].size(), 7U);
  EXPECT_EQ(document["placement"]["vHost1"], "planetlab-1.cs.princeton.edu");
  EXPECT_LE(document["bound"].get<double>(), document["cost"].get<double>() * (1 + 1e-9));
  for (const auto& [name, cost] : document["baselines"].items()) {
    EXPECT_GE(cost.get<double>(), document["cost"].get<double>() * (1 - 1e-9)) << name;
  }
  EXPECT_TRUE(document["baselines"].contains("given"));
}

TEST_F(Place, WritesAPlanThatSimulateTakes) {
  const std::string plan = (folder() / "plan.yaml").string();
  ASSERT_EQ(violin({"place", figure2_, "-o", plan}).code, 0);
  const Ended placed = violin({"place", figure2_, "--format", "json"});
  const Ended run = violin({"simulate", plan, "--format", "json", "--quiet"});
  ASSERT_EQ(run.code, 0) << run.err;
  const Json hosts = Json::parse(run.out)["hosts"];
  const std::string switch1 = Json::parse(placed.out)["placement"]["vSwitch1"];
  bool found = false;
  for (const Json& host : hosts) {
    found = found || host["name"] == switch1;
  }
  EXPECT_TRUE(found) << switch1;
}

TEST_F(Place, VerifiesItsPlanInSimulation) {
  const Ended ended = violin({"place", figure2_, "--verify", "--format", "json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  const Json verification = Json::parse(ended.out)["verification"];
  EXPECT_EQ(verification["agrees"], true);
  EXPECT_GT(verification["comparisons"].size(), 10U);
}

TEST_F(Place, TakesAnObjectiveFromTheCommandLine) {
  const Ended ended =
      violin({"place", figure2_, "--objective", "stretch=3,delay=1", "--format", "json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json document = Json::parse(ended.out);
  EXPECT_NEAR(
      document["cost"].get<double>(),
      3 * document["terms"]["stretch"].get<double>() + document["terms"]["delay"].get<double>(),
      1e-9);
  const Ended wrong = violin({"place", figure2_, "--objective", "speed=1"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("'speed=1' is not term=weight"));
}

TEST_F(Place, RanksByWhatTheApplicationsGetInSimulation) {
  const Ended ended = violin({"place", figure2_, "--simulate", "2", "--rank-by", "p99", "--against",
                              "single-host", "--format", "json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json simulated = Json::parse(ended.out)["simulated"];
  ASSERT_EQ(simulated.size(), 3U);  // this, the given one, the best single host
  double last = 0;
  for (const Json& row : simulated) {
    EXPECT_GE(row["delay_p99_s"]["mean"].get<double>(), last);
    last = row["delay_p99_s"]["mean"];
    EXPECT_GT(row["goodput_bps"]["mean"].get<double>(), 0);
  }
}

TEST_F(Place, ComparesNothingThatIsOfAnotherNetwork) {
  // A relay is one entity more than the given placement has.
  const std::string file = make("s.yaml", R"(duration: 1s
substrate:
  pairs: {default_rtt: 2ms, rtts: [{between: [h1, h2], rtt: 100ms}]}
  hosts: [{name: h1}, {name: h2}, {name: h3}]
violins:
  - name: v
    vswitches: [{name: s, host: h1}]
    vhosts:
      - {name: a, host: h1, nics: [{address: 10.0.0.1/24, to: s}]}
      - {name: b, host: h2, nics: [{address: 10.0.0.2/24, to: s}]}
traffic: [{name: f, from: a, to: b, cbr: {rate: 1Mbit/s}}]
planning: {rules: [{entities: [s], hosts: [h1, h2]}]}
)")
                               .string();
  const Ended ended = violin({"place", file, "--relay", "--format", "json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(Json::parse(ended.out)["placement"].contains("relay1"));
  EXPECT_FALSE(Json::parse(ended.out)["baselines"].contains("given"));
}

TEST_F(Place, EndsWithFourWhereNothingFits) {
  const std::string file = make("s.yaml", R"(duration: 1s
substrate: {pairs: {default_rtt: 10ms}, hosts: [{name: h1, memory: 1MiB}, {name: h2}]}
violins:
  - name: v
    vswitches: [{name: s, memory: 2MiB}]
    vhosts: [{name: a, host: h1, nics: [{address: 10.0.0.1/24, to: s}]}]
planning: {rules: [{entities: [s], hosts: [h1]}]}
)")
                               .string();
  const Ended ended = violin({"place", file});
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.err, HasSubstr("host 'h1'"));
  EXPECT_THAT(ended.err, HasSubstr("'s' may only be on h1"));
  EXPECT_THAT(ended.out, IsEmpty());
}

TEST_F(Place, EndsWithThreeForAScenarioThatIsWrong) {
  const std::string file = make("s.yaml", "duration: 1s\n").string();
  EXPECT_EQ(violin({"place", file}).code, 3);
}

}  // namespace
}  // namespace violin
