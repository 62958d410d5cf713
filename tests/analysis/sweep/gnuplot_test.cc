// Drawings, as gnuplot makes them. Skipped where it is not installed.
#include "analysis/sweep/gnuplot.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "analysis/sweep/curves.h"
#include "analysis/sweep/placement_map.h"
#include "tests/analysis/sweep/studying.h"

namespace violin::sweep {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Drawings : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("gnuplot --version >/dev/null 2>&1") != 0) {
      GTEST_SKIP() << "gnuplot is not installed (Debian: gnuplot-nox)";
    }
  }
  std::string svg_of(const Drawing& drawing) const {
    EXPECT_THAT(draw({drawing}, folder_.path()), IsEmpty())
        << text_of(folder_.path() / (drawing.name + ".log"));
    std::string svg = text_of(folder_.path() / (drawing.name + ".svg"));
    EXPECT_THAT(svg, AllOf(HasSubstr("<svg"), HasSubstr("</svg>")));
    return svg;
  }
  TemporaryFolder folder_;
};

TEST_F(Drawings, OfAParetoFrontHaveItsPointsAndNames) {
  const auto outcomes = outcomes_of(study_of({"entity.s.host=*", "entity.a.host=*"}));
  const auto drawing =
      pareto_front(outcomes, placement::Term::kNetwork, placement::Term::kWorstStretch);
  EXPECT_THAT(svg_of(drawing.value()),
              AllOf(HasSubstr("Pareto front of 16 alternatives"), HasSubstr("worst stretch")));
}

TEST_F(Drawings, OfCurvesHaveTheBestAtEachValue) {
  const Study study =
      study_of({"substrate.scale=1,2,4", "entity.s.host=h1,h3"}, {.replications = 2});
  const auto outcomes = outcomes_of(study);
  EXPECT_THAT(svg_of(curve(study, outcomes, 0, RankBy::kCost).value()),
              HasSubstr("cost against substrate.scale"));
  EXPECT_THAT(svg_of(curve(study, outcomes, 0, RankBy::kGoodput).value()), HasSubstr("95 %"));
  const Study single = study_of({"seed=4"});
  EXPECT_FALSE(curve(single, outcomes_of(single), 0, RankBy::kCost));
}

TEST_F(Drawings, OfMapsNameTheEntities) {
  const Study study = study_of({"entity.s.host=h3"});
  Evaluator evaluator(study);
  const std::string svg = svg_of(placement_map(evaluator.realise(0), "a 'line' of_hosts"));
  EXPECT_THAT(svg, AllOf(HasSubstr("multidimensional scaling"), HasSubstr("s, c"),
                         HasSubstr("of_hosts"), HasSubstr("vSwitch")));
}

TEST_F(Drawings, OfHostsWithCoordinatesNeedNoScaling) {
  const Study study(load_example("figure2"), {}, {}, {});
  Evaluator evaluator(study);
  EXPECT_THAT(svg_of(placement_map(evaluator.realise(0), "figure2")),
              AllOf(HasSubstr("longitude"), HasSubstr("vRouter1")));
}

TEST(Gnuplot, KeepsScriptsThatItCannotRun) {
  TemporaryFolder folder;
  EXPECT_THAT(draw({{"wrong", "plot it if you can\n", "1 2\n"}}, folder.path()),
              ::testing::ElementsAre("wrong"));
  EXPECT_THAT(text_of(folder.path() / "wrong.gp"), HasSubstr("plot it if you can"));
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "wrong.log"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "wrong.svg"));
}

}  // namespace
}  // namespace violin::sweep
