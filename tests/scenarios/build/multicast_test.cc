// What a source sends to a group reaches each member once, nobody else, and no link twice: over
// random VIOLINs of vLANs with several vSwitches and several vRouters at each.
#include "scenarios/build/multicast.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>
#include <memory>
#include <set>

#include "core/random.h"
#include "scenarios/build/checked_substrate.h"
#include "scenarios/run/flows.h"
#include "tests/scenarios/running.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

constexpr double kSeconds = 3;
constexpr int kFrames = 300;  // that the source sends

// vLAN i is 10.0.i.0/24, of the vSwitches l<i>a and l<i>b; each has two vHosts.
class RandomViolin {
 public:
  explicit RandomViolin(std::uint64_t seed) : random_(seed, "random VIOLIN") {
    lans_ = 2 + below(4);
    source_ = below(2 * lans_);
    for (std::size_t host = 0; host < 2 * lans_; ++host) {
      if (host != source_ && random_.chance(0.5)) {
        members_.insert(host);
      }
    }
    members_.insert((source_ + 1) % (2 * lans_));
  }

  std::string yaml() {
    std::string switches;
    std::string trunks;
    std::string hosts;
    for (std::size_t i = 0; i < lans_; ++i) {
      switches +=
          fmt::format("      - {{name: l{0}a, host: {1}}}\n      - {{name: l{0}b, host: {2}}}\n", i,
                      host(), host());
      trunks += fmt::format("      - {{between: [l{0}a, l{0}b]}}\n", i);
      for (std::size_t j = 0; j < 2; ++j) {
        hosts += fmt::format(
            "      - {{name: v{}, host: {}, nics: [{{address: 10.0.{}.{}/24, to: {}}}]}}\n",
            2 * i + j, host(), i, 100 + j, vswitch(i));
      }
    }
    return fmt::format(
        "duration: {}s\nsubstrate: {{pairs: {{default_rtt: 8ms}}, hosts: [{{name: h0}}, {{name: "
        "h1}}, {{name: h2}}]}}\nviolins:\n  - name: v\n    vswitches:\n{}    trunks:\n{}    "
        "vrouters:\n{}    vhosts:\n{}traffic:\n  - {{name: tv, from: v{}, to: 239.1.2.3, members: "
        "[{}], start: 5ms, cbr: {{rate: 800kbit/s, size: 1000B}}}}\n",
        kSeconds, switches, trunks, routers(), hosts, source_, member_names());
  }

  bool receives(std::string_view vhost) const {
    return members_.contains(static_cast<std::size_t>(std::stoi(std::string(vhost.substr(1)))));
  }
  std::size_t members() const { return members_.size(); }

 private:
  std::size_t below(std::size_t n) { return random_() % n; }
  std::string host() { return fmt::format("h{}", below(3)); }
  std::string vswitch(std::size_t lan) { return fmt::format("l{}{}", lan, "ab"[below(2)]); }

  // Each vLAN is joined with the next, and some with others, by paths of equal length.
  std::string routers() {
    std::string text;
    std::vector<std::size_t> used(lans_);
    const auto add = [&](const std::set<std::size_t>& lans) {
      std::string nics;
      for (const std::size_t lan : lans) {
        nics += fmt::format("{}{{address: 10.0.{}.{}/24, to: {}}}", nics.empty() ? "" : ", ", lan,
                            ++used[lan], vswitch(lan));
      }
      text +=
          fmt::format("      - {{name: r{}, host: {}, nics: [{}]}}\n", routers_++, host(), nics);
    };
    for (std::size_t i = 0; i + 1 < lans_; ++i) {
      add({i, i + 1});
    }
    for (std::size_t i = 0; i < below(4); ++i) {
      const std::size_t first = below(lans_);
      add({first, (first + 1 + below(lans_ - 1)) % lans_, below(lans_)});
    }
    return text;
  }

  std::string member_names() const {
    std::string names;
    for (const std::size_t member : members_) {
      names += fmt::format("{}v{}", names.empty() ? "" : ", ", member);
    }
    return names;
  }

  RandomStream random_;
  std::size_t lans_ = 0;
  std::size_t routers_ = 0;
  std::size_t source_ = 0;
  std::set<std::size_t> members_;
};

// A scenario's network with its traffic, to be looked into.
struct Running {
  explicit Running(const std::string& yaml)
      : scenario(parse_yaml(yaml)),
        kernel(1),
        network(kernel, checked_substrate(scenario).substrate),
        builder(scenario, network) {
    builder.build();
    flows = std::make_unique<Flows>(builder);
  }
  Node& node(const std::string& name) { return *builder.find(name); }
  void run_until(Duration until) { kernel.run_until(kRunStart + until); }

  scenario::LoadedScenario scenario;
  Kernel kernel;
  Network network;
  ScenarioBuilder builder;
  std::unique_ptr<Flows> flows;
};

class MulticastTree : public testing::TestWithParam<std::uint64_t> {};

