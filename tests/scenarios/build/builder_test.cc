// What the builder makes of a scenario: who is where, with which address, route and link.
#include "scenarios/build/builder.h"

#include <fstream>

#include "scenarios/build/checked_substrate.h"
#include "scenarios/run/flows.h"
#include "tests/scenarios/running.h"

namespace violin {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// A scenario's network, built and not yet run.
class Built {
 public:
  explicit Built(scenario::LoadedScenario loaded, std::uint64_t seed = 1)
      : scenario_(std::move(loaded)),
        kernel_(seed),
        network_(kernel_, checked_substrate(scenario_).substrate),
        builder_(scenario_, network_) {
    builder_.build();
  }
  explicit Built(const std::string& yaml, std::uint64_t seed = 1) : Built(parse_yaml(yaml), seed) {}

  Node& node(const std::string& name) { return *builder_.find(name); }
  std::string host_of(const std::string& name) {
    return network_.substrate().host(std::get<HostId>(node(name).place)).name;
  }
  std::string address_of(const std::string& name) {
    return to_string(node(name).nics.front().address->address);
  }
  Kernel& kernel() { return kernel_; }
  Network& network() { return network_; }
  ScenarioBuilder& builder() { return builder_; }

 private:
  scenario::LoadedScenario scenario_;
  Kernel kernel_;
  Network network_;
  ScenarioBuilder builder_;
};

constexpr const char* kHosts =
    "duration: 10s\n"
    "substrate: {pairs: {default_rtt: 10ms}, hosts: [{name: h1}, {name: h2}, {name: h3}]}\n";

// ---- groups

TEST(Group, SpreadsItsMembersOverItsHostsInTurnWithAddressesInOrder) {
  Built built(std::string(kHosts) + R"(violins:
  - name: v
    vswitches: [{name: s, host: h1}]
    vhost_groups: [{name: g, count: 4, hosts: [h2, h3], to: s, subnet: 10.0.0.0/24, first: 10}]
)");
  EXPECT_EQ(built.builder().group("g").size(), 4U);
  EXPECT_EQ(built.host_of("g1"), "h2");
  EXPECT_EQ(built.host_of("g2"), "h3");
  EXPECT_EQ(built.host_of("g3"), "h2");
  EXPECT_EQ(built.address_of("g1"), "10.0.0.10");
  EXPECT_EQ(built.address_of("g4"), "10.0.0.13");
}

TEST(Group, GetsALanForEveryFewMembersBehindItsRouter) {
  Built built(std::string(kHosts) + R"(violins:
  - name: v
    vrouters: [{name: r, host: h1}]
    vhost_groups:
      - {name: g, count: 5, subnet: 10.8.0.0/16, lans: {size: 2, prefix_length: 24, router: r}}
)");
  // LAN k has the k-th /24; the router has its first address, members follow from its second.
  EXPECT_EQ(built.address_of("g1"), "10.8.0.2");
  EXPECT_EQ(built.address_of("g2"), "10.8.0.3");
  EXPECT_EQ(built.address_of("g3"), "10.8.1.2");
  EXPECT_EQ(built.address_of("g5"), "10.8.2.2");
  std::vector<std::string> of_router;
  for (const Nic& nic : built.node("r").nics) {
    of_router.push_back(nic.name + " " + to_string(nic.address->address));
  }
  EXPECT_THAT(of_router, ElementsAre("g-lan1 10.8.0.1", "g-lan2 10.8.1.1", "g-lan3 10.8.2.1"));
  EXPECT_EQ(built.host_of("g-lan2"), built.host_of("g3"));
}

TEST(Group, IsPlacedAtRandomBySeedOnly) {
  const std::string text = std::string(kHosts) + R"(violins:
  - name: v
    vswitches: [{name: s, host: h1}]
    vhost_groups: [{name: g, count: 40, spread: random, to: s, subnet: 10.0.0.0/24}]
)";
  const auto places = [&](std::uint64_t seed) {
    Built built(text, seed);
    std::vector<std::string> hosts;
    for (int i = 1; i <= 40; ++i) {
      hosts.push_back(built.host_of("g" + std::to_string(i)));
    }
    return hosts;
  };
  EXPECT_EQ(places(1), places(1));
  EXPECT_NE(places(1), places(2));
}

// ---- addresses

TEST(Builder, GivesMacAddressesThatNobodyChose) {
  Built built(load_example("isolation"));
  std::vector<std::uint64_t> macs;
  for (const auto& node : built.network().find("blue")->nodes()) {
    for (const Nic& nic : node->nics) {
      if (!nic.mac.is_zero()) {
        macs.push_back(nic.mac.bits());
      }
    }
  }
  std::ranges::sort(macs);
  EXPECT_EQ(macs.size(), 3U);
  EXPECT_TRUE(std::ranges::adjacent_find(macs) == macs.end());
}

// ---- links

