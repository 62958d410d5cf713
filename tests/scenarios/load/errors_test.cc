// Every kind of error, with the exact text that users see.
#include <fmt/format.h>

#include "tests/scenarios/load/loading.h"

namespace violin::scenario {
namespace {

using Lines = std::vector<std::string>;

// In a scenario that is good but for the part given.
std::string with(const std::string& part) {
  return "{duration: 1s, substrate: {rtt_matrix: m}, violins: [{name: v}],\n" + part + "}";
}
std::string with_link(const std::string& link) {
  return "{duration: 1s, substrate: {rtt_matrix: m},\nviolins: [{name: v, default_link: {" + link +
         "}}]}";
}

struct Case {
  std::string name;
  std::string text;
  Lines errors;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class YamlError : public ::testing::TestWithParam<Case> {};
TEST_P(YamlError, TellsPlacePathAndWhatWasExpected) {
  EXPECT_EQ(load_errors(GetParam().text), GetParam().errors);
}

INSTANTIATE_TEST_SUITE_P(
    Fields, YamlError,
    ::testing::Values(
        Case{"a good scenario", with("seed: 7"), {}},
        Case{"empty file", "", {"f: the file is empty; expected a scenario"}},
        Case{"a scalar",
             "hello",
             {"f:1:1: expected a mapping with name, description, seed, duration, substrate, "
              "violins, traffic, timeline, captures, planning, plan, got 'hello'"}},
        Case{"unknown field, near a known one",
             with("sede: 7"),
             {"f:2:1: sede: unknown field; did you mean 'seed'?"}},
        Case{"unknown field, near none",
             with("colour: red"),
             {"f:2:1: colour: unknown field; there are: name, description, seed, duration, "
              "substrate, violins, traffic, timeline, captures, planning, plan"}},
        Case{"given twice",
             with("seed: 1, seed: 2"),
             {"f:2:10: seed: given twice; the first is at line 2"}},
        Case{"missing fields, at the enclosing mapping",
             "violins: [{name: v}]",
             {"f:1:1: duration: is missing; expected a time with its unit, such as 10ms",
              "f:1:1: substrate: is missing; expected a mapping"}},
        Case{"missing in a list's element",
             with("captures: [{nic: a.b},\n  {file: x}]"),
             {"f:3:3: captures[1].nic: is missing; expected a vNIC such as vHost1.eth0"}},
        Case{"two of a oneof",
             "duration: 1s\nsubstrate:\n  rtt_matrix: m\n  sndlib: s\nviolins: [{name: v}]",
             {"f:4:3: substrate.sndlib: cannot be with 'rtt_matrix' (line 3); choose one of: "
              "rtt_matrix, wonder_network, cloud_regions, graphml, sndlib, rocketfuel, "
              "coordinates, pairs, graph"}},
        Case{"none of a oneof",
             with("timeline: [{at: 1s}]"),
             {"f:2:12: timeline[0]: needs one of: add, remove, add_nic, remove_nic, rewire, "
              "migrate, link, fail_host, restore_host, graft_lan, set_substrate, start_traffic, "
              "stop_traffic"}},
        Case{"no value", with("captures:"), {"f:2:1: captures: has no value; expected a list"}},
        Case{"no value of a mapping",
             with("traffic: [{name: t, from: a, to: b, traceroute: }]"),
             {"f:2:37: traffic[0].traceroute: has no value; expected a mapping with max_hops, "
              "probes, timeout, or {} for none of them"}},
        Case{"a mapping where a list belongs",
             with("captures: {nic: a.b}"),
             {"f:2:11: captures: expected a list, got a mapping"}},
        Case{"a list where text belongs",
             with("name: [a]"),
             {"f:2:7: name: expected text, got a list"}},
        Case{"an empty list that needs one",
             "{duration: 1s, substrate: {rtt_matrix: m}, violins: []}",
             {"f:1:53: violins: is empty; expected at least one"}}));

INSTANTIATE_TEST_SUITE_P(
    Values, YamlError,
    ::testing::Values(
        Case{"not a whole number",
             with("seed: 1.5"),
             {"f:2:7: seed: expected a whole number that is not negative, got '1.5'"}},
        Case{"negative",
             with("seed: -1"),
             {"f:2:7: seed: expected a whole number that is not negative, got '-1'"}},
        Case{"beyond 64 bits",
             with("seed: 18446744073709551616"),
             {"f:2:7: seed: expected a whole number that is not negative, got "
              "'18446744073709551616'"}},
        Case{"not a number",
             with("timeline: [{at: 0s, set_substrate: {scale: .nan}}]"),
             {"f:2:44: timeline[0].set_substrate.scale: expected a number, got '.nan'"}},
        Case{"number out of its bounds",
             with("timeline: [{at: 0s, set_substrate: {scale: 1e9}}]"),
             {"f:2:44: timeline[0].set_substrate.scale: '1e9' is too large: at most 1000"}},
        Case{"not a boolean",
             with_link("reorder: yes"),
             {"f:2:45: violins[0].default_link.reorder: expected true or false, got 'yes'"}},
        Case{"unknown enumerator",
             "{duration: 1s, substrate: {rtt_matrix: m},\nviolins: [{name: v, routing: statc}]}",
             {"f:2:30: violins[0].routing: expected one of: auto, static, got 'statc'; did you "
              "mean 'static'?"}},
        Case{"no unit",
             with_link("delay: 10"),
             {"f:2:43: violins[0].default_link.delay: '10' has no unit; expected a time such as "
              "10ms (units: ns us ms s min h)"}},
        Case{"a rate of nothing",
             with_link("rate: 0bit/s"),
             {"f:2:42: violins[0].default_link.rate: '0bit/s' is nothing at all; a bit rate is "
              "more than 0"}},
        Case{"an absurd time",
             with_link("delay: {uniform: {low: 1ms, high: 1e30s}}"),
             {"f:2:70: violins[0].default_link.delay.uniform.high: '1e30s' is absurd: more than "
              "100 years"}},
        Case{"a probability above one",
             with_link("loss: 2"),
             {"f:2:42: violins[0].default_link.loss: '2' is not a probability: they are from 0 to "
              "1, or 0% to 100%"}},
        Case{"a path with another variable",
             "{duration: 1s, substrate: {rtt_matrix: '${HOME}/m'}, violins: [{name: v}]}",
             {"f:1:40: substrate.rtt_matrix: only ${VIOLIN_DATA} is expanded, at the beginning of "
              "a path"}}));

std::string with_nic(const std::string& nic) {
  return "{duration: 1s, substrate: {rtt_matrix: m},\nviolins: [{name: v, vhosts: [{name: h, "
         "nics: [{" +
         nic + "}]}]}]}";
}
const std::string kNic = "violins[0].vhosts[0].nics[0].";

INSTANTIATE_TEST_SUITE_P(
    Addresses, YamlError,
    ::testing::Values(
        Case{"no prefix length",
             with_nic("address: 10.0.1.7"),
             {"f:2:57: " + kNic +
              "address: expected an IPv4 address with the length of its subnet, such as "
              "10.0.1.7/24, got '10.0.1.7'"}},
        Case{"an octet of 256",
             with_nic("address: 10.0.1.256/24"),
             {"f:2:57: " + kNic +
              "address: expected an IPv4 address with the length of its subnet, such as "
              "10.0.1.7/24, got '10.0.1.256/24'"}},
        Case{"a group's MAC",
             with_nic("mac: '01:00:5e:00:00:01'"),
             {"f:2:53: " + kNic + "mac: '01:00:5e:00:00:01' is not the address of one station"}},
        Case{"an MTU below IPv4's least",
             with_nic("mtu: 67B"),
             {"f:2:53: " + kNic + "mtu: '67B' is too small: at least 68B"}},
        Case{"an MTU above jumbo frames",
             with_nic("mtu: 64KiB"),
             {"f:2:53: " + kNic + "mtu: '64KiB' is too large: at most 9000B"}},
        Case{"a name with a space",
             with_nic("name: eth 0"),
             {"f:2:54: " + kNic +
              "name: expected a name of at most 64 letters, digits, '_' and '-', got 'eth 0'"}},
        Case{"a prefix with host bits",
             "{duration: 1s, substrate: {rtt_matrix: m},\nviolins: [{name: v, vswitches: [{name: "
             "s, subnets: [10.0.1.7/24]}]}]}",
             {"f:2:53: violins[0].vswitches[0].subnets[0]: '10.0.1.7/24' has bits set after its "
              "prefix length; the prefix is 10.0.1.0/24"}},
        Case{
            "a capture of an entity",
            with("captures: [{nic: vHost1}]"),
            {"f:2:18: captures[0].nic: expected a vNIC such as vHost1.eth0 or violin1/vHost1.eth0, "
             "got 'vHost1'"}}));

INSTANTIATE_TEST_SUITE_P(
    Syntax, YamlError,
    ::testing::Values(
        Case{"not YAML",
             "a: [b\nc: d\n",
             {"f:2:2: not well-formed YAML: end of sequence flow not found"}},
        Case{"two documents",
             with("") + "\n---\n" + with(""),
             {"f:4:1: a second YAML document; a scenario is one"}},
        Case{"a tag",
             "!!map {name: x}",
             {"f:1:1: tags such as 'tag:yaml.org,2002:map' are not supported; remove it"}},
        Case{"a list as key", "{[a]: b}", {"f:1:2: a key is one word, not a list or a mapping"}},
        Case{"an alias of what is around it",
             "a: &x [*x]",
             {"f:1:8: an alias inside of what it stands for"}},
        Case{"an alias of nothing",
             "a: *x",
             {"f:1:4: not well-formed YAML: the referenced anchor is not defined"}}));

TEST(ScenarioErrors, AreToldAllAtOnceByPlace) {
  const Lines errors = load_errors(
      "durration: 1s\n"
      "substrate: {rtt_matrix: m}\n"
      "violins:\n"
      "  - name: v\n"
      "    default_link: {delay: 10, rate: 10}\n"
      "    vhosts: [{nam: h}]\n"
      "captures: 7\n");
  EXPECT_THAT(errors, ::testing::ElementsAre(
                          "f:1:1: durration: unknown field; did you mean 'duration'?",
                          "f:1:1: duration: is missing; expected a time with its unit, such as "
                          "10ms",
                          "f:5:27: violins[0].default_link.delay: '10' has no unit; expected a "
                          "time such as 10ms (units: ns us ms s min h)",
                          "f:5:37: violins[0].default_link.rate: '10' has no unit; expected a bit "
                          "rate such as 10Mbit/s (units: bit/s kbit/s Mbit/s Gbit/s)",
                          "f:6:14: violins[0].vhosts[0].name: is missing; expected a name",
                          "f:6:15: violins[0].vhosts[0].nam: unknown field; did you mean 'name'?",
                          "f:7:11: captures: expected a list, got '7'"));
}

TEST(ScenarioErrors, BeyondAThousandAreCutOffWithANote) {
  std::string text;
  for (int i = 0; i < 2000; ++i) {
    text += fmt::format("unknown{}: 1\n", i);
  }
  const Lines errors = load_errors(text);
  ASSERT_EQ(errors.size(), 1001U);
  EXPECT_EQ(errors.back(), "f:1:1: there may be more; these are the first 1000 found");
}

// "A billion laughs": ten aliases of ten aliases of ... nine levels deep.
TEST(YamlAliases, ThatExpandToABillionValuesAreRefused) {
  std::string text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int level = 1; level < 10; ++level) {
    text += fmt::format("a{0}: &a{0} [{1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}]\n", level,
                        fmt::format("*a{}", level - 1));
  }
  const Lines errors = load_errors(text);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_THAT(errors[0], ::testing::HasSubstr("more than 4000000 values"));
}

TEST(YamlAliases, StandForWhatTheyName) {
  const LoadedScenario loaded = parse_scenario(
      "{duration: 1s, substrate: {rtt_matrix: m}, violins: [{name: v, default_link: &l {rate: "
      "1Mbit/s}}, {name: w, default_link: *l}]}",
      InputFormat::kYaml, "f");
  EXPECT_EQ(loaded.message.violins(1).default_link().rate(), "1Mbit/s");
}

TEST(Nesting, IsBoundedInEveryFormat) {
  const std::string deep(10'000, '[');
  EXPECT_THAT(load_errors(deep + std::string(10'000, ']')),
              ::testing::ElementsAre("f:1:65: nested more than 64 levels deep"));
  EXPECT_THAT(load_errors(deep, InputFormat::kJson),
              ::testing::ElementsAre("f:1:65: nested more than 64 levels deep"));
  EXPECT_THAT(load_errors("a: " + deep, InputFormat::kTextproto),
              ::testing::ElementsAre("f:1:67: nested more than 64 levels deep"));
}

class JsonError : public ::testing::TestWithParam<Case> {};
TEST_P(JsonError, TellsPlacePathAndWhatWasExpected) {
  EXPECT_EQ(load_errors(GetParam().text, InputFormat::kJson), GetParam().errors);
}

const std::string kJsonHead =
    "{\"duration\": \"1s\", \"substrate\": {\"rtt_matrix\": \"m\"}, \"violins\": [{\"name\": "
    "\"v\"}],\n";
const std::string kJsonSyntax = "not well-formed JSON: syntax error while parsing ";

INSTANTIATE_TEST_SUITE_P(
    Json, JsonError,
    ::testing::Values(
        Case{"a good scenario", kJsonHead + "\"seed\": 7}", {}},
        Case{"unknown field",
             kJsonHead + "\t\"sede\" : 7}",
             {"f:2:2: sede: unknown field; did you mean 'seed'?"}},
        Case{"a key with escaped quotes",
             kJsonHead + "  \"a\\\"\\\\\": 7}",
             {"f:2:3: a\"\\: unknown field; there are: name, description, seed, duration, "
              "substrate, violins, traffic, timeline, captures, planning, plan"}},
        Case{"a bare number",
             kJsonHead + "\"timeline\": [{\"at\": 10, \"remove\": \"a\"}]}",
             {"f:2:21: timeline[0].at: '10' has no unit; expected a time such as 10ms (units: ns "
              "us ms s min h)"}},
        Case{"a number at the end of a line",
             kJsonHead + "\"seed\": -12\n}",
             {"f:2:9: seed: expected a whole number that is not negative, got '-12'"}},
        Case{"null",
             kJsonHead + "\"captures\": null}",
             {"f:2:1: captures: has no value; expected a list"}},
        Case{"true",
             kJsonHead + "\"seed\": true}",
             {"f:2:9: seed: expected a whole number that is not negative, got 'true'"}},
        Case{"given twice",
             kJsonHead + "\"seed\": 1, \"seed\": 2}",
             {"f:2:12: seed: given twice; the first is at line 2"}},
        Case{"a trailing comma",
             kJsonHead + "\"seed\": 1,}",
             {"f:2:11: " + kJsonSyntax + "object key - unexpected '}'; expected string literal"}},
        Case{"a comment",
             "{\n// no\n}",
             {"f:2:1: " + kJsonSyntax +
              "object key - invalid literal; last read: '{<U+000A>/'; expected string literal"}},
        Case{"cut off",
             "{\"a\":\n  ",
             {"f:2:3: " + kJsonSyntax +
              "value - unexpected end of input; expected '[', '{', or a literal"}}));

class TextError : public ::testing::TestWithParam<Case> {};
TEST_P(TextError, TellsPlacePathAndWhatWasExpected) {
  EXPECT_EQ(load_errors(GetParam().text, InputFormat::kTextproto), GetParam().errors);
}

const std::string kTextHead =
    "duration: \"1s\" substrate { rtt_matrix { file: \"m\" } } violins { name: \"v\" }\n";
const std::string kTextSyntax = "not well-formed text format: ";

INSTANTIATE_TEST_SUITE_P(
    Textproto, TextError,
    ::testing::Values(
        Case{"a good scenario", kTextHead + "seed: 7  # lucky", {}},
        Case{"short forms and lists",
             "duration: '1s', substrate: < rtt_matrix: 'm' >; violins: [{name: \"v\"}, "
             "{name: 'w' routing: STATIC}]",
             {}},
        Case{"unknown field, after a tab",
             kTextHead + "\tsede: 7",
             {"f:2:2: sede: unknown field; did you mean 'seed'?"}},
        Case{"given twice",
             kTextHead + "seed: 1\nseed: 2",
             {"f:3:1: seed: given twice; the first is at line 2"}},
        Case{"in the second of a repeated field",
             kTextHead + "violins { nam: \"w\" }",
             {"f:2:9: violins[1].name: is missing; expected a name",
              "f:2:11: violins[1].nam: unknown field; did you mean 'name'?"}},
        Case{"a negative number",
             kTextHead + "seed: - 5",
             {"f:2:7: seed: expected a whole number that is not negative, got '-5'"}},
        Case{"an escape that is not UTF-8",
             kTextHead + "name: \"\\377\"",
             {"f:2:7: name: escapes in this text stand for what is not printable UTF-8"}},
        Case{"no colon",
             kTextHead + "seed 1",
             {"f:2:6: " + kTextSyntax + "expected ':' or '{', got 1"}},
        Case{"no value",
             kTextHead + "seed: }",
             {"f:2:7: " + kTextSyntax + "expected a value, got }"}},
        Case{"cut off",
             "violins {",
             {"f:1:10: " + kTextSyntax + "expected a field's name, got the end of the file"}},
        Case{"an open string",
             "name: \"x\n",
             {"f:1:9: " + kTextSyntax + "String literals cannot cross line boundaries."}},
        Case{"an extension",
             "[violin.x]: 1",
             {"f:1:1: " + kTextSyntax + "expected a field's name, got ["}}));

TEST(Locations, KnowEveryWrittenField) {
  const LoadedScenario loaded = load_scenario(example("ring"));
  const Place second_nic = loaded.locations.of("violins[0].vrouters[1].nics[1]");
  EXPECT_EQ(loaded.locations.of("violins[0].vrouters[1].nics[1].mac"), second_nic);
  const Place address = loaded.locations.of("violins[0].vrouters[1].nics[1].address");
  EXPECT_EQ(address.line, second_nic.line);
  EXPECT_GT(address.column, second_nic.column);
}

}  // namespace
}  // namespace violin::scenario
