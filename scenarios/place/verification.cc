#include "scenarios/place/verification.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/random.h"
#include "core/require.h"
#include "scenarios/place/prediction.h"
#include "scenarios/run/run.h"

namespace violin {

namespace pb = scenario;
using placement::Hop;

namespace {

constexpr double kDatagrams = 60;         // that the slowest flow should send
constexpr double kShortest = 4;           // s
constexpr double kLongest = 120;          // s
constexpr double kWarmUp = 10;            // s, in which neighbours find each other
constexpr double kLatestStart = 1;        // s
constexpr double kDelayTolerance = 0.01;  // of quantiles, which are within 1 %
constexpr double kLoadTolerance = 0.02;
constexpr double kDeviations = 5;

// How many frames are to pass somewhere, and how many more or fewer may.
struct Count {
  double frames = 0;
  double variance = 0;
  bool known = true;
};

class Verifier {
 public:
  Verifier(const pb::LoadedScenario& scenario, const Planning& planning,
           const placement::Assignment& placement, std::uint64_t seed)
      : planning_(planning),
        problem_(planning.problem()),
        placement_(placement),
        seed_(seed),
        prediction_(planning, placement),
        scenario_(with_plan(scenario, planning.problem(), placement)) {}

  Verification run() && {
    prepare();
    const RunResult before = simulate(kWarmUp);
    result_.run = simulate(kWarmUp + duration_);
    measure(before);
    compare_flows();
    compare_loads();
    return std::move(result_);
  }

 private:
  void prepare() {
    duration_ = kShortest;
    for (const PredictedFlow& flow : prediction_.flows()) {
      duration_ = std::max(duration_, kDatagrams / flow.datagrams_per_second);
    }
    duration_ = std::min(std::ceil(duration_), kLongest);
    scenario_.message.clear_timeline();
    scenario_.message.clear_captures();
    scenario_.message.clear_traffic();
    scenario_.message.mutable_planning()->clear_adaptation();
    RandomStream random(seed_, "verification");
    for (const PredictedFlow& flow : prediction_.flows()) {
      pb::Flow& added = *scenario_.message.add_traffic();
      added = *flow.flow;
      added.set_start(fmt::format("{:.0f}us", random.uniform() * kLatestStart * 1e6));
    }
  }

  // The same seed: a longer run begins as a shorter one.
  RunResult simulate(double seconds) {
    scenario_.message.set_duration(fmt::format("{:.0f}s", seconds));
    return violin::run(scenario_, {seed_, std::nullopt, {}});
  }

  // What was carried after the warm-up.
  void measure(const RunResult& before) {
    for (const LinkResult& link : result_.run.links) {
      carried_[link.from + " -> " + link.to] += static_cast<double>(link.frames);
    }
    for (const LinkResult& link : before.links) {
      carried_[link.from + " -> " + link.to] -= static_cast<double>(link.frames);
    }
    for (const HostResult& host : result_.run.hosts) {
      carried_[host.name] += static_cast<double>(host.frames);
    }
    for (const HostResult& host : before.hosts) {
      carried_[host.name] -= static_cast<double>(host.frames);
    }
  }

  void compare(const std::string& kind, const std::string& name, const std::string& quantity,
               const std::string& unit, double predicted, double least, double most,
               double measured) {
    result_.comparisons.push_back({kind, name, quantity, unit, predicted, least, most, measured});
  }

  void compare_flows() {
    for (const PredictedFlow& flow : prediction_.flows()) {
      for (const placement::Receiver& receiver : flow.demand->receivers) {
        const Node& node = planning_.node(receiver.entity);
        if (node.kind == EntityKind::kVHost) {  // others listen to nothing
          compare_flow(flow, receiver, measured(flow, node));
        }
      }
    }
  }

  const FlowResult& measured(const PredictedFlow& flow, const Node& receiver) const {
    const auto found = std::ranges::find_if(result_.run.flows, [&](const FlowResult& result) {
      return result.name == flow.demand->name &&
             (!flow.is_to_many() || result.to == receiver.name() ||
              result.to == receiver.full_name());
    });
    require(found != result_.run.flows.end(), "each receiver of a flow has its result");
    return *found;
  }

