// The same scenario in the three formats is the same message, and the writers and the readers of
// each agree. JSON and text format are written by Protobuf's own printers.
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>

#include "scenarios/load/yaml_writer.h"
#include "tests/scenarios/load/loading.h"

namespace violin::scenario {
namespace {

using google::protobuf::util::MessageDifferencer;

std::string to_json(const Scenario& scenario) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(scenario, &json, options).ok());
  return json;
}

std::string to_text(const Scenario& scenario) {
  std::string text;
  EXPECT_TRUE(google::protobuf::TextFormat::PrintToString(scenario, &text));
  return text;
}

std::string difference(const Scenario& a, const Scenario& b) {
  std::string report;
  MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&report);
  return differencer.Compare(a, b) ? "" : report;
}

// A scenario that uses what the examples do not.
constexpr const char* kEverything = R"(
name: everything
description: "quotes \", colons: and # signs, \u00e4 and a line\nbreak"
seed: 18446744073709551615
duration: 1h
substrate:
  graph:
    links:
      - {between: ["router 1", r2], delay: 5ms, weight: 0.1, rate: 1Gbit/s}
  default_host: {capacity: 1Mframes/s, access: {up: 1Mbit/s, down: 2Mbit/s}}
  hosts: [{name: "true", attach: r2}, {name: "1", attach: "router 1"}]
  overrides: [{between: ["true", "1"], rtt: 3ms, loss: 0.5%}]
  loss: 0.001
violins:
  - name: v
    routing: static
    vswitches:
      - {name: s, host: "1", ageing: 5min, table_size: 100, storm_control: 100frames/s}
      - {name: t, host: "1", storm_control: {rate: 1kframes/s, burst: 20}}
    trunks: [{between: [s, t], link: {rate: 1Gbit/s, overhead: 24B, corrupt: 1%, duplicate: 0}}]
    vhosts:
      - name: h
        host: "1"
        memory: 64MiB
        gateway: 10.0.0.254
        routes: [{to: 10.9.0.0/16, via: 10.0.0.253}]
        nics:
          - address: 10.0.0.1/24
            mtu: 9000B
            mac: 02:00:00:00:00:09
            to: s
            link: {delay: {uniform: {low: 1ms, high: 2ms}}, reorder: true, loss: 1%}
            egress: {delay: {normal: {mean: 5ms, stddev: 1ms}}, queue: {codel: {target: 5ms}}}
            ingress: {delay: {pareto: {minimum: 1ms, shape: 2.5}}, queue: 64KiB}
          - {link: {delay: {trace: delays.txt}, loss: {gilbert_elliott: {p: 1%, r: 25%}}}}
    vhost_groups:
      - {name: g, count: 3, hosts: ["*"], spread: random, to: s, subnet: 10.0.0.0/24, first: 100}
traffic:
  - {name: a, from: h, to: 10.0.0.255, manual: true, trace: pkts.txt}
  - {name: b, from: h, to: g1, bulk: {congestion_control: newreno}, port: 5001}
  - {name: c, from: g, to: g, pairs: 2, request_response: {request: 1B, response: 1MB, count: 3}}
timeline:
  - {at: 0s, add: {violin: v, vhosts: [{name: z, host: "1"}]}}
  - {at: 1s, add_nic: {entity: z, nic: {to: s, address: 10.0.0.9/24}}}
  - {at: 2s, rewire: {nic: z.eth0, to: t, gateway: 10.0.0.254}}
  - {at: 3s, migrate: {entity: z, host: "true", downtime: 40ms}}
  - {at: 4s, link: {trunk: [s, t], link: {rate: 1kbit/s}, up: true}}
  - {at: 5s, graft_lan: {router: r, nic: {address: 10.5.0.1/24}, vswitch: {name: n}}}
  - {at: 6s, set_substrate: {pairs: [{between: [a, b], rtt: 1ms}], hosts: [{name: "1"}]}}
  - {at: 7s, remove_nic: z.eth0}
  - {at: 8s, remove: z}
  - {at: 9s, start_traffic: a}
captures: [{nic: h.eth0, file: h.pcapng}]
)";

class RoundTrip : public ::testing::TestWithParam<std::string> {
 protected:
  static Scenario scenario() {
    return GetParam() == "everything" ? parse_scenario(kEverything, InputFormat::kYaml, "f").message
                                      : load_scenario(example(GetParam())).message;
  }
};

TEST_P(RoundTrip, ThroughYamlIsTheSameMessage) {
  const LoadedScenario again = parse_scenario(to_yaml(scenario()), InputFormat::kYaml, "f");
  EXPECT_EQ(difference(scenario(), again.message), "");
}

TEST_P(RoundTrip, ThroughJsonIsTheSameMessage) {
  const LoadedScenario again = parse_scenario(to_json(scenario()), InputFormat::kJson, "f");
  EXPECT_EQ(difference(scenario(), again.message), "");
}

TEST_P(RoundTrip, ThroughTextFormatIsTheSameMessage) {
  const LoadedScenario again = parse_scenario(to_text(scenario()), InputFormat::kTextproto, "f");
  EXPECT_EQ(difference(scenario(), again.message), "");
}

TEST_P(RoundTrip, LeavesCanonicalYamlAsItIs) {
  const std::string yaml = to_yaml(scenario());
  EXPECT_EQ(to_yaml(parse_scenario(yaml, InputFormat::kYaml, "f").message), yaml);
}

std::vector<std::string> examples_and_everything() {
  std::vector<std::string> names = example_names();
  names.emplace_back("everything");
  return names;
}
INSTANTIATE_TEST_SUITE_P(Examples, RoundTrip, ::testing::ValuesIn(examples_and_everything()),
                         [](const auto& example_name) { return example_name.param; });

// Valid JSON is nearly all YAML, so the two readers check each other.
TEST_P(RoundTrip, ReadsJsonWithEitherReaderAlike) {
  const std::string json = to_json(scenario());
  EXPECT_EQ(difference(parse_scenario(json, InputFormat::kJson, "f").message,
                       parse_scenario(json, InputFormat::kYaml, "f").message),
            "");
}

// Our reader of the text format is held against Protobuf's parser.
TEST_P(RoundTrip, ReadsTextFormatAsProtobufDoes) {
  std::string compact;
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.SetUseShortRepeatedPrimitives(true);
  printer.PrintToString(scenario(), &compact);
  Scenario expected;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(compact, &expected));
  EXPECT_EQ(difference(expected, parse_scenario(compact, InputFormat::kTextproto, "f").message),
            "");
}

}  // namespace
}  // namespace violin::scenario