TEST_P(MulticastTree, ReachesEachMemberOnceAndNobodyElse) {
  for (std::uint64_t seed = GetParam() * 10; seed < GetParam() * 10 + 10; ++seed) {
    RandomViolin violin(seed);
    const std::string yaml = violin.yaml();
    SCOPED_TRACE(fmt::format("seed {}:\n{}", seed, yaml));
    Running run(yaml);
    run.run_until(4s);
    ASSERT_EQ(run.flows->results().size(), violin.members());
    for (const FlowResult& result : run.flows->results()) {
      EXPECT_GE(result.received, kFrames - 10) << result.to;
      EXPECT_EQ(result.duplicated, 0U) << result.to;
    }
    for (const auto& node : run.network.networks().front()->nodes()) {
      if (node->kind == EntityKind::kVHost && !violin.receives(node->name())) {
        EXPECT_EQ(node->entity->ledger().drops(Drop::kNotForUs), 0U) << node->name();
      }
    }
    run.network.for_each_pipe([](const Pipe& pipe) {
      EXPECT_LE(pipe.ledger().in, kFrames * 4 / 3 + 50) << pipe.name();  // 4 s, and some ARP
    });
  }
}
INSTANTIATE_TEST_SUITE_P(Hundred, MulticastTree, testing::Range<std::uint64_t>(0, 10));

constexpr const char* kRing = R"(duration: 20s
substrate: {pairs: {default_rtt: 8ms}, hosts: [{name: h1}, {name: h2}, {name: h3}]}
violins:
  - name: v
    routing: {mode: auto, convergence: 1s}
    vswitches: [{name: s1, host: h1}, {name: s2, host: h2}, {name: s3, host: h3}]
    vrouters:
      - {name: r1, host: h1, nics: [{name: lan, address: 10.1.0.1/24, to: s1}, {name: to2, address: 10.0.12.1/30, to: r2.to1}, {name: to3, address: 10.0.13.1/30, to: r3.to1}]}
      - {name: r2, host: h2, nics: [{name: lan, address: 10.2.0.1/24, to: s2}, {name: to1, address: 10.0.12.2/30}, {name: to3, address: 10.0.23.1/30, to: r3.to2}]}
      - {name: r3, host: h3, nics: [{name: lan, address: 10.3.0.1/24, to: s3}, {name: to1, address: 10.0.13.2/30}, {name: to2, address: 10.0.23.2/30}]}
    vhosts:
      - {name: a, host: h1, nics: [{name: eth0, address: 10.1.0.2/24, to: s1}]}
      - {name: b, host: h2, nics: [{name: eth0, address: 10.2.0.2/24, to: s2}]}
      - {name: c, host: h3, nics: [{name: eth0, address: 10.3.0.2/24, to: s3}]}
      - {name: d, host: h3, nics: [{name: eth0, address: 10.3.0.3/24, to: s3}]}
traffic: [{name: tv, from: a, to: 239.1.2.3, members: [b, c], cbr: {rate: 800kbit/s, size: 1000B}}]
)";

RunResult ring_with(std::string_view timeline) {
  return run_yaml(fmt::format("{}timeline: {}\n", kRing, timeline));
}

TEST(Multicast, FollowsTheRoutesWhenACableIsPulled) {
  const RunResult result = ring_with("[{at: 5s, link: {nic: r1.to3, up: false}}]");
  for (const FlowResult& flow : result.flows) {
    const bool was_cut_off = flow.to == "c";  // until routes have converged
    EXPECT_NEAR(static_cast<double>(flow.lost), was_cut_off ? 100 : 1, 3) << flow.to;
    EXPECT_EQ(flow.duplicated, 0U);
  }
  EXPECT_TRUE(result.ledger.balanced);
}

TEST(Multicast, FindsAMemberInItsNewVlan) {
  const RunResult result =
      ring_with("[{at: 5s, rewire: {nic: c.eth0, to: s1, address: 10.1.0.9/24}}]");
  for (const FlowResult& flow : result.flows) {
    EXPECT_NEAR(static_cast<double>(flow.received), 2000, 3) << flow.to;
  }
  EXPECT_TRUE(result.ledger.balanced);
}

TEST(Multicast, EndsWhenAnEndIsRemoved) {
  Running run(kRing);
  run.run_until(1s);
  Node& source = run.node("a");
  Node& member = run.node("c");
  const VirtualNetwork& violin = source.network;
  ASSERT_EQ(violin.groups().size(), 1U);
  run.flows->leave(source);
  EXPECT_TRUE(violin.groups().empty());

  const Ipv4Address another = *Ipv4Address::parse("239.1.2.4");
  run.network.open_group(source, another, std::array{&run.node("b"), &member});
  run.network.remove(member);
  ASSERT_EQ(violin.groups().size(), 1U);
  EXPECT_EQ(violin.groups().front()->members.size(), 1U);
  run.network.remove(source);
  EXPECT_TRUE(violin.groups().empty());
  run.run_until(2s);
}

}  // namespace
}  // namespace violin
