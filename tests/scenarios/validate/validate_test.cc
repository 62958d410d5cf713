// Each rule with the exact text that users see.
#include "scenarios/validate/validate.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "scenarios/load/paths.h"
#include "tests/scenarios/load/loading.h"

namespace violin::scenario {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Lines = std::vector<std::string>;

// Two lines, so what follows begins on the third.
constexpr const char* kHead =
    "duration: 10s\nsubstrate: {pairs: {default_rtt: 10ms}, hosts: [{name: ams}, {name: ber}]}\n";

// What is written at a place, up to where the value ends.
std::string written_at(const std::string& text, Place place) {
  std::istringstream stream(text);
  std::string line;
  for (std::uint32_t i = 0; i < place.line; ++i) {
    std::getline(stream, line);
  }
  const std::string rest = line.substr(std::min<std::size_t>(place.column - 1, line.size()));
  return rest.substr(0, std::max<std::size_t>(1, rest.find_first_of(",}] :")));
}

// "line `what is written there`: path: message": the place is right if what is told about is there.
Lines problems(const std::string& text,
               const std::optional<Lines>& substrate_hosts = std::nullopt) {
  Lines lines;
  try {
    for (const Diagnostic& diagnostic :
         validate(parse_scenario(text, InputFormat::kYaml, "f", "/"), substrate_hosts)) {
      const Place place = diagnostic.place;
      const std::string all = to_string(diagnostic);
      const std::string prefix =
          "f:" + std::to_string(place.line) + ":" + std::to_string(place.column) + ": ";
      EXPECT_EQ(all.substr(0, prefix.size()), prefix);
      lines.push_back(std::to_string(place.line) + " `" + written_at(text, place) +
                      "`: " + all.substr(prefix.size()));
    }
  } catch (const ScenarioError& error) {
    lines.push_back(std::string("not loaded: ") + error.what());
  }
  return lines;
}
Lines problems_of(const std::string& violins, const std::string& rest = "") {
  return problems(kHead + violins + rest);
}

// Two vHosts on a vSwitch, with a vRouter to a third.
constexpr const char* kNetwork = R"(violins:
  - name: v
    vswitches:
      - {name: sw, host: ams, subnets: [10.0.1.0/24]}
    vrouters:
      - name: r
        host: ams
        nics:
          - {address: 10.0.1.1/24, to: sw}
          - {address: 10.0.2.1/24, to: c.eth0}
    vhosts:
      - {name: a, host: ams, nics: [{address: 10.0.1.2/24, to: sw}]}
      - {name: b, host: ber, nics: [{address: 10.0.1.3/24, to: sw}]}
      - {name: c, host: ber, nics: [{address: 10.0.2.2/24}]}
)";
// kHead and kNetwork have 16 lines.

TEST(Validation, FindsNothingWrongWithAGoodScenario) {
  EXPECT_THAT(problems_of(kNetwork), IsEmpty());
}

class Example : public ::testing::TestWithParam<std::string> {};
TEST_P(Example, IsValid) {
  const LoadedScenario loaded = load_scenario(example(GetParam()));
  if (loaded.message.substrate().has_rtt_matrix() && data_directory(loaded.directory).empty()) {
    GTEST_SKIP() << "needs the shared data (VIOLIN_DATA)";
  }
  EXPECT_THAT(validate(loaded), IsEmpty());
}
INSTANTIATE_TEST_SUITE_P(Examples, Example, ::testing::ValuesIn(example_names()),
                         [](const auto& name) { return name.param; });

