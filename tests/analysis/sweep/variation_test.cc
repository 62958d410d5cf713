#include "analysis/sweep/variation.h"

namespace violin::sweep {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Variation, NamesWhatIsVaried) {
  const Variation host = parse_variation("entity.red/vSwitch1.host=a,b*");
  EXPECT_EQ(host.subject, Subject::kHost);
  EXPECT_EQ(host.name, "red/vSwitch1");
  EXPECT_THAT(host.values, ElementsAre("a", "b*"));
  EXPECT_EQ(parse_variation("lan.lan1.switches=2").name, "lan1");
  EXPECT_EQ(parse_variation("substrate.scale=2").subject, Subject::kScale);
  EXPECT_EQ(parse_variation("substrate.file=a=b.txt").values.front(), "a=b.txt");
  EXPECT_EQ(parse_variation("weight.worst_delay=1").name, "worst_delay");
}

struct Range {
  std::string text;
  std::vector<std::string> values;
};
void PrintTo(const Range& r, std::ostream* out) { *out << r.text; }
class Ranges : public ::testing::TestWithParam<Range> {};

TEST_P(Ranges, AreWrittenOut) {
  EXPECT_EQ(parse_variation(GetParam().text).values, GetParam().values);
}

INSTANTIATE_TEST_SUITE_P(Of, Ranges,
                         ::testing::Values(Range{"seed=1..4", {"1", "2", "3", "4"}},
                                           Range{"seed=4294967296", {"4294967296"}},
                                           Range{"lan.x.switches=1..5:2,2", {"1", "3", "5", "2"}},
                                           Range{"substrate.scale=0.1..0.4:0.1",
                                                 {"0.1", "0.2", "0.3", "0.4"}},
                                           Range{"demand.scale=1,2,1,2.50", {"1", "2", "2.5"}},
                                           Range{"weight.delay=0..1:0.4", {"0", "0.4", "0.8"}},
                                           Range{"weight.delay=3..3", {"3"}}));

struct Wrong {
  std::string text;
  std::string explanation;
};
void PrintTo(const Wrong& w, std::ostream* out) { *out << w.text; }
class WrongVariation : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongVariation, IsToldWithWhatWasExpected) {
  try {
    parse_variation(GetParam().text);
    FAIL() << "it was taken";
  } catch (const VariationError& error) {
    EXPECT_THAT(error.what(), HasSubstr(GetParam().explanation));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Of, WrongVariation,
    ::testing::Values(Wrong{"seed", "KEY=VALUES"}, Wrong{"seed=", "empty value"},
                      Wrong{"seed=1,,2", "empty value"}, Wrong{"sed=1", "did you mean 'seed'"},
                      Wrong{"entity.vSwitch1.hosts=*", "did you mean 'entity.vSwitch1.host'"},
                      Wrong{"entity..host=*", "nothing is called"},
                      Wrong{"lan.lan1.switch=2", "did you mean 'lan.lan1.switches'"},
                      Wrong{"substrat.scale=2", "did you mean 'substrate.scale'"},
                      Wrong{"weight.netwrk=1", "did you mean 'weight.network'"},
                      Wrong{"quite.another=1", "there are entity.<name>.host"},
                      Wrong{"seed=1.5", "whole numbers"}, Wrong{"seed=-1", "from 0 to"},
                      Wrong{"seed=x", "whole numbers"},
                      Wrong{"lan.x.switches=0..3", "from 1 to 64"},
                      Wrong{"substrate.scale=0", "from 0.001 to 1000"},
                      Wrong{"demand.scale=inf", "numbers"}, Wrong{"weight.delay=2..1", "a <= b"},
                      Wrong{"weight.delay=1..2:0", "step > 0"},
                      Wrong{"seed=1..2000000", "too many values"}));

}  // namespace
}  // namespace violin::sweep
