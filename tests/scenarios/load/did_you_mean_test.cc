#include "scenarios/load/did_you_mean.h"

namespace violin::scenario {
namespace {

TEST(EditDistance, CountsEachKindOfSlipAsOne) {
  EXPECT_EQ(edit_distance("delay", "delay"), 0U);
  EXPECT_EQ(edit_distance("dely", "delay"), 1U);
  EXPECT_EQ(edit_distance("delaay", "delay"), 1U);
  EXPECT_EQ(edit_distance("deley", "delay"), 1U);
  EXPECT_EQ(edit_distance("dealy", "delay"), 1U);
}

// The textbook pairs.
TEST(EditDistance, AgreesWithKnownDistances) {
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("saturday", "sunday"), 3U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("ca", "abc"), 3U);  // optimal string alignment, not full Damerau
}

TEST(DidYouMean, OffersTheNearest) {
  const std::vector<std::string> known = {"duration", "description", "delay"};
  EXPECT_EQ(did_you_mean("duraton", known), "; did you mean 'duration'?");
  EXPECT_EQ(did_you_mean("dealy", known), "; did you mean 'delay'?");
}

TEST(DidYouMean, TakesUpperAndLowerCaseAsAlike) {
  const std::vector<std::string> known = {"vHost1", "vRouter1"};
  EXPECT_EQ(did_you_mean("VHOST1", known), "; did you mean 'vHost1'?");
}

TEST(DidYouMean, OffersNoOtherLetterForOneLetter) {
  const std::vector<std::string> known = {"a", "b"};
  EXPECT_EQ(did_you_mean("c", known), "");
  EXPECT_EQ(did_you_mean("A", known), "; did you mean 'a'?");
}

TEST(DidYouMean, OffersNothingThatIsFarOff) {
  const std::vector<std::string> known = {"duration", "description"};
  EXPECT_EQ(did_you_mean("hosts", known), "");
  EXPECT_EQ(did_you_mean(std::string(100'000, 'x'), known), "");
}

}  // namespace
}  // namespace violin::scenario
