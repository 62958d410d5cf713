// Measured changes, where the data is present (VIOLIN_DATA, or ../shared/data beside the source):
// what theory says of any data holds on these.
#include "tests/real_data.h"

#include <algorithm>

#include "models/adaptation/clairvoyant.h"
#include "models/adaptation/plan_bound.h"
#include "models/substrate/cpu_trace.h"
#include "models/substrate/ping_trace.h"
#include "models/substrate/rtt_matrix.h"

namespace violin::adaptation {
namespace {

using namespace std::chrono_literals;

class MeasuredChange : public RealDataTest {
 protected:
  struct Costs {
    double bound, plan, policy, never;
  };
  static Costs play(const Epochs& epochs, const Assignment& start, const PolicyOptions& options) {
    AdaptivePolicy policy(options);
    const Plan played = replay(epochs, start, policy);
    const auto total = [&](const Plan& plan) {
      return judge(epochs, start, plan, options.prices).total();
    };
    return {bound_plans(epochs, start, options.prices, 50).bound,
            total(improve(epochs, start, played, options.prices)), total(played),
            total(never_move(epochs, start))};
  }
};

// A switch for users on these hosts, who send to each other in a ring.
placement::Problem star(const Substrate& substrate, const std::vector<HostId>& users,
                        std::vector<HostId> allowed) {
  placement::Problem problem(substrate);
  problem.entities.push_back({"switch", std::move(allowed), Bytes{16'000'000}});
  for (std::uint32_t i = 0; i < users.size(); ++i) {
    const auto next = static_cast<std::uint32_t>((i + 1) % users.size());
    problem.entities.push_back({"user" + std::to_string(i), {users[i]}, {}});
    problem.links.push_back({"port" + std::to_string(i), {EntityId{i + 1}, EntityId{0}}});
    problem.demands.push_back({"flow" + std::to_string(i),
                               EntityId{i + 1},
                               {{EntityId{next + 1}, {{i, 0}, {next, 1}}}},
                               1e6 * (i + 1),
                               100});
  }
  placement::check(problem);
  return problem;
}

// In the last epoch the policy knows for how long its horizon holds: a move pays there, or is not
// made.
TEST_F(MeasuredChange, BetweenTwoSlicesThePolicyIsNeverWorseThanStayingNorBetterThanTheBound) {
  const std::string second = read("netlatency-planetlab/PlanetLabData_9");
  Substrate substrate = load_rtt_matrix({"1", read("netlatency-planetlab/PlanetLabData_1")});
  std::vector<HostId> users;
  for (std::uint32_t h = 0; h < substrate.size(); h += 60) {
    users.push_back(HostId{h});
  }
  SubstrateTrace trace;
  trace.add(kRunStart + 1h, DelaysChange{load_rtt_delays({"9", second})});
  const placement::Problem problem = star(substrate, users, {});
  const Epochs epochs = observe(problem, substrate, trace, 1h, kRunStart + 2h);
  Assignment start{HostId{0}};
  start.insert(start.end(), users.begin(), users.end());
  start = improve({epochs[0]}, start, {start}, {}).front();
  for (const double per_move : {0.0, 1e3, 1e5, 1e7}) {
    const PolicyOptions options{.prices = {.move = per_move}, .horizon = 1h, .threshold = 1};
    const Costs costs = play(epochs, start, options);
    EXPECT_LE(costs.policy, costs.never);
    EXPECT_LE(costs.plan, costs.policy);
    EXPECT_NEAR(costs.bound, costs.plan, 1e-6 * costs.plan);  // one entity: both are the optimum
  }
}

// Two candidates, one price: the user's way to one follows the worst of the measured pairs, that to
// the other a calm one that is about as long.
TEST_F(MeasuredChange, OnAMeasuredSeriesTheCostIsAtMostThreeTimesTheBestPlanAndAMove) {
  const auto runs = load_ping_runs({"pings", read("planetlab-pings-2019/pings.csv")});
  DelayMatrix delays(3);
  for (std::size_t pair = 0; pair < 9; ++pair) {
    delays.set(pair / 3, pair % 3, pair % 4 == 0 ? 0ms : 140ms);
  }
  Substrate substrate({{"user"}, {"wild"}, {"calm"}}, MeasuredPaths(delays));
  const SubstrateTrace trace = ping_trace(runs, {{"6", HostId{0}}, {"8", HostId{1}}});  // both ways
  const placement::Problem problem =
      star(substrate, {HostId{0}, HostId{0}}, {HostId{1}, HostId{2}});
  const Epochs epochs = observe(problem, substrate, trace, 30min, kRunStart + 16 * 24h);
  for (const double per_move : {1e4, 1e5, 1e6}) {
    Prices prices{.move = per_move};
    Epochs weightless = epochs;
    for (Epoch& epoch : weightless) {
      epoch.snapshot.entities[0].memory = Bytes{};
    }
    const PolicyOptions options{.prices = prices, .horizon = 30min};
    const Costs costs = play(weightless, {HostId{1}, HostId{0}, HostId{0}}, options);
    EXPECT_LE(costs.policy, 3 * costs.plan + per_move);
    EXPECT_LT(costs.policy, costs.never);  // the wild way takes up to 7 s
    EXPECT_NEAR(costs.bound, costs.plan, 1e-6 * costs.plan);
  }
}

TEST_F(MeasuredChange, HostsThatOthersLoadAreLeftForOnesThatHaveCapacity) {
  auto traces = load_cpu_traces({"cpu", read("planetlab-cpu-traces/20110303.txt")});
  const auto rise = [](const CpuTrace& trace) {
    return trace.percent.front() - std::ranges::max(trace.percent);
  };
  std::ranges::stable_sort(traces, {}, rise);  // host1 is idle at first, and does not stay so
  constexpr std::uint32_t kHosts = 40;
  std::vector<OverlayHost> hosts{{"users"}};
  DelayMatrix delays(kHosts + 1);
  SubstrateTrace trace;
  for (std::uint32_t h = 1; h <= kHosts; ++h) {
    hosts.push_back({"host" + std::to_string(h)});
    for (std::uint32_t other = 0; other < h; ++other) {
      delays.set(h, other, std::chrono::milliseconds(h + other));  // host1 is the nearest
      delays.set(other, h, std::chrono::milliseconds(h + other));
    }
    const CpuTrace& load = traces[(h - 1) * traces.size() / kHosts];
    trace.add(capacity_trace(HostId{h}, load, {.idle = FrameRate{300}}));  // of which 200 are asked
  }
  Substrate substrate(hosts, MeasuredPaths(delays));
  std::vector<HostId> allowed;
  for (std::uint32_t h = 1; h <= kHosts; ++h) {
    allowed.push_back(HostId{h});
  }
  const placement::Problem problem = star(substrate, {HostId{0}, HostId{0}}, allowed);
  const Epochs epochs = observe(problem, substrate, trace, 5min, kRunStart + 24h);
  Assignment start{HostId{1}, HostId{0}, HostId{0}};
  start = improve({epochs[0]}, start, {start}, {}).front();
  const PolicyOptions options{.horizon = 5min};
  AdaptivePolicy policy(options);
  const Outcome played = judge(epochs, start, replay(epochs, start, policy), options.prices);
  const Outcome never = judge(epochs, start, never_move(epochs, start), options.prices);
  EXPECT_GT(never.breached, 0s);
  EXPECT_EQ(played.breached, 0s);  // there is always one with room, and a breach is dear
  const Costs costs = play(epochs, start, options);
  EXPECT_LE(costs.plan, costs.policy);
  EXPECT_LT(costs.policy, costs.never);
  EXPECT_NEAR(costs.bound, costs.plan, 1e-6 * costs.plan);
}

}  // namespace
}  // namespace violin::adaptation
