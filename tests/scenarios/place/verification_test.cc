#include "scenarios/place/verification.h"

#include <fmt/format.h>

#include "core/random.h"
#include "tests/scenarios/running.h"

namespace violin {
namespace {

// Two vLANs of vHosts behind one or two vRouters on random hosts, with links and flows of every
// kind that the model predicts.
class RandomPlan {
 public:
  explicit RandomPlan(std::uint64_t seed) : random_(seed, "random plan") {}

  std::string yaml() {
    hosts_ = 3 + below(4);
    text_ =
        fmt::format("duration: 10s\nsubstrate:\n  pairs: {{default_rtt: {}ms}}\n", 2 + below(60));
    text_ += random_.chance(0.3) ? fmt::format("  loss: {}%\n", 1 + below(4)) : "";
    text_ += "  hosts:\n";
    for (std::size_t h = 0; h < hosts_; ++h) {
      text_ += fmt::format("    - {{name: h{}{}}}\n", h, limits());
    }
    text_ += "violins:\n  - name: v\n    vswitches: [{name: s1}, {name: s2}]\n";
    const bool two = random_.chance(0.5);
    text_ += two ? R"(    vrouters:
      - {name: r1, nics: [{address: 10.0.1.1/24, to: s1}, {address: 10.9.0.1/30, to: r2.eth1}]}
      - {name: r2, nics: [{address: 10.0.2.1/24, to: s2}, {address: 10.9.0.2/30}]}
)"
                 : R"(    vrouters:
      - {name: r1, nics: [{address: 10.0.1.1/24, to: s1}, {address: 10.0.2.1/24, to: s2}]}
)";
    text_ += "    vhosts:\n";
    for (std::size_t i = 0; i < 6; ++i) {
      text_ += fmt::format(
          "      - {{name: a{0}, host: h{1}, nics: [{{address: 10.0.{2}.{3}/24, to: s{2}, "
          "link: {{{4}}}}}]}}\n",
          i, below(hosts_), 1 + i % 2, 10 + i, link());
    }
    text_ += "traffic:\n";
    for (std::size_t i = 0; i < 2 + below(5); ++i) {
      const std::size_t from = below(6);
      text_ += fmt::format("  - {{name: f{}, from: a{}, to: a{}, {}}}\n", i, from,
                           (from + 1 + below(5)) % 6, traffic());
    }
    if (random_.chance(0.5)) {
      const std::size_t from = below(6);
      text_ += fmt::format(
          "  - {{name: all, from: a{}, to: 10.0.{}.255, cbr: {{rate: {}kbit/s, size: 200B}}}}\n",
          from, 1 + from % 2, 20 + below(200));
    }
    if (random_.chance(0.5)) {
      text_ += group();
    }
    return text_;
  }

 private:
  std::size_t below(std::size_t n) { return random_() % n; }

  // Of planning, so that it comes on top of the traffic.
  std::string group() {
    const std::size_t source = below(6);
    std::string members;
    for (std::size_t i = 1; i < 6; ++i) {
      if (i == 1 || random_.chance(0.5)) {
        members += fmt::format("{}a{}", members.empty() ? "" : ", ", (source + i) % 6);
      }
    }
    return fmt::format(
        "planning: {{multicast: [{{source: a{}, members: [{}], rate: {}kbit/s, size: {}B}}]}}\n",
        source, members, 50 + below(200), 100 + below(1300));
  }

