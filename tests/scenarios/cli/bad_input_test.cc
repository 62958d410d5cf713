// What a scenario and its data can be wrong in: a clear error with its place, exit code 3, nothing
// on stdout, and no folder.
#include "tests/scenarios/cli/program.h"

namespace violin {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

struct Case {
  std::string name;
  std::string scenario;     // in bad.yaml
  std::string place;        // with which stderr begins: file, line, column
  std::string explanation;  // in stderr
  std::string data = {};    // in data.txt, which the scenario may name
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

// A scenario of one VIOLIN between hosts h1 and h2, whose lines begin after the seventh.
std::string with_violin(const std::string& lines) {
  return R"(duration: 10s
substrate:
  pairs: {default_rtt: 10ms}
  hosts: [{name: h1}, {name: h2}]
violins:
  - name: v
    vswitches: [{name: s, host: h1, subnets: [10.0.0.0/24]}]
)" + lines;
}

// A scenario whose second line is its substrate.
std::string with_substrate(const std::string& substrate) {
  return "duration: 10s\nsubstrate: {" + substrate + "}\nviolins: [{name: v}]\n";
}

class BadInput : public CommandLine, public ::testing::WithParamInterface<Case> {};

TEST_P(BadInput, IsToldWithItsPlaceAndLeavesNothing) {
  const Case& c = GetParam();
  make("data.txt", c.data);
  const fs::path file = make("bad.yaml", c.scenario);
  const Ended ended = violin({"simulate", file.string(), "--out", (folder() / "out").string()});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.out, IsEmpty());
  EXPECT_THAT(ended.err, StartsWith((folder() / c.place).string() + ": "));
  EXPECT_THAT(ended.err, HasSubstr(c.explanation));
  EXPECT_FALSE(fs::exists(folder() / "out"));
  EXPECT_FALSE(fs::exists(folder() / "out.partial"));
  EXPECT_EQ(violin({"validate", file.string()}).code, 3);
}

