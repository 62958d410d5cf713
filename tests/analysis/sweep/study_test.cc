#include "analysis/sweep/study.h"

#include "tests/analysis/sweep/studying.h"

namespace violin::sweep {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Study, WritesOutPatternsOfHosts) {
  const Study study = study_of({"entity.s.host=h4,h*"});
  EXPECT_THAT(study.axes()[0].variation.values, ElementsAre("h4", "h1", "h2", "h3"));
  EXPECT_EQ(study.axes()[0].given, "h2");
  EXPECT_FALSE(study.axes()[0].moves_pinned);
}

TEST(Study, PatternsKeepToWhatRulesAllow) {
  const Study study = study_of({"entity.s.host=*"}, {}, {},
                               kLine + "planning: {rules: [{entities: [s], hosts: [h2, h4]}]}\n");
  EXPECT_THAT(study.axes()[0].variation.values, ElementsAre("h2", "h4"));
}

TEST(Study, KnowsWhatTheScenarioHas) {
  const Study study = study_of(
      {"substrate.scale=2", "demand.scale=3", "weight.network=0", "weight.delay=1", "seed=9"});
  EXPECT_THAT(study.values({std::nullopt, std::nullopt, std::nullopt, std::nullopt, std::nullopt}),
              ElementsAre("1", "1", "1", "0", "5"));
  EXPECT_THAT(study.values({0, 0, 0, 0, 0}), ElementsAre("2", "3", "0", "1", "9"));
}

TEST(Study, BeginsEntitiesWithoutAHostWhereTheyAreToBe) {
  std::string yaml = kLine;
  yaml.replace(yaml.find("name: s, host: h2"), 17, "name: s");
  EXPECT_THROW(study_of({"entity.a.host=h2"}, {}, {}, yaml), VariationError);
  const Study study = study_of({"entity.s.host=h3,h1"}, {}, {}, yaml);
  EXPECT_EQ(study.axes()[0].given, "h3");
  EXPECT_EQ(outcomes_of(study).size(), 2U);
}

TEST(Study, TellsAnotherStudyByItsIdentity) {
  const std::string identity = study_of({"seed=1..3"}).identity();
  EXPECT_EQ(identity, study_of({"seed=1,2,3"}).identity());
  EXPECT_NE(identity, study_of({"seed=1..4"}).identity());
  EXPECT_NE(identity, study_of({"seed=1..3"}, {.replications = 2}).identity());
  EXPECT_NE(identity, study_of({"seed=1..3"}, {}, {}, kLine + "description: other\n").identity());
}

struct Wrong {
  std::vector<std::string> vary;
  std::string explanation;
};
void PrintTo(const Wrong& w, std::ostream* out) { *out << w.vary.back(); }
class WrongStudy : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongStudy, IsTold) {
  try {
    study_of(GetParam().vary);
    FAIL() << "it was taken";
  } catch (const VariationError& error) {
    EXPECT_THAT(error.what(), HasSubstr(GetParam().explanation));
  }
}

INSTANTIATE_TEST_SUITE_P(Of, WrongStudy,
                         ::testing::Values(Wrong{{"entity.S.host=*"}, "did you mean 's'"},
                                           Wrong{{"entity.s.host=h11"}, "did you mean 'h1'"},
                                           Wrong{{"entity.s.host=x*"}, "matches no host"},
                                           Wrong{{"seed=1", "seed=2"}, "varied twice"},
                                           Wrong{{"substrate.file=x"}, "not those of one file"},
                                           Wrong{{"lan.S.switches=2"},
                                                 "no vSwitch 'S'; did you mean 's'"},
                                           Wrong{{"lan.s.switches=2"}, "have to be placed"}));

}  // namespace
}  // namespace violin::sweep