  void compare_flow(const PredictedFlow& flow, const placement::Receiver& receiver,
                    const FlowResult& result) {
    const auto predicted = prediction_.delay(flow, receiver.path);
    const std::string name = flow.is_to_many()
                                 ? fmt::format("{} to {}", flow.demand->name, result.to)
                                 : flow.demand->name;
    if (!predicted.problem.empty() || !result.delay_p50_s) {
      result_.left_out.push_back(fmt::format(
          "'{}': {}", name, predicted.problem.empty() ? "nothing arrived" : predicted.problem));
      return;
    }
    // The median of n uniform variates is off by their half-width over sqrt(n), typically.
    const double off = kDeviations * predicted.spread /
                       std::sqrt(std::max(1.0, static_cast<double>(result.received)));
    const double least = (predicted.least - off) * (1 - kDelayTolerance);
    const double most = (predicted.most + off) * (1 + kDelayTolerance) + 1e-6;
    compare("flow", name, "delay", "s", predicted.least, least, most, *result.delay_p50_s);
    const auto direct = problem_.substrate.delay(placement_[to_index(flow.demand->source)],
                                                 placement_[to_index(receiver.entity)]);
    if (result.stretch && direct && *direct > Duration::zero()) {
      const double unit = to_seconds(*direct);
      compare("flow", name, "stretch", "", predicted.least / unit, least / unit, most / unit,
              *result.stretch);
    }
  }

  void compare_loads() {
    for (const PredictedFlow& flow : prediction_.flows()) {
      count(flow, flow.demand->frames_per_second * duration_);
    }
    for (const auto& [link, count] : links_) {
      compare_load("link", link, count, 1);
    }
    for (const auto& [host, count] : hosts_) {
      compare_load("host", problem_.substrate.host(host).name, count,
                   static_cast<double>(std::ranges::count(placement_, host)));
    }
  }

  void count(const PredictedFlow& flow, double sent) {
    for (const auto& leg : flow.legs()) {
      const bool told = prediction_.drops_nothing(flow, *leg.path);
      add(links_[link_name(leg.hop())], sent, told, prediction_.survival(*leg.path, leg.index));
      add(hosts_[prediction_.to(leg.hop())], sent, told,
          prediction_.survival(*leg.path, leg.index + 1));
    }
  }

  static void add(Count& count, double sent, bool told,
                  const std::optional<Prediction::Survival>& survival) {
    count.known = count.known && told && survival;
    if (survival) {
      count.frames += sent * survival->frames;
      count.variance += sent * (1 - survival->untouched);
    }
  }

  std::string link_name(const Hop& hop) const {
    const VirtualLink& link = planning_.link(hop.link);
    const auto name = [](const LinkEnd& end) {
      return end.node->full_name() + "." + end.node->nic_at(end.port).name;
    };
    return name(link.ends[hop.direction]) + " -> " + name(link.ends[1 - hop.direction]);
  }

  // ARP asks again now and then, flooded through the vLAN to each of the host's entities; and one
  // frame of each flow may be under way at the beginning or end.
  void compare_load(const std::string& kind, const std::string& name, const Count& count,
                    double entities) {
    if (!count.known) {
      result_.left_out.push_back(fmt::format(
          "load of {} {}: frames are lost in bursts or by full queues on the way", kind, name));
      return;
    }
    const auto flows = static_cast<double>(prediction_.flows().size());
    const double slack =
        kLoadTolerance * count.frames + kDeviations * std::sqrt(count.variance) + 2 * (flows + 1);
    const double arp = 4 * (flows + 1) * entities;
    compare(kind, name, "load", "frames/s", count.frames / duration_,
            (count.frames - slack) / duration_, (count.frames + slack + arp) / duration_,
            carried_[name] / duration_);
  }

  const Planning& planning_;
  const placement::Problem& problem_;
  const placement::Assignment& placement_;
  std::uint64_t seed_;
  Prediction prediction_;
  pb::LoadedScenario scenario_;
  double duration_ = 0;
  std::map<std::string, double> carried_;  // frames, by link or host
  std::map<std::string, Count> links_;
  std::map<HostId, Count> hosts_;
  Verification result_;
};

}  // namespace

bool Verification::agrees() const {
  return run.ledger.balanced && std::ranges::all_of(comparisons, &Comparison::agrees);
}

Verification verify(const pb::LoadedScenario& scenario, const Planning& planning,
                    const placement::Assignment& placement, std::uint64_t seed) {
  return Verifier(scenario, planning, placement, seed).run();
}

}  // namespace violin
