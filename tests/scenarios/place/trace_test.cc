#include "scenarios/build/trace.h"

#include "scenarios/build/builder.h"
#include "scenarios/build/checked_substrate.h"
#include "tests/scenarios/running.h"

namespace violin {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Built {
 public:
  explicit Built(scenario::LoadedScenario loaded)
      : scenario_(std::move(loaded)),
        kernel_(1),
        network_(kernel_, checked_substrate(scenario_).substrate),
        builder_(scenario_, network_) {
    builder_.build();
  }

  Node& node(const std::string& name) { return *builder_.find(name); }

  // The entities that a datagram passes, the last one included; "no way" if there is none.
  std::vector<std::string> way(const std::string& from, const std::string& to) {
    const auto crossed = trace(*builder_.find(from), *Ipv4Address::parse(to));
    if (!crossed) {
      return {"no way"};
    }
    std::vector<std::string> names;
    for (const Crossing& crossing : *crossed) {
      names.emplace_back(crossing.link->ends[1 - crossing.direction].node->name());
    }
    return names;
  }

 private:
  scenario::LoadedScenario scenario_;
  Kernel kernel_;
  Network network_;
  ScenarioBuilder builder_;
};

TEST(Trace, FollowsGatewaysAndSwitchesAsTracerouteDoes) {
  Built figure2(load_example("figure2"));
  EXPECT_THAT(figure2.way("vHost1", "10.0.2.2"),
              ElementsAre("vSwitch1", "vRouter1", "vSwitch2", "vHost3"));
  EXPECT_THAT(figure2.way("vHost1", "10.0.1.3"), ElementsAre("vSwitch1", "vHost2"));
  EXPECT_THAT(figure2.way("vHost1", "10.0.1.2"), IsEmpty());
  EXPECT_THAT(figure2.way("vHost1", "10.0.1.1"), ElementsAre("vSwitch1", "vRouter1"));
}

TEST(Trace, TellsWhatCannotBeReached) {
  Built figure2(load_example("figure2"));
  EXPECT_THAT(figure2.way("vHost1", "10.0.1.99"), ElementsAre("no way"));    // nobody
  EXPECT_THAT(figure2.way("vHost1", "192.168.1.1"), ElementsAre("no way"));  // no route
}

TEST(Trace, EndsWhereRoutersSendInACircle) {
  Built circle(parse_yaml(R"(duration: 1s
substrate: {pairs: {default_rtt: 10ms}, hosts: [{name: h1}]}
violins:
  - name: v
    routing: static
    vrouters:
      - {name: r1, host: h1, nics: [{address: 10.0.0.1/24, to: a.eth0}, {address: 10.9.0.1/30, to: r2.eth0}], routes: [{to: 10.5.0.0/16, via: 10.9.0.2}]}
      - {name: r2, host: h1, nics: [{address: 10.9.0.2/30}]}
    vhosts:
      - {name: a, host: h1, nics: [{address: 10.0.0.2/24}], gateway: 10.0.0.1}
)"));
  // Validation refuses this, but tables may come to it during a run.
  circle.node("r2").vrouter().add_route(*Ipv4Prefix::parse("10.5.0.0/16"),
                                        *Ipv4Address::parse("10.9.0.1"));
  EXPECT_THAT(circle.way("a", "10.5.0.1"), ElementsAre("no way"));
  EXPECT_THAT(circle.way("a", "10.9.0.2"), ElementsAre("r1", "r2"));
}

}  // namespace
}  // namespace violin