struct Case {
  std::string name;
  std::string text;  // after kHead
  Lines problems;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class Rule : public ::testing::TestWithParam<Case> {};
TEST_P(Rule, IsToldWithPlaceAndRemedy) {
  EXPECT_EQ(problems_of(GetParam().text), GetParam().problems);
}

std::string violin(const std::string& content) { return "violins:\n  - name: v\n" + content; }

INSTANTIATE_TEST_SUITE_P(
    Names, Rule,
    ::testing::Values(
        Case{"two VIOLINs of one name",
             "violins:\n- {name: v}\n- {name: v}\n",
             {"5 `v`: violins[1].name: there is a VIOLIN 'v' before this one; choose another "
              "name"}},
        Case{"two entities of one name",
             violin("    vswitches: [{name: x, host: ams}]\n"
                    "    vrouters: [{name: x, host: ams}]\n"),
             {"6 `x`: violins[0].vrouters[0].name: VIOLIN 'v' has a vSwitch 'x' already; choose "
              "another name"}},
        Case{
            "two vNICs of one name",
            violin("    vhosts:\n    - name: a\n      host: ams\n      nics:\n"
                   "      - {name: e, address: 10.0.0.1/24}\n"
                   "      - {name: e, address: 10.0.1.1/24}\n"),
            {"9 `{name`: warning: violins[0].vhosts[0].nics[0]: 'a.e' has no cable; say where it "
             "leads, with 'to'",
             "10 `{name`: violins[0].vhosts[0].nics[1]: 'a' has a vNIC 'e' already; choose another "
             "name"}},
        Case{"a vHost named as a group's",
             violin("    vswitches: [{name: s, host: ams}]\n"
                    "    vhosts: [{name: g3, host: ams}]\n"
                    "    vhost_groups: [{name: g, count: 3, to: s, subnet: 10.0.0.0/24}]\n"),
             {"7 `g`: violins[0].vhost_groups[0].name: its vHosts are named g1 to g3, and there "
              "is a vHost 'g3'"}},
        Case{"two groups with names in common",
             violin("    vswitches: [{name: s, host: ams, subnets: [10.0.0.0/24, 10.0.1.0/24]}]\n"
                    "    vhost_groups:\n"
                    "    - {name: g, count: 11, to: s, subnet: 10.0.0.0/24}\n"
                    "    - {name: g1, count: 1, to: s, subnet: 10.0.1.0/24}\n"),
             {"8 `g1`: violins[0].vhost_groups[1].name: its vHosts and those of group 'g' have "
              "names in common; choose another"}}));

INSTANTIATE_TEST_SUITE_P(
    Hosts, Rule,
    ::testing::Values(
        Case{
            "an unknown host",
            violin("    vswitches: [{name: s, host: amz}]\n"),
            {"5 `amz`: violins[0].vswitches[0].host: the substrate has no host 'amz'; did you mean "
             "'ams'?"}},
        Case{"no host",
             violin("    vswitches: [{name: s}]\n"),
             {"5 `{name`: violins[0].vswitches[0]: has no overlay host; say on which one it runs, "
              "with 'host', or let `violin place` find one"}},
        Case{
            "an unknown VIOLIN as substrate",
            "violins:\n- {name: lower}\n- {name: upper, substrate: lover}\n",
            {"5 `lover`: violins[1].substrate: there is no VIOLIN 'lover'; did you mean 'lower'?"}},
        Case{"VIOLINs that carry each other",
             "violins:\n- {name: x, substrate: y}\n- {name: y, substrate: x}\n",
             {"4 `y`: violins[0].substrate: VIOLINs carry each other in a circle: x -> y -> x; "
              "one of them must be on the substrate",
              "5 `x`: violins[1].substrate: VIOLINs carry each other in a circle: y -> x -> y; "
              "one of them must be on the substrate"}},
        Case{
            "a host that the VIOLIN below does not have",
            "violins:\n- {name: x, vhosts: [{name: left, host: ams}]}\n"
            "- {name: y, substrate: x, vhosts: [{name: h, host: lefd}]}\n",
            {"5 `lefd`: violins[1].vhosts[0].host: VIOLIN 'x', its substrate, has no vHost 'lefd'; "
             "did you mean 'left'?"}}));

// The lines of `nics` begin on line 9.
std::string two_on_a_switch(const std::string& a, const std::string& b,
                            const std::string& subnets = "") {
  return violin("    vswitches: [{name: s, host: ams" +
                (subnets.empty() ? "" : ", subnets: " + subnets) +
                "}]\n    vhosts:\n"
                "    - {name: a, host: ams, nics: [\n{to: s, " +
                a +
                "}]}\n"
                "    - {name: b, host: ams, nics: [\n{to: s, " +
                b + "}]}\n");
}

INSTANTIATE_TEST_SUITE_P(
    Addresses, Rule,
    ::testing::Values(
        Case{"twice the same",
             two_on_a_switch("address: 10.0.0.1/24", "address: 10.0.0.1/24"),
             {"10 `10.0.0.1/24`: violins[0].vhosts[1].nics[0].address: 10.0.0.1 is also the "
              "address of "
              "a.eth0; each vNIC of a VIOLIN has its own"}},
        Case{"twice the same MAC",
             two_on_a_switch("address: 10.0.0.1/24, mac: 02:00:00:00:00:0a",
                             "address: 10.0.0.2/24, mac: 02-00-00-00-00-0A"),
             {"10 `02-00-00-00-00-0A`: violins[0].vhosts[1].nics[0].mac: '02-00-00-00-00-0A' is "
              "also the MAC "
              "address of a.eth0"}},
        Case{"outside of the declared subnet",
             two_on_a_switch("address: 10.0.0.1/24", "address: 10.0.9.1/24", "[10.0.0.0/24]"),
             {"10 `10.0.9.1/24`: violins[0].vhosts[1].nics[0].address: 10.0.9.1/24 is in "
              "10.0.9.0/24, but "
              "the vLAN of 's' is 10.0.0.0/24; change the address, or list its subnet in the "
              "vSwitch's 'subnets'"}},
        Case{"within one of two declared subnets",
             two_on_a_switch("address: 10.0.0.1/24", "address: 10.0.9.1/24",
                             "[10.0.0.0/24, 10.0.9.0/24]"),
             {}},
        Case{"another prefix length, undeclared",
             two_on_a_switch("address: 10.0.0.1/24", "address: 10.0.0.2/16"),
             {"8 `10.0.0.1/24`: violins[0].vhosts[0].nics[0].address: 10.0.0.1/24 is in "
              "10.0.0.0/24, but "
              "the vLAN of 's' is 10.0.0.0/16; change the address, or list its subnet in the "
              "vSwitch's 'subnets'"}},
        Case{"the network's address",
             two_on_a_switch("address: 10.0.0.0/24", "address: 10.0.0.2/24"),
             {"8 `10.0.0.0/24`: violins[0].vhosts[0].nics[0].address: 10.0.0.0 is the network "
              "address of "
              "its subnet, 10.0.0.0/24"}},
        Case{"the broadcast address",
             two_on_a_switch("address: 10.0.0.255/24", "address: 10.0.0.2/24"),
             {"8 `10.0.0.255/24`: violins[0].vhosts[0].nics[0].address: 10.0.0.255 is the "
              "broadcast address "
              "of its subnet, 10.0.0.0/24"}},
        Case{"both ends of a /31 (RFC 3021)",
             two_on_a_switch("address: 10.0.0.0/31", "address: 10.0.0.1/31"),
             {}},
        Case{"multicast",
             two_on_a_switch("address: 224.0.0.5/24", "address: 224.0.0.6/24"),
             {"8 `224.0.0.5/24`: violins[0].vhosts[0].nics[0].address: 224.0.0.5/24 cannot be a "
              "vNIC's own "
              "address",
              "10 `224.0.0.6/24`: violins[0].vhosts[1].nics[0].address: 224.0.0.6/24 cannot be a "
              "vNIC's own "
              "address"}},
        Case{
            "none",
            two_on_a_switch("name: e", "address: 10.0.0.2/24"),
            {"8 `{to`: violins[0].vhosts[0].nics[0]: vNIC 'e' of 'a' has no address; give one such "
             "as 10.0.1.7/24"}},
        Case{"the ends of a cable in two subnets",
             violin("    vhosts:\n    - {name: a, host: ams, nics: [{address: 10.0.0.1/24, to: "
                    "b.eth0}]}\n"
                    "    - {name: b, host: ams, nics: [{address: 10.0.1.2/24}]}\n"),
             {"7 `10.0.1.2/24`: violins[0].vhosts[1].nics[0].address: 10.0.1.2/24 is in "
              "10.0.1.0/24, but "
              "the other end of its cable, a.eth0, is in 10.0.0.0/24"}},
        Case{"two vNICs of an entity in one subnet",
             violin("    vswitches: [{name: s, host: ams}]\n    vhosts:\n"
                    "    - {name: a, host: ams, nics: [{address: 10.0.0.1/24, to: s},\n"
                    "{address: 10.0.0.2/24, to: s}]}\n"),
             {"8 `10.0.0.2/24`: violins[0].vhosts[0].nics[1].address: 'a' has two vNICs in one "
              "subnet, "
              "10.0.0.0/24: 'eth0' and 'eth1'"}}));

// The gateway is on line 17.
std::string gateway_of_d(const std::string& gateway) {
  return std::string(kNetwork) +
         "      - {name: d, host: ams, nics: [{address: 10.0.1.4/24, to: sw}],\ngateway: " +
         gateway + "}\n";
}

INSTANTIATE_TEST_SUITE_P(
    Gateways, Rule,
    ::testing::Values(
        Case{"the vRouter's", gateway_of_d("10.0.1.1"), {}},
        Case{"not on the subnet",
             gateway_of_d("10.0.2.1"),
             {"18 `10.0.2.1`: violins[0].vhosts[3].gateway: the gateway 10.0.2.1 is not on a "
              "subnet of "
              "'d' (10.0.1.0/24), so it cannot be reached"}},
        Case{"its own",
             gateway_of_d("10.0.1.4"),
             {"18 `10.0.1.4`: violins[0].vhosts[3].gateway: 10.0.1.4 is an address of 'd' itself"}},
        Case{"a vHost's",
             gateway_of_d("10.0.1.2"),
             {"18 `10.0.1.2`: violins[0].vhosts[3].gateway: 10.0.1.2 is 'a', a vHost, which "
              "forwards "
              "nothing"}},
        Case{"nobody's",
             gateway_of_d("10.0.1.99"),
             {"18 `10.0.1.99`: warning: violins[0].vhosts[3].gateway: no vNIC has the address "
              "10.0.1.99"}}));

// Three vRouters in a line: r1 - r2 - r3. Routes of r1, r2 and r3 are on lines 8, 12 and 16.
std::string line_of_routers(const std::string& r1, const std::string& r2, const std::string& r3) {
  return violin(
      "    vrouters:\n"
      "    - {name: r1, host: ams, nics: [\n{address: 10.0.12.1/30, to: r2.eth0}],\nroutes: [" +
      r1 +
      "]}\n    - {name: r2, host: ams, nics: [\n{address: 10.0.12.2/30},\n{address: 10.0.23.1/30, "
      "to: r3.eth0}],\nroutes: [" +
      r2 + "]}\n    - {name: r3, host: ams, nics: [\n{address: 10.0.23.2/30}],\nroutes: [" + r3 +
      "]}\n");
}

INSTANTIATE_TEST_SUITE_P(
    Routes, Rule,
    ::testing::Values(
        Case{"that lead on and arrive",
             line_of_routers("{to: 10.0.23.0/30, via: 10.0.12.2}", "",
                             "{to: 0.0.0.0/0, via: 10.0.23.1}"),
             {}},
        Case{"that circle between two",
             line_of_routers("{to: 10.9.0.0/16, via: 10.0.12.2}", "{to: 0.0.0.0/0, via: 10.0.12.1}",
                             ""),
             {"8 `{to`: violins[0].vrouters[0].routes[0]: packets to 10.9.0.1 would circle: r1 -> "
              "r2 -> r1; change one of these routes"}},
        Case{"that circle behind the first",
             line_of_routers("{to: 10.9.0.0/16, via: 10.0.12.2}",
                             "{to: 10.9.0.0/16, via: 10.0.23.2}",
                             "{to: 10.0.0.0/8, via: 10.0.23.1}"),
             {"12 `{to`: violins[0].vrouters[1].routes[0]: packets to 10.9.0.1 would circle: r2 -> "
              "r3 -> r2; change one of these routes"}},
        Case{"whose longer prefix leads out of the circle",
             line_of_routers("{to: 10.9.0.0/16, via: 10.0.12.2}",
                             "{to: 0.0.0.0/0, via: 10.0.12.1}, {to: 10.9.0.0/24, via: 10.0.23.2}",
                             ""),
             {}},
        Case{"whose next hop is elsewhere",
             line_of_routers("{to: 10.9.0.0/16, via: 10.0.23.2}", "", ""),
             {"8 `10.0.23.2`: violins[0].vrouters[0].routes[0].via: the next hop 10.0.23.2 is not "
              "on a "
              "subnet of 'r1' (10.0.12.0/30), so it cannot be reached"}}));

INSTANTIATE_TEST_SUITE_P(
    Cables, Rule,
    ::testing::Values(
        Case{"to nobody",
             two_on_a_switch("address: 10.0.0.1/24", "address: 10.0.0.2/24") +
                 "    - {name: c, host: ams, nics: [{address: 10.0.0.3/24, to: sv}]}\n",
             {"11 `sv`: violins[0].vhosts[2].nics[0].to: there is no 'sv' in VIOLIN 'v'; did you "
              "mean 's'?"}},
        Case{"to a vHost, without its vNIC",
             std::string(kNetwork) +
                 "      - {name: d, host: ams, nics: [{address: 10.0.2.3/24, to: c}]}\n",
             {"17 `c`: violins[0].vhosts[3].nics[0].to: 'c' is a vHost: which of its vNICs? There "
              "are: c.eth0"}},
        Case{"to a vNIC that has one",
             std::string(kNetwork) +
                 "      - {name: d, host: ams, nics: [{address: 10.0.2.3/24, to: c.eth0}]}\n",
             {"17 `c.eth0`: violins[0].vhosts[3].nics[0].to: 'c.eth0' has its cable already, to "
              "'r'"}},
        Case{"to itself",
             violin("    vhosts: [{name: a, host: ams, nics: [\n{address: 10.0.0.1/24, to: "
                    "a.eth1}]}]\n"),
             {"6 `a.eth1`: violins[0].vhosts[0].nics[0].to: a cable leads from 'a' to itself"}},
        Case{"told by both ends",
             violin("    vhosts:\n"
                    "    - {name: a, host: ams, nics: [{address: 10.0.0.1/24, to: b.eth0}]}\n"
                    "    - {name: b, host: ams, nics: [{address: 10.0.0.2/24, to: a.eth0}]}\n"),
             {}},
        Case{"that close a loop of vSwitches",
             violin("    vswitches: [{name: s, host: ams}, {name: t, host: ams}, {name: u, host: "
                    "ber}]\n"
                    "    trunks:\n"
                    "    - {between: [s, t]}\n"
                    "    - {between: [t, u]}\n"
                    "    - {between: [u, s]}\n"),
             {"9 `{between`: violins[0].trunks[2]: closes a loop of trunks between 'u' and 's'; "
              "vSwitches "
              "have no spanning tree, so a broadcast would circle for ever: remove a trunk"}},
        Case{"between a vSwitch and itself",
             violin("    vswitches: [{name: s, host: ams}]\n    trunks: [{between: [s, s]}]\n"),
             {"6 `[s`: violins[0].trunks[0].between: leads from 's' to itself"}},
        Case{"of a trunk with three ends",
             violin("    vswitches: [{name: s, host: ams}]\n    trunks: [{between: [s, s, s]}]\n"),
             {"6 `[s`: violins[0].trunks[0].between: names 3 ends; a link is between two"}}));

std::string with_group(const std::string& group) {
  return violin(
      "    vswitches: [{name: s, host: ams}]\n"
      "    vrouters: [{name: r, host: ams}]\n"
      "    vhost_groups:\n    - {name: g, " +
      group + "}\n");
}
const std::string kGroup = "violins[0].vhost_groups[0]";

INSTANTIATE_TEST_SUITE_P(
    Groups, Rule,
    ::testing::Values(
        Case{"of a million in their own LANs",
             with_group("count: 1000000, subnet: 10.0.0.0/8, lans: {size: 250, prefix_length: 24, "
                        "router: r}"),
             {}},
        Case{"that fills its subnet", with_group("count: 253, to: s, subnet: 10.0.0.0/24"), {}},
        Case{"too many for their subnet",
             with_group("count: 254, to: s, subnet: 10.0.0.0/24"),
             {"8 `10.0.0.0/24`: " + kGroup +
              ".subnet: 254 vHosts from offset 2 on do not fit into a /24, which ends at offset "
              "254"}},
        Case{"too many LANs for their subnet",
             with_group("count: 300, subnet: 10.0.0.0/24, lans: {size: 100, prefix_length: 25, "
                        "router: r}"),
             {"8 `10.0.0.0/24`: " + kGroup +
              ".subnet: 3 LANs of /25 do not fit into its subnet, 10.0.0.0/24"}},
        Case{"neither on a vSwitch nor in LANs",
             with_group("count: 2, subnet: 10.0.0.0/24"),
             {"8 `{name`: " + kGroup +
              ": needs one of: to (a vSwitch for all), lans (vSwitches of its own)"}},
        Case{"on an unknown vSwitch",
             with_group("count: 2, to: r, subnet: 10.0.0.0/24"),
             {"8 `r`: " + kGroup + ".to: 'r' is a vRouter, not a vSwitch"}},
        Case{"with an address of somebody else",
             violin("    vswitches: [{name: s, host: ams}]\n"
                    "    vhosts: [{name: a, host: ams, nics: [{address: 10.0.0.4/24, to: s}]}]\n"
                    "    vhost_groups: [{name: g, count: 3, to: s, subnet: 10.0.0.0/24}]\n"),
             {"7 `10.0.0.0/24`: " + kGroup +
              ".subnet: its address 10.0.0.4 is also that of a.eth0"}}));

INSTANTIATE_TEST_SUITE_P(
    Quantities, Rule,
    ::testing::Values(
        Case{"a delay from high to low",
             violin("    default_link: {delay: {uniform: {low: 2ms, high: 1ms}}}\n"),
             {"5 `2ms`: violins[0].default_link.delay.uniform.low: '2ms' is above high, '1ms'; "
              "exchange the two"}},
        Case{"jitter above the delay",
             violin("    default_link: {delay: 1ms, jitter: 2ms}\n"),
             {"5 `2ms`: violins[0].default_link.jitter: '2ms' is more than the delay, '1ms': some "
              "frames would arrive before they are sent"}},
        Case{"jitter of what varies by itself",
             violin("    default_link: {jitter: 2ms, delay: {normal: {mean: 5ms, stddev: 1ms}}}\n"),
             {"5 `2ms`: violins[0].default_link.jitter: only a constant delay takes jitter; this "
              "one varies by itself: remove it"}},
        Case{"CoDel's target above its interval",
             violin("    default_link: {queue: {codel: {target: 200ms}}}\n"),
             {"5 `{target`: violins[0].default_link.queue.codel: its target, 200ms, is not below "
              "its "
              "interval, 100ms (RFC 8289 section 4.2: 5% to 10% of it)"}},
        Case{"a file that is not there",
             violin("    default_link: {delay: {trace: /no/such/file}}\n"),
             {"5 `/no/such/file`: violins[0].default_link.delay.trace.file: there is no "
              "'/no/such/file'; "
              "paths are relative to the scenario's folder"}}));

struct RunCase {
  std::string name;
  std::string rest;  // after kHead and kNetwork, from line 17 on
  Lines problems;
};
void PrintTo(const RunCase& c, std::ostream* out) { *out << c.name; }

class RunRule : public ::testing::TestWithParam<RunCase> {};
TEST_P(RunRule, IsToldWithPlaceAndRemedy) {
  EXPECT_EQ(problems_of(kNetwork, GetParam().rest), GetParam().problems);
}

std::string flow(const std::string& fields) {
  return "traffic:\n- {name: t, ping: {}, " + fields + "}\n";
}

std::string to_group(const std::string& fields) {
  return "traffic:\n- {name: t, cbr: {rate: 1Mbit/s}, from: a, " + fields + "}\n";
}

INSTANTIATE_TEST_SUITE_P(
    Traffic, RunRule,
    ::testing::Values(
        RunCase{"between two vHosts", flow("from: a, to: c"), {}},
        RunCase{"to a vRouter's vNIC", flow("from: a, to: r.eth1"), {}},
        RunCase{"to an address", flow("from: a, to: 10.0.1.255"), {}},
        RunCase{
            "from nobody", flow("from: e, to: c"), {"18 `e`: traffic[0].from: there is no 'e'"}},
        RunCase{"from a vRouter",
                flow("from: r, to: c"),
                {"18 `r`: traffic[0].from: 'r' is a vRouter; traffic comes from vHosts"}},
        RunCase{"to a vSwitch",
                flow("from: a, to: sw"),
                {"18 `sw`: traffic[0].to: 'sw' is a vSwitch, which has no address"}},
        RunCase{
            "to itself", flow("from: a, to: a"), {"18 `a`: traffic[0].to: is where it comes from"}},
        RunCase{"to an unknown vNIC",
                flow("from: a, to: r.eth2"),
                {"18 `r.eth2`: traffic[0].to: 'r' has no vNIC 'eth2'; there are: eth0, eth1"}},
        RunCase{"of an unknown VIOLIN",
                flow("from: w/a, to: c"),
                {"18 `w/a`: traffic[0].from: there is no VIOLIN 'w'"}},
        RunCase{"that stops before it starts",
                flow("from: a, to: c, start: 3s, stop: 2s"),
                {"18 `2s`: traffic[0].stop: 2s is not after its start, at 3s"}},
        RunCase{"after the end",
                flow("from: a, to: c, start: 10s"),
                {"18 `10s`: traffic[0].start: 10s is not before the end of the run, at 10s"}},
        RunCase{"beyond the end",
                flow("from: a, to: c, stop: 11s"),
                {"18 `11s`: warning: traffic[0].stop: 11s is after the end of the run, at 10s"}},
        RunCase{"that nobody starts",
                flow("from: a, to: c, manual: true"),
                {"18 `true`: warning: traffic[0].manual: it never starts: no event starts it with "
                 "start_traffic"}},
        RunCase{"in pairs of what is no group",
                flow("from: a, to: 10.0.0.1, pairs: 3"),
                {"18 `a`: traffic[0].from: 'a' is not a group; with pairs, it must be",
                 "18 `10.0.0.1`: traffic[0].to: with pairs, it is a group"}},
        RunCase{"twice of one name",
                flow("from: a, to: c") + "- {name: t, ping: {}, from: a, to: b}\n",
                {"19 `t`: traffic[1].name: there is traffic 't' before this; choose another "
                 "name"}},
        RunCase{"from one who comes later",
                flow("from: d, to: c") +
                    "timeline: [{at: 2s, add: {vhosts: [{name: d, host: ams, nics: [{address: "
                    "10.0.1.4/24, to: sw}]}]}}]\n",
                {"18 `d`: traffic[0].from: 'd' is added at 2s, after this starts"}},
        RunCase{"to a group", to_group("to: 239.1.1.1, members: [b, v/c]"), {}},
        RunCase{"to a group without members",
                to_group("to: 239.1.1.1"),
                {"18 `{name`: traffic[0]: needs members: the vHosts that receive 239.1.1.1"}},
        RunCase{"to a group of one link",
                to_group("to: 224.0.0.5, members: [b]"),
                {"18 `224.0.0.5`: traffic[0].to: is a group of one vLAN only, which is not "
                 "forwarded; choose one from 224.0.1.0 on, such as 239.1.1.1"}},
        RunCase{"pinging a group",
                flow("from: a, to: 239.1.1.1, members: [b]"),
                {"18 `239.1.1.1`: traffic[0].to: to a group there is UDP only: cbr, poisson, onoff "
                 "or trace"}},
        RunCase{"to members that are none",
                to_group("to: 239.1.1.1, members: [e, r, a, b, b]"),
                {"18 `e`: traffic[0].members[0]: there is no 'e'",
                 "18 `r`: traffic[0].members[1]: 'r' is a vRouter; only vHosts receive traffic",
                 "18 `a`: traffic[0].members[2]: is where it comes from, which does not hear "
                 "itself",
                 "18 `b`: traffic[0].members[4]: 'b' is a member before this"}},
        RunCase{"with members but to no group",
                to_group("to: b, members: [c]"),
                {"18 `[c`: traffic[0].members: only traffic to an IPv4 group, such as 239.1.1.1, "
                 "has them"}},
        RunCase{"twice to a group",
                to_group("to: 239.1.1.1, members: [b]") +
                    "- {name: u, cbr: {rate: 1Mbit/s}, from: a, to: 239.1.1.1, members: [c]}\n",
                {"19 `239.1.1.1`: traffic[1].to: there is traffic from 'a' to 239.1.1.1 before "
                 "this; choose another group"}},
        RunCase{"captured at an unknown vNIC",
                "captures: [{nic: a.eth1}]\n",
                {"17 `a.eth1`: captures[0].nic: 'a' has no vNIC 'eth1'; there are: eth0"}},
        RunCase{
            "captured into another folder",
            "captures: [{nic: a.eth0, file: ../x}]\n",
            {"17 `../x`: captures[0].file: '../x' is not a plain file name; captures go into the "
             "run's folder"}},
        RunCase{"captured twice into one file",
                "captures: [{nic: a.eth0, file: x}, {nic: b.eth0, file: x}]\n",
                {"17 `{nic`: captures[1]: 'x' is written by a capture before this one"}}));

std::string events(const std::string& lines) { return "timeline:\n" + lines; }

INSTANTIATE_TEST_SUITE_P(
    Timeline, RunRule,
    ::testing::Values(
        RunCase{
            "of everything that may happen",
            events(
                R"(- {at: 1s, add: {vswitches: [{name: t, host: ber}], trunks: [{between: [sw, t]}]}}
- {at: 1s, add: {vhosts: [{name: d, host: ber, nics: [{address: 10.0.1.4/24, to: t}]}]}}
- {at: 2s, migrate: {entity: d, host: ams, downtime: 10ms}}
- {at: 2s, link: {trunk: [t, sw], link: {rate: 1Mbit/s}}}
- {at: 3s, rewire: {nic: d.eth0, to: sw}}
- {at: 3s, remove: t}
- {at: 4s, graft_lan: {router: r, nic: {address: 10.0.3.1/24}, vswitch: {name: t, host: ams}, vhosts: [{name: e, host: ams, nics: [{address: 10.0.3.2/24, to: t}]}]}}
- {at: 5s, remove_nic: d.eth0}
- {at: 6s, remove: d}
- {at: 6s, add: {vhosts: [{name: d, host: ber, nics: [{address: 10.0.1.4/24, to: sw}]}]}}
- {at: 7s, fail_host: ber}
- {at: 8s, restore_host: ber}
- {at: 9s, set_substrate: {scale: 2}}
)"),
            {}},
        RunCase{"a trace of a host that is not there",
                events("- {at: 1s, set_substrate: {cpu_trace: {file: /dev/null, hosts: [{host: "
                       "amsx}]}}}\n"),
                {"18 `amsx`: timeline[0].set_substrate.cpu_trace.hosts[0].host: the substrate has "
                 "no host "
                 "'amsx'; did you mean 'ams'?"}},
        RunCase{"out of order",
                events("- {at: 2s, remove: a}\n- {at: 1s, remove: b}\n"),
                {"19 `1s`: timeline[1].at: 1s is before the event above, at 2s; put events in "
                 "order"}},
        RunCase{"after the end",
                events("- {at: 11s, remove: a}\n"),
                {"18 `11s`: timeline[0].at: 11s is after the end of the run, at 10s"}},
        RunCase{"that removes nobody",
                events("- {at: 1s, remove: aa}\n"),
                {"18 `aa`: timeline[0].remove: there is no 'aa'; did you mean 'a'?"}},
        RunCase{"that removes twice",
                events("- {at: 1s, remove: a}\n- {at: 2s, remove: a}\n"),
                {"19 `a`: timeline[1].remove: 'a' is not there any more at this time"}},
        RunCase{"that adds an address which is taken",
                events("- {at: 1s, add: {vhosts: [{name: d, host: ber, nics: [\n{address: "
                       "10.0.1.3/24, to: sw}]}]}}\n"),
                {"19 `10.0.1.3/24`: timeline[0].add.vhosts[0].nics[0].address: 10.0.1.3 is also "
                 "the address "
                 "of b.eth0; each vNIC of a VIOLIN has its own"}},
        RunCase{"that adds an address which was given back",
                events("- {at: 1s, remove: b}\n- {at: 2s, add: {vhosts: [{name: d, host: ber, "
                       "nics: [{address: 10.0.1.3/24, to: sw}]}]}}\n"),
                {}},
        RunCase{"that moves into another subnet",
                events("- {at: 1s, rewire: {nic: c.eth0, to: sw}}\n"),
                {"18 `{nic`: timeline[0].rewire.address: 10.0.2.2/24 is in 10.0.2.0/24, "
                 "but the vLAN of 'sw' is 10.0.1.0/24; change the address, or list its subnet in "
                 "the vSwitch's 'subnets'"}},
        RunCase{"that moves with a new address and gateway",
                events("- {at: 1s, rewire: {nic: c.eth0, to: sw, address: 10.0.1.9/24, gateway: "
                       "10.0.1.1}}\n"),
                {}},
        RunCase{"that closes a loop",
                events("- {at: 1s, add: {vswitches: [{name: t, host: ber}], trunks: [{between: "
                       "[sw, t]},\n{between: [t, sw]}]}}\n"),
                {"19 `{between`: timeline[0].add.trunks[1]: closes a loop of trunks between 't' "
                 "and 'sw'; "
                 "vSwitches have no spanning tree, so a broadcast would circle for ever: remove a "
                 "trunk"}},
        RunCase{"that migrates to an unknown host",
                events("- {at: 1s, migrate: {entity: a, host: berr}}\n"),
                {"18 `berr`: timeline[0].migrate.host: the substrate has no host 'berr'; did you "
                 "mean 'ber'?"}},
        RunCase{"that restores what has not failed",
                events("- {at: 1s, restore_host: ams}\n"),
                {"18 `ams`: warning: timeline[0].restore_host: 'ams' has not failed"}},
        RunCase{"that grafts on a vHost",
                events("- {at: 1s, graft_lan: {router: a, nic: {address: 10.0.3.1/24}, vswitch: "
                       "{name: t, host: ams}}}\n"),
                {"18 `a`: timeline[0].graft_lan.router: 'a' is a vHost; a vLAN is grafted on a "
                 "vRouter"}},
        RunCase{"that starts unknown traffic",
                events("- {at: 1s, start_traffic: web}\n"),
                {"18 `web`: timeline[0].start_traffic: there is no traffic 'web'"}},
        RunCase{"that changes nothing",
                events("- {at: 1s, link: {nic: a.eth0}}\n"),
                {"18 `{nic`: timeline[0].link: changes nothing; expected link, up or both"}},
        RunCase{"of a trunk that is none",
                events("- {at: 1s, link: {trunk: [a, sw], up: false}}\n"),
                {"18 `[a`: timeline[0].link.trunk: there is no trunk between 'a' and 'sw'"}}));

TEST(Validation, WarnsOfFlowsBetweenWhatNothingJoins) {
  EXPECT_THAT(problems_of("violins: [{name: v, vhosts: [{name: a, host: ams}, {name: b, host: "
                          "ber}]}]\n",
                          "traffic: [{name: t, from: a, to: b, ping: {}}]\n"),
              ElementsAre("4 `b`: warning: traffic[0].to: nothing joins 'a' and 'b'"));
}

TEST(Validation, AsksWhichVIOLINIsMeant) {
  EXPECT_THAT(
      problems_of("violins: [{name: x, vhosts: [{name: a, host: ams}]}, {name: y, vhosts: [{name: "
                  "a, host: ams}]}]\n",
                  "traffic: [{name: t, from: a, to: 10.0.0.1, ping: {}}]\n"),
      ElementsAre("4 `a`: traffic[0].from: 'a' is in several VIOLINs (x, y); write x/a"));
}

TEST(Validation, KeepsTrafficInsideItsVIOLIN) {
  EXPECT_THAT(problems_of("violins: [{name: x, vhosts: [{name: a, host: ams}]}, {name: y, vhosts: "
                          "[{name: a, host: ams}]}]\n",
                          "traffic: [{name: t, from: x/a, to: y/a, ping: {}}]\n"),
              ElementsAre("4 `y/a`: traffic[0].to: 'a' is in VIOLIN 'x' and 'a' in VIOLIN 'y'; no "
                          "frame crosses VIOLINs"));
}

TEST(Validation, HoldsHostsAgainstTheSubstrateThatIsGiven) {
  const std::string text =
      "duration: 1s\nsubstrate: {rtt_matrix: /dev/null}\n"
      "violins: [{name: v, vswitches: [{name: s, host: node7}]}]\n";
  EXPECT_THAT(problems(text), IsEmpty());
  EXPECT_THAT(
      problems(text, Lines{"node0", "node1"}),
      ElementsAre("3 `node7`: violins[0].vswitches[0].host: the substrate has no host 'node7'; "
                  "did you mean 'node0'?"));
}

// What the README shows first works as it stands.
TEST(ReadmeExample, IsValidBesideItsFiles) {
  namespace fs = std::filesystem;
  const std::string readme = read_file(fs::path(VIOLIN_SOURCE_DIR) / "scenarios/README.md");
  const std::string fence = "```yaml\n";
  const std::size_t begin = readme.find(fence) + fence.size();
  const std::string text = readme.substr(begin, readme.find("```", begin) - begin);
  const fs::path folder =
      fs::temp_directory_path() / ("violin-readme-test-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  std::ofstream(folder / "my-rtts.txt") << "0";
  std::ofstream(folder / "my-names.txt") << "node0";
  EXPECT_THAT(validate(parse_scenario(text, InputFormat::kYaml, "f", folder)), IsEmpty());
  fs::remove_all(folder);
}

TEST(RequireValid, ThrowsTheErrorsAndGivesTheWarnings) {
  const auto load = [](const std::string& rest) {
    return parse_scenario(std::string(kHead) + kNetwork + rest, InputFormat::kYaml, "f", "/");
  };
  EXPECT_EQ(require_valid(load(flow("from: a, to: c, stop: 11s"))).size(), 1U);
  EXPECT_THROW(require_valid(load(flow("from: a, to: d, stop: 11s"))), ScenarioError);
}

}  // namespace
}  // namespace violin::scenario
