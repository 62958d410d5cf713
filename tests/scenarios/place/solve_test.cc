#include "scenarios/place/solve.h"

#include "tests/scenarios/running.h"

namespace violin {
namespace {

using ::testing::HasSubstr;

std::string host_of(const PlacedScenario& found, const std::string& entity) {
  const auto& problem = found.planning->problem();
  const auto at = std::ranges::find(problem.entities, entity, &placement::Entity::name);
  return problem.substrate
      .host(found.placed.placement[static_cast<std::size_t>(at - problem.entities.begin())])
      .name;
}

// The cheapest of all placements of three entities.
double best_of_all(const placement::Problem& problem, placement::Assignment placement,
                   std::array<std::size_t, 3> moving) {
  double best = std::numeric_limits<double>::infinity();
  const auto n = static_cast<std::uint32_t>(problem.hosts());
  for (std::uint32_t i = 0; i < n * n * n; ++i) {
    placement[moving[0]] = HostId{i % n};
    placement[moving[1]] = HostId{i / n % n};
    placement[moving[2]] = HostId{i / n / n};
    best = std::min(best, evaluate(problem, placement).cost);
  }
  return best;
}

TEST(Solve, FindsTheOptimumOfFigure2) {
  for (const std::string& solver : solver_names()) {
    SCOPED_TRACE(solver);
    auto planning = std::make_unique<Planning>(load_example("figure2"));
    if (solver == "messages") {  // a tree is not its business
      EXPECT_THROW(solve(std::move(planning), solver, {}), std::invalid_argument);
      continue;
    }
    const PlacedScenario found = solve(std::move(planning), solver, {});
    const auto& problem = found.planning->problem();
    std::array<std::size_t, 3> moving{};
    std::size_t count = 0;
    for (std::size_t e = 0; e < problem.entities.size(); ++e) {
      if (!problem.entities[e].pinned()) {
        moving.at(count++) = e;
      }
    }
    ASSERT_EQ(count, 3U);
    const double best = best_of_all(problem, found.placed.placement, moving);
    EXPECT_NEAR(found.placed.evaluation.cost, best, 1e-6 * best);
    EXPECT_LE(found.placed.bound, best * (1 + 1e-9));
  }
}

const std::string kTight = R"(duration: 1s
substrate:
  pairs: {default_rtt: 10ms}
  hosts: [{name: h1, memory: 100MB}, {name: h2, memory: 60MB}]
violins:
  - name: v
    vswitches: [{name: s, memory: 70MB}, {name: t, memory: 50MB}]
    vhosts:
      - {name: a, host: h1, memory: 20MB, nics: [{address: 10.0.0.1/24, to: s}, {address: 10.0.1.1/24, to: t}]}
      - {name: b, host: h1, nics: [{address: 10.0.0.2/24, to: s}, {address: 10.0.1.2/24, to: t}]}
traffic: [{name: f, from: a, to: b, cbr: {rate: 1Mbit/s}}, {name: g, from: a, to: b.eth1, cbr: {rate: 2Mbit/s}}]
)";

TEST(Solve, KeepsConstraints) {
  const PlacedScenario found = solve(std::make_unique<Planning>(parse_yaml(kTight)), "auto", {});
  // Only one fits beside a, and t, which is worth more there, leaves no room for s on h2.
  EXPECT_EQ(host_of(found, "s"), "h1");
  EXPECT_EQ(host_of(found, "t"), "h2");
  EXPECT_TRUE(found.placed.proven());
}

TEST(Solve, NamesTheConstraintsThatConflict) {
  std::string text = kTight;
  text += "planning: {apart: [{entities: [a, s]}]}\n";
  try {
    solve(std::make_unique<Planning>(parse_yaml(text)), "auto", {});
    FAIL() << "a placement was found";
  } catch (const placement::Infeasible& error) {
    // s is apart from a, which is on h1, and does not fit on h2.
    EXPECT_THAT(error.conflict().size(), testing::Le(3U));
    EXPECT_THAT(error.what(), HasSubstr("'a' and 's' are to be apart"));
    EXPECT_THAT(error.what(), HasSubstr("h2"));
  }
}

TEST(Solve, FollowsTheRoutesOfAMesh) {
  const std::string text = R"(duration: 1s
substrate:
  pairs: {default_rtt: 20ms, rtts: [{between: [h1, h2], rtt: 2ms}]}
  hosts: [{name: h1}, {name: h2}, {name: h3}]
violins:
  - name: v
    vrouters:
      - {name: r1, host: h1, nics: [{address: 10.0.1.1/24, to: a.eth0}, {name: x, address: 10.9.0.1/30, to: r2.x}, {name: y, address: 10.9.1.1/30, to: r3.y}]}
      - {name: r2, host: h2, nics: [{address: 10.0.2.1/24, to: b.eth0}, {name: x, address: 10.9.0.2/30}, {name: z, address: 10.9.2.1/30, to: r3.z}]}
      - {name: r3, host: h3, nics: [{name: y, address: 10.9.1.2/30}, {name: z, address: 10.9.2.2/30}]}
    vhosts:
      - {name: a, host: h1, nics: [{address: 10.0.1.2/24}]}
      - {name: b, host: h2, nics: [{address: 10.0.2.2/24}]}
traffic: [{name: f, from: a, to: b, cbr: {rate: 958kbit/s, size: 958B}}]
)";
  const PlacedScenario found = solve(std::make_unique<Planning>(parse_yaml(text)), "auto", {});
  EXPECT_NEAR(found.placed.evaluation.cost, 1.0 * 1.0, 1e-6);  // 1 Mbit/s over 1 ms
  EXPECT_EQ(found.placed.given, "the routes that are taken here");
}

TEST(Relay, LeadsALinkOverAThirdHostWhereThatIsShorter) {
  // 50 ms from h1 to h2, but 1 + 1 over h3, on which no entity may run but relays.
  const std::string text = R"(duration: 1s
substrate:
  pairs: {default_rtt: 2ms, rtts: [{between: [h1, h2], rtt: 100ms}]}
  hosts: [{name: h1}, {name: h2}, {name: h3}]
violins:
  - name: v
    default_link: {rate: 100Mbit/s, delay: 1ms}
    vswitches: [{name: s}]
    vhosts:
      - {name: a, host: h1, nics: [{address: 10.0.0.1/24, to: s}]}
      - {name: b, host: h2, nics: [{address: 10.0.0.2/24, to: s}]}
traffic: [{name: f, from: a, to: b, cbr: {rate: 958kbit/s, size: 958B}}]
planning: {rules: [{entities: [s], hosts: [h1, h2]}]}
)";
  PlacedScenario found = solve(std::make_unique<Planning>(parse_yaml(text)), "auto", {});
  EXPECT_NEAR(found.placed.evaluation.cost, 50, 1e-6);
  found = relay(std::move(found), 0.05, "auto", {});
  EXPECT_NEAR(found.placed.evaluation.cost, 2, 1e-6);
  EXPECT_EQ(host_of(found, "relay1"), "h3");
  const RunResult result = run(found.planning->scenario());
  // Two virtual links with 1 ms each, and 80 us of serialisation.
  EXPECT_NEAR(*flow_of(result, "f").delay_p50_s, 0.002 + 0.002 + 2 * 80e-6, 1e-5);
}

TEST(Solve, TellsASolverThatItDoesNotHave) {
  const Planning planning(load_example("figure2"));
  EXPECT_THROW(solve(planning.problem(), "magic", {}), std::invalid_argument);
}

}  // namespace
}  // namespace violin