PipeParameters from_a(const std::string& nic) {
  Built built(std::string(kHosts) + R"(violins:
  - name: v
    default_link: {rate: 10Mbit/s, delay: 5ms, loss: 1%, queue: {frames: 7}}
    vhosts:
      - {name: a, host: h1, nics: [{address: 10.0.0.1/24, to: b.eth0)" +
              nic + "}]}\n      - {name: b, host: h1, nics: [{address: 10.0.0.2/24}]}\n");
  return built.node("a").nics.front().link->spec->a_to_b;
}

TEST(LinkSpec, WhatALinkLeavesOutIsAsTheViolinsDefault) {
  const PipeParameters link = from_a("");
  EXPECT_EQ(link.rate, BitRate::mbps(10));
  EXPECT_EQ(link.delay, DelayModel(ConstantDelay{5ms}));
  EXPECT_EQ(link.loss, LossModel(BernoulliLoss{0.01}));
  EXPECT_EQ(link.queue.max_frames, 7U);
}

TEST(LinkSpec, WhatOneDirectionSaysGoesOverWhatBothSay) {
  const PipeParameters link = from_a(
      ", link: {rate: 2Mbit/s, delay: 1ms}, egress: {rate: 1Mbit/s}, "
      "ingress: {delay: 9ms}");
  EXPECT_EQ(link.rate, BitRate::mbps(1));
  EXPECT_EQ(link.delay, DelayModel(ConstantDelay{1ms}));
  EXPECT_EQ(link.queue.max_frames, 7U);
}

TEST(LinkSpec, AQueueInBytesReplacesOneInFrames) {
  const PipeParameters link = from_a(", link: {queue: 64KiB}");
  EXPECT_EQ(link.queue.max_frames, std::nullopt);
  EXPECT_EQ(link.queue.max_bytes, Bytes{65536});
}

TEST(LinkSpec, JitterIsAroundTheDelayAndNeverBelowNone) {
  EXPECT_EQ(from_a(", link: {delay: 5ms, jitter: 2ms}").delay, DelayModel(UniformDelay{3ms, 7ms}));
}

TEST(LinkSpec, CablesThatSayTheSameShareOne) {
  Built built(load_example("figure2"));
  const auto spec = [&](const char* name) { return built.node(name).nics.front().link->spec; };
  EXPECT_EQ(spec("vHost1"), spec("vHost2"));
  EXPECT_NE(spec("vHost1"), spec("vHost4"));
}

TEST(LinkSpec, PlaysADelayTrace) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "delays.txt") << "# in turn\n10ms\n\n30ms\n";
  const auto loaded = scenario::parse_scenario(
      R"(duration: 10s
substrate: {pairs: {default_rtt: 10ms}, hosts: [{name: h}]}
violins:
  - name: v
    vhosts:
      - {name: a, host: h, nics: [{address: 10.0.0.1/24, to: b.eth0, egress: {delay: {trace: delays.txt}}}]}
      - {name: b, host: h, nics: [{address: 10.0.0.2/24}]}
traffic:
  - {name: arp, from: a, to: b, ping: {count: 1}}
  - {name: f, from: a, to: b, start: 2s, stop: 8s, cbr: {rate: 80kbit/s, size: 1000B}}
)",
      scenario::InputFormat::kYaml, "t.yaml", folder.path());
  const RunResult result = run(loaded);
  // 61 datagrams take 10 ms and 30 ms in turn.
  EXPECT_NEAR(*flow_of(result, "f").delay_mean_s, 0.020, 0.010 / 61 + 1e-6);
}

// ---- routes

// Between a and b directly, and over r3; the paths between different hosts take 5 ms.
std::string triangle(const std::string& direct) {
  return std::string(kHosts) + R"(violins:
  - name: v
    vrouters:
      - {name: r1, host: h1, nics: [{address: 10.1.0.1/24}, {address: 10.9.12.1/30, to: r2.eth1, link: )" +
         direct + R"(}, {address: 10.9.13.1/30, to: r3.eth0}]}
      - {name: r2, host: h2, nics: [{address: 10.2.0.1/24}, {address: 10.9.12.2/30}, {address: 10.9.23.1/30, to: r3.eth1}]}
      - {name: r3, host: h3, nics: [{address: 10.9.13.2/30}, {address: 10.9.23.2/30}]}
    vhosts:
      - {name: a, host: h1, nics: [{address: 10.1.0.2/24, to: r1.eth0}]}
      - {name: b, host: h2, nics: [{address: 10.2.0.2/24, to: r2.eth0}]}
traffic: [{name: way, from: a, to: b, traceroute: {}}]
)";
}

TEST(Routes, TakeTheShorterWayByDelay) {
  EXPECT_THAT(hops_of(run_yaml(triangle("{delay: 4ms}")), "way"), ElementsAre("r1", "r2", "b"));
  EXPECT_THAT(hops_of(run_yaml(triangle("{delay: 6ms}")), "way"),
              ElementsAre("r1", "r3", "r2", "b"));
}

TEST(Routes, AVHostsGatewayIsTheNearestVRouterOfItsVLan) {
  const std::string text = std::string(kHosts) + R"(violins:
  - name: v
    vswitches: [{name: s, host: h1}, {name: t, host: h3}]
    vrouters:
      - {name: far, host: h2, nics: [{address: 10.0.0.1/24, to: s}, {address: 10.1.0.1/24, to: t}]}
      - {name: near, host: h1, nics: [{address: 10.0.0.2/24, to: s}, {address: 10.1.0.2/24, to: t}]}
    vhosts:
      - {name: a, host: h1, nics: [{address: 10.0.0.9/24, to: s}]}
      - {name: b, host: h3, nics: [{address: 10.1.0.9/24, to: t}]}
traffic: [{name: way, from: a, to: b, traceroute: {}}]
)";
  EXPECT_THAT(hops_of(run_yaml(text), "way"), ElementsAre("near", "b"));
}