  std::string limits() {
    std::string text;
    if (random_.chance(0.6)) {
      text += fmt::format(", capacity: {}frames/s", 2000 + below(50'000));
    }
    if (random_.chance(0.6)) {
      text +=
          fmt::format(", access: {{up: {}Mbit/s, down: {}Mbit/s}}", 5 + below(100), 5 + below(100));
    }
    return text;
  }

  std::string link() {
    std::string text = fmt::format("rate: {}kbit/s", 2000 + below(50'000));
    if (random_.chance(0.5)) {
      text += fmt::format(", delay: {}ms", below(20));
    } else if (random_.chance(0.5)) {
      text += ", delay: {uniform: {low: 1ms, high: 9ms}}, reorder: true";
    }
    text += random_.chance(0.3) ? fmt::format(", loss: {}%", below(5)) : "";
    text += random_.chance(0.1) ? ", duplicate: 2%" : "";
    text += random_.chance(0.1) ? ", corrupt: 2%" : "";
    text += random_.chance(0.2) ? ", overhead: 24B" : "";
    return text;
  }

  std::string traffic() {
    switch (below(3)) {
      case 0:
        return fmt::format("cbr: {{rate: {}kbit/s, size: {}B}}", 50 + below(400),
                           100 + below(1300));
      case 1:
        return fmt::format("poisson: {{rate: {}kbit/s, size: 500B}}", 50 + below(400));
      default:
        return "ping: {interval: 100ms}";
    }
  }

  RandomStream random_;
  std::size_t hosts_ = 0;
  std::string text_;
};

placement::Assignment random_placement(const placement::Problem& problem, std::uint64_t seed) {
  RandomStream random(seed, "placement");
  placement::Assignment placement;
  for (const placement::Entity& entity : problem.entities) {
    placement.push_back(
        entity.pinned().value_or(HostId{static_cast<std::uint32_t>(random() % problem.hosts())}));
  }
  return placement;
}

std::string contradictions(const Verification& verification) {
  std::string text;
  for (const Comparison& c : verification.comparisons) {
    if (!c.agrees()) {
      text += fmt::format("{} {} {}: predicted {} ({} to {}), simulated {}\n", c.kind, c.name,
                          c.quantity, c.predicted, c.least, c.most, c.measured);
    }
  }
  return text;
}

class VerificationOfRandomPlans : public testing::TestWithParam<std::uint64_t> {};

TEST_P(VerificationOfRandomPlans, TheSimulationAgreesWithTheModel) {
  std::size_t compared = 0;
  for (std::uint64_t seed = GetParam() * 10; seed < GetParam() * 10 + 10; ++seed) {
    const std::string yaml = RandomPlan(seed).yaml();
    SCOPED_TRACE(fmt::format("seed {}:\n{}", seed, yaml));
    const auto scenario = parse_yaml(yaml);
    const Planning planning(scenario);
    const auto verification =
        verify(scenario, planning, random_placement(planning.problem(), seed), seed);
    EXPECT_TRUE(verification.agrees()) << contradictions(verification);
    compared += verification.comparisons.size();
  }
  EXPECT_GT(compared, 100U);
}
INSTANTIATE_TEST_SUITE_P(Hundred, VerificationOfRandomPlans, testing::Range<std::uint64_t>(0, 10));

TEST(Verification, AModelThatIsWrongIsContradicted) {
  // The simulation runs on paths that are slower than those that the problem was made from.
  const char* text = R"(duration: 10s
substrate: {{pairs: {{default_rtt: {}ms}}, hosts: [{{name: h1}}, {{name: h2}}]}}
violins:
  - name: v
    vswitches: [{{name: s}}]
    vhosts:
      - {{name: a, host: h1, nics: [{{address: 10.0.0.1/24, to: s}}]}}
      - {{name: b, host: h2, nics: [{{address: 10.0.0.2/24, to: s}}]}}
traffic: [{{name: f, from: a, to: b, cbr: {{rate: {}, size: 100B}}}}]
)";
  const auto scenario = parse_yaml(fmt::format(fmt::runtime(text), 20, "80kbit/s"));
  const Planning planning(scenario);
  const placement::Assignment placement{HostId{0}, HostId{0}, HostId{1}};
  EXPECT_TRUE(verify(scenario, planning, placement, 1).agrees());

  const auto slower = parse_yaml(fmt::format(fmt::runtime(text), 22, "80kbit/s"));
  const Verification late = verify(slower, planning, placement, 1);
  EXPECT_THAT(contradictions(late), testing::HasSubstr("flow f delay"));
}

}  // namespace
}  // namespace violin