INSTANTIATE_TEST_SUITE_P(
    Data, BadInput,
    ::testing::Values(Case{"truncated_matrix", with_substrate("rtt_matrix: data.txt"),
                           "data.txt:3:4", "truncated", "0 1 2\n1 0 3\n2 3\n"},
                      Case{"non_square_matrix", with_substrate("rtt_matrix: data.txt"),
                           "data.txt:3:1", "not square", "0 1 2\n1 0 3\n"},
                      Case{"matrix_of_words", with_substrate("rtt_matrix: data.txt"),
                           "data.txt:2:1", "many", "0 1\nmany 0\n"},
                      Case{"negative_rtt", with_substrate("rtt_matrix: data.txt"), "data.txt:2:1",
                           "-1", "0 1\n-1 0\n"},
                      Case{"empty_matrix", with_substrate("rtt_matrix: data.txt"), "data.txt", "",
                           ""},
                      Case{"absent_matrix", with_substrate("rtt_matrix: absent.txt"), "absent.txt",
                           "No such file or directory"},
                      Case{"names_in_invalid_utf8",
                           with_substrate("rtt_matrix: {file: data.txt, names_file: data.txt}"),
                           "data.txt:1:1", "UTF-8", "\xff\xfe\n"},
                      Case{"graphml_cycle_without_coordinates", with_substrate("graphml: data.txt"),
                           "data.txt:6:6", "coordinates",
                           R"(<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key attr.name="Latitude" attr.type="double" for="node" id="d1"/>
  <key attr.name="Longitude" attr.type="double" for="node" id="d2"/>
  <key attr.name="label" attr.type="string" for="node" id="d3"/>
  <graph edgedefault="undirected">
    <node id="0"><data key="d3">A</data></node>
    <node id="1"><data key="d3">B</data></node>
    <node id="2"><data key="d3">C</data></node>
    <edge source="0" target="1"/>
    <edge source="1" target="2"/>
    <edge source="2" target="0"/>
  </graph>
</graphml>
)"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Network, BadInput,
    ::testing::Values(
        Case{"address_outside_its_subnet",
             with_violin(
                 "    vhosts: [{name: a, host: h1, nics: [{address: 10.0.9.1/24, to: s}]}]\n"),
             "bad.yaml:8:51", "10.0.9.1"},
        Case{"two_vnics_with_one_address",
             with_violin("    vhosts:\n"
                         "      - {name: a, host: h1, nics: [{address: 10.0.0.1/24, to: s}]}\n"
                         "      - {name: b, host: h1, nics: [{address: 10.0.0.1/24, to: s}]}\n"),
             "bad.yaml:10:46", "10.0.0.1"},
        Case{"unknown_host",
             with_violin("    vhosts: [{name: a, host: h22, nics: [{address: 10.0.0.1/24}]}]\n"),
             "bad.yaml:8:30", "did you mean 'h2'?"},
        Case{"route_loop",
             with_violin("    routing: static\n"
                         "    vrouters:\n"
                         "      - {name: r1, host: h1, nics: [{address: 10.0.0.1/24, to: s}], "
                         "routes: [{to: 10.9.0.0/16, via: 10.0.0.2}]}\n"
                         "      - {name: r2, host: h2, nics: [{address: 10.0.0.2/24, to: s}], "
                         "routes: [{to: 10.9.0.0/16, via: 10.0.0.1}]}\n"),
             "bad.yaml:10:78", "r1 -> r2 -> r1"},
        Case{
            "a_flow_to_nobody",
            with_violin("    vhosts: [{name: a, host: h1, nics: [{address: 10.0.0.1/24, to: s}]}]\n"
                        "traffic: [{name: f, from: a, to: bb, ping: {}}]\n"),
            "bad.yaml:9:34", "bb"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Quantities, BadInput,
    ::testing::Values(
        Case{"rate_of_zero", with_violin("    default_link: {rate: 0bit/s}\n"), "bad.yaml:8:26",
             "0bit/s"},
        Case{"absurd_rate", with_violin("    default_link: {rate: 1e30Gbit/s}\n"), "bad.yaml:8:26",
             "1e30"},
        Case{"negative_delay", with_violin("    default_link: {delay: -5ms}\n"), "bad.yaml:8:27",
             "-5ms"},
        Case{"bare_number", with_violin("    default_link: {delay: 5}\n"), "bad.yaml:8:27", "unit"},
        Case{"probability_above_one", with_violin("    default_link: {loss: 150%}\n"),
             "bad.yaml:8:26", "150%"},
        Case{"absurd_duration",
             "duration: 1000000000000000000000000000000s\nsubstrate: {pairs: {default_rtt: 1ms}, "
             "hosts: [{name: h}]}\nviolins: [{name: v}]\n",
             "bad.yaml:1:11", "1000000000000000000000000000000s"},
        Case{"duration_of_zero",
             "duration: 0s\nsubstrate: {pairs: {default_rtt: 1ms}, hosts: [{name: h}]}\n"
             "violins: [{name: v}]\n",
             "bad.yaml:1:11", "0s"},
        Case{"not_a_number_of_latitude",
             with_substrate("coordinates: {}, hosts: [{name: h, latitude: .nan, longitude: 0}]"),
             "bad.yaml:2:58", "latitude"},
        Case{"infinite_scale", with_violin("timeline: [{at: 1s, set_substrate: {scale: .inf}}]\n"),
             "bad.yaml:8:44", "scale"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Text, BadInput,
    ::testing::Values(Case{"invalid_utf8", "duration: 10s\nname: \"\xff\"\n", "bad.yaml:2:8",
                           "UTF-8"},
                      Case{"nothing", "", "bad.yaml", "empty"},
                      Case{"no_yaml", "duration: [10s\n", "bad.yaml:2:1", "well-formed"},
                      Case{"aliases_that_explode",
                           "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
                           "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d "
                           "[*c,*c,*c,*c,*c,*c,*c,*c,*c]\nduration: 1s\n",
                           "bad.yaml:1:1", "unknown field"}),
    [](const auto& test) { return test.param.name; });

TEST_F(CommandLine, AScenarioOfTwoGigabytesIsRefusedByItsSize) {
  const fs::path file = make("huge.yaml", "");
  fs::resize_file(file, 2ULL << 30);  // sparse: nothing is written
  const Ended ended = violin({"simulate", file.string(), "--out", (folder() / "out").string()});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, StartsWith(file.string() + ": larger than"));
  EXPECT_FALSE(fs::exists(folder() / "out"));
}

TEST_F(CommandLine, AMatrixOfTwoGigabytesIsRefusedByItsSize) {
  const fs::path data = make("data.txt", "");
  fs::resize_file(data, 2ULL << 30);
  const fs::path file = make("x.yaml", with_substrate("rtt_matrix: data.txt"));
  const Ended ended = violin({"simulate", file.string()});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, StartsWith(data.string() + ": "));
}

TEST_F(CommandLine, EveryErrorOfAFileIsToldAtOnce) {
  const fs::path file =
      make("bad.yaml", with_violin("    default_link: {rate: 0bit/s, delay: -5ms}\n"
                                   "    vhosts: [{name: a, host: h22, colour: red}]\n"));
  const Ended ended = violin({"simulate", file.string()});
  EXPECT_EQ(ended.code, 3);
  for (const char* what : {"bad.yaml:8:26", "bad.yaml:8:41", "bad.yaml:9:"}) {
    EXPECT_THAT(ended.err, HasSubstr(what));
  }
}

TEST_F(CommandLine, AFileThatIsAbsentIsNamed) {
  const Ended ended = violin({"simulate", (folder() / "absent.yaml").string()});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, StartsWith((folder() / "absent.yaml").string() + ": cannot be read"));
}

}  // namespace
}  // namespace violin