TEST(Routes, InStaticModeAreOnlyThoseThatAreGiven) {
  std::string text = triangle("{delay: 4ms}");
  text.replace(text.find("    vrouters:"), 0, "    routing: static\n");
  const RunResult result = run_yaml(text);
  EXPECT_FALSE(path_of(result, "way").reached);
}

// ---- isolation and feasibility

TEST(Builder, EachViolinsBooksCloseByThemselves) {
  scenario::LoadedScenario isolation = load_example("isolation");
  isolation.message.mutable_substrate()->clear_default_host();  // no stage is shared
  Built built(isolation);
  const Flows flows(built.builder());
  built.kernel().run_until(kRunStart + 10s);
  for (const std::string violin : {"red/", "blue/"}) {
    Ledger sum;
    std::uint64_t queued = 0;
    built.network().for_each_component([&](const Component& component) {
      if (component.name().starts_with(violin)) {
        sum.add(component.ledger());
        queued += component.queued();
      }
    });
    EXPECT_GT(sum.originated, 500U);
    EXPECT_EQ(sum.in, sum.out) << violin;  // what all handed over is what all received
    EXPECT_TRUE(sum.balances(queued)) << violin;
  }
}

TEST(Builder, NamesEveryHostWithTooLittleMemory) {
  const std::string text = R"(duration: 10s
substrate:
  pairs: {default_rtt: 10ms}
  hosts: [{name: small, memory: 1GiB}, {name: tiny, memory: 64MiB}, {name: big}]
violins:
  - name: v
    vswitches: [{name: s, host: big, memory: 8GiB}]
    vhosts:
      - {name: a, host: small, memory: 600MiB, nics: [{address: 10.0.0.1/24, to: s}]}
      - {name: b, host: small, memory: 600MiB, nics: [{address: 10.0.0.2/24, to: s}]}
    vhost_groups: [{name: g, count: 3, hosts: [tiny], to: s, subnet: 10.0.0.0/24, first: 10, memory: 32MiB}]
)";
  try {
    const Built built(text);
    FAIL() << "it was built";
  } catch (const InfeasibleError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("'small'"), HasSubstr("1200MiB"), HasSubstr("'tiny'"),
                                    Not(HasSubstr("'big'"))));
  }
}

// ---- substrates

TEST(Substrates, AGraphsHostsAreAsFarAsItsShortestPaths) {
  Built built(R"(duration: 10s
substrate:
  graph: {links: [{between: [x, y], delay: 5ms}, {between: [y, z], delay: 7ms}, {between: [x, z], delay: 20ms}]}
  hosts: [{name: h1, attach: x}, {name: h2, attach: z}]
violins: [{name: v}]
)");
  const Substrate& substrate = built.network().substrate();
  EXPECT_EQ(substrate.delay(*substrate.find("h1"), *substrate.find("h2")), 12ms);
}

TEST(Substrates, ScaleIsOfAllDelays) {
  Built built(R"(duration: 10s
substrate:
  pairs: {default_rtt: 10ms}
  hosts: [{name: h1}, {name: h2}, {name: h3}]
  overrides: [{between: [h1, h2], rtt: 50ms}]
  scale: 1.5
violins: [{name: v}]
)");
  const Substrate& substrate = built.network().substrate();
  EXPECT_EQ(substrate.delay(HostId{0}, HostId{1}), 37500us);
  EXPECT_EQ(substrate.delay(HostId{0}, HostId{2}), 7500us);
}

TEST(Substrates, AnOverrideGoesOverTheSourceAndLossIsAdded) {
  Built built(R"(duration: 10s
substrate:
  pairs: {default_rtt: 10ms}
  hosts: [{name: h1}, {name: h2}, {name: h3}]
  overrides: [{between: [h1, h2], rtt: 50ms, loss: 10%}]
  loss: 20%
violins: [{name: v}]
)");
  const Substrate& substrate = built.network().substrate();
  const HostId h1 = *substrate.find("h1");
  const HostId h2 = *substrate.find("h2");
  const HostId h3 = *substrate.find("h3");
  EXPECT_EQ(substrate.delay(h1, h2), 25ms);
  EXPECT_EQ(substrate.delay(h2, h1), 25ms);
  EXPECT_EQ(substrate.delay(h1, h3), 5ms);
  EXPECT_NEAR(substrate.loss(h1, h2), 1 - 0.9 * 0.8, 1e-12);
  EXPECT_NEAR(substrate.loss(h1, h3), 0.2, 1e-12);
}

}  // namespace
}  // namespace violin
