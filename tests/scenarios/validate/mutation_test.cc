// Words of the examples in each other's places: scenarios that load, and mean something else. Each
// is validated to the end, and every problem has its place.
#include <algorithm>

#include "core/random.h"
#include "scenarios/validate/validate.h"
#include "tests/scenarios/load/loading.h"

namespace violin::scenario {
namespace {

struct Word {
  std::size_t begin;
  std::size_t length;
};

std::vector<Word> words_of(const std::string& text) {
  constexpr const char* kBetween = " \n,:[]{}\"#";
  std::vector<Word> words;
  for (std::size_t at = text.find_first_not_of(kBetween); at != std::string::npos;) {
    const std::size_t end = std::min(text.find_first_of(kBetween, at), text.size());
    words.push_back({at, end - at});
    at = text.find_first_not_of(kBetween, end);
  }
  return words;
}

class SwappedWords : public ::testing::TestWithParam<std::string> {};
TEST_P(SwappedWords, AreValidatedToTheEnd) {
  const std::string original = read_file(example(GetParam()));
  const std::vector<Word> words = words_of(original);
  int loaded = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    RandomStream random(seed, GetParam());
    const Word to = words[random() % words.size()];
    const Word from = words[random() % words.size()];
    std::string text = original;
    text.replace(to.begin, to.length, original.substr(from.begin, from.length));
    try {
      const LoadedScenario scenario = parse_scenario(text, InputFormat::kYaml, "f");
      ++loaded;
      for (const Diagnostic& diagnostic : validate(scenario)) {
        EXPECT_GE(diagnostic.place.line, 1U) << "seed " << seed << ": " << to_string(diagnostic);
        EXPECT_FALSE(diagnostic.path.empty()) << "seed " << seed << ": " << to_string(diagnostic);
      }
    } catch (const ScenarioError&) {
      continue;  // it does not even load
    }
  }
  EXPECT_GT(loaded, 0);
}
INSTANTIATE_TEST_SUITE_P(Examples, SwappedWords, ::testing::ValuesIn(example_names()),
                         [](const auto& name) { return name.param; });

}  // namespace
}  // namespace violin::scenario
