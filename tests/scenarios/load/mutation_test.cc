// Whatever is done to a scenario's text, loading it ends with a message or with errors that have
// their place.
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>

#include <fstream>
#include <sstream>

#include "core/random.h"
#include "tests/scenarios/load/loading.h"

namespace violin::scenario {
namespace {

std::string as_text(const std::string& name, InputFormat format) {
  if (format == InputFormat::kYaml) {
    return read_file(example(name));
  }
  const Scenario scenario = load_scenario(example(name)).message;
  std::string text;
  if (format == InputFormat::kJson) {
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    options.add_whitespace = true;
    EXPECT_TRUE(google::protobuf::util::MessageToJsonString(scenario, &text, options).ok());
  } else {
    google::protobuf::TextFormat::PrintToString(scenario, &text);
  }
  return text;
}

std::size_t below(RandomStream& random, std::size_t bound) { return random() % bound; }

// One of: a byte changed, a part cut out, a part repeated, a part moved.
void mutate(std::string& text, RandomStream& random) {
  const std::size_t at = below(random, text.size());
  const std::size_t length = std::min(1 + below(random, 20), text.size() - at);
  switch (below(random, 4)) {
    case 0:
      text[at] = static_cast<char>(random());
      break;
    case 1:
      text.erase(at, length);
      break;
    case 2:
      text.insert(at, text.substr(below(random, text.size()), length));
      break;
    default:
      const std::string part = text.substr(at, length);
      text.erase(at, length);
      text.insert(text.empty() ? 0 : below(random, text.size()), part);
  }
}

void expect_message_or_places(const std::string& text, InputFormat format, std::uint64_t seed) {
  const auto lines = static_cast<std::uint32_t>(std::ranges::count(text, '\n') + 1);
  try {
    parse_scenario(text, format, "f");
  } catch (const ScenarioError& error) {
    ASSERT_FALSE(error.diagnostics().empty());
    for (const Diagnostic& diagnostic : error.diagnostics()) {
      EXPECT_GE(diagnostic.place.line, 1U) << "seed " << seed << ": " << to_string(diagnostic);
      EXPECT_LE(diagnostic.place.line, lines) << "seed " << seed << ": " << to_string(diagnostic);
      EXPECT_GE(diagnostic.place.column, 1U) << "seed " << seed << ": " << to_string(diagnostic);
      EXPECT_FALSE(diagnostic.message.empty());
    }
  }
}

class MutatedScenario : public ::testing::TestWithParam<InputFormat> {};
TEST_P(MutatedScenario, LoadsOrIsRefusedWithPlaces) {
  for (const std::string& name : example_names()) {
    const std::string original = as_text(name, GetParam());
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      RandomStream random(seed, name);
      std::string text = original;
      const std::size_t mutations = 1 + below(random, 3);
      for (std::size_t i = 0; i < mutations && !text.empty(); ++i) {
        mutate(text, random);
      }
      expect_message_or_places(text, GetParam(), seed);
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Formats, MutatedScenario,
                         ::testing::Values(InputFormat::kYaml, InputFormat::kJson,
                                           InputFormat::kTextproto));

}  // namespace
}  // namespace violin::scenario
