#include "scenarios/place/verification.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/random.h"
#include "scenarios/place/prediction.h"
#include "scenarios/run/run.h"

namespace violin {

namespace pb = scenario;
using placement::Demand;
using placement::Hop;

namespace {

constexpr double kDatagrams = 60;         // that the slowest flow should send
constexpr double kShortest = 4;           // s
constexpr double kLongest = 120;          // s
constexpr double kLatestStart = 1;        // s
constexpr double kDelayTolerance = 0.01;  // of quantiles, which are within 1 %
constexpr double kLoadTolerance = 0.02;
constexpr double kDeviations = 5;

// How many frames are to pass somewhere, and how many more or fewer may.
struct Count {
  double frames = 0;
  double variance = 0;
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
    result_.run = violin::run(scenario_, {seed_, std::nullopt, {}});
    compare_flows();
    compare_loads();
    return std::move(result_);
  }

 private:
  void prepare() {
    duration_ = kShortest;
    for (const Unicast& flow : prediction_.flows()) {
      duration_ = std::max(duration_, kLatestStart + kDatagrams / flow.datagrams_per_second);
    }
    duration_ = std::min(std::ceil(duration_), kLongest);
    scenario_.message.clear_timeline();
    scenario_.message.clear_captures();
    scenario_.message.clear_traffic();
    scenario_.message.set_duration(fmt::format("{:.0f}s", duration_));
    RandomStream random(seed_, "verification");
    for (const Unicast& flow : prediction_.flows()) {
      pb::Flow& added = *scenario_.message.add_traffic();
      added = *flow.flow;
      starts_.push_back(random.uniform() * kLatestStart);
      added.set_start(fmt::format("{:.0f}us", starts_.back() * 1e6));
    }
    for (const Demand& demand : problem_.demands) {
      if (demand.receivers.size() != 1) {
        result_.left_out.push_back(
            fmt::format("'{}': a group is planned for, but not simulated", demand.name));
      }
    }
  }

  void compare(const std::string& kind, const std::string& name, const std::string& quantity,
               const std::string& unit, double predicted, double least, double most,
               double measured) {
    result_.comparisons.push_back({kind, name, quantity, unit, predicted, least, most, measured});
  }

  void compare_flows() {
    std::map<std::string, const FlowResult*> measured;
    for (const FlowResult& flow : result_.run.flows) {
      measured[flow.name] = &flow;
    }
    for (const Unicast& flow : prediction_.flows()) {
      const auto predicted = prediction_.delay(flow);
      const std::string& name = flow.demand->name;
      const FlowResult* result = measured.at(name);
      if (!predicted.problem.empty() || !result->delay_p50_s) {
        result_.left_out.push_back(fmt::format(
            "'{}': {}", name, predicted.problem.empty() ? "nothing arrived" : predicted.problem));
        continue;
      }
      const double least = predicted.least * (1 - kDelayTolerance);
      const double most = predicted.most * (1 + kDelayTolerance) + 1e-6;
      compare("flow", name, "delay", "s", predicted.least, least, most, *result->delay_p50_s);
      const auto direct =
          problem_.substrate.delay(placement_[to_index(flow.demand->source)],
                                   placement_[to_index(flow.demand->receivers.front().entity)]);
      if (result->stretch && direct && *direct > Duration::zero()) {
        const double unit = to_seconds(*direct);
        compare("flow", name, "stretch", "", predicted.least / unit, least / unit, most / unit,
                *result->stretch);
      }
    }
  }

  void compare_loads() {
    std::map<std::string, Count> links;
    std::map<HostId, Count> hosts;
    bool independent = true;
    for (std::size_t f = 0; f < prediction_.flows().size(); ++f) {
      const Unicast& flow = prediction_.flows()[f];
      const double sent = flow.demand->frames_per_second * (duration_ - starts_[f]);
      const auto& path = flow.path();
      for (std::size_t h = 0; h < path.size(); ++h) {
        const auto before = prediction_.survival(flow, h);
        const auto after = prediction_.survival(flow, h + 1);
        independent = independent && before && after;
        add(links[link_name(path[h])], sent, before.value_or(1));
        add(hosts[prediction_.to(path[h])], sent, after.value_or(1));
      }
    }
    if (!independent) {
      result_.left_out.emplace_back("loads: a link loses frames in bursts");
      return;
    }
    for (const LinkResult& link : result_.run.links) {
      if (const auto count = links.find(link.from + " -> " + link.to); count != links.end()) {
        compare_load("link", count->first, count->second, link.frames);
      }
    }
    for (const HostResult& host : result_.run.hosts) {
      const auto count = hosts.find(*problem_.substrate.find(host.name));
      if (count != hosts.end()) {
        compare_load("host", host.name, count->second, host.frames);
      }
    }
  }

  static void add(Count& count, double sent, double share) {
    count.frames += sent * share;
    count.variance += sent * share * (1 - share);
  }

  std::string link_name(const Hop& hop) const {
    const VirtualLink& link = planning_.link(hop.link);
    const auto name = [](const LinkEnd& end) {
      return end.node->full_name() + "." + end.node->nic_at(end.port).name;
    };
    return name(link.ends[hop.direction]) + " -> " + name(link.ends[1 - hop.direction]);
  }

  // ARP: a request and its answer for each flow and hop, flooded through the vLAN.
  void compare_load(const std::string& kind, const std::string& name, const Count& count,
                    std::uint64_t frames) {
    const double arp = 4.0 * static_cast<double>(prediction_.flows().size() + 1) *
                       (kind == "host" ? entities_on(name) : 1);
    const double slack = kLoadTolerance * count.frames + kDeviations * std::sqrt(count.variance) +
                         2 * static_cast<double>(prediction_.flows().size() + 1);
    compare(kind, name, "load", "frames/s", count.frames / duration_,
            (count.frames - slack) / duration_, (count.frames + slack + arp) / duration_,
            static_cast<double>(frames) / duration_);
  }

  double entities_on(const std::string& host) const {
    const HostId id = *problem_.substrate.find(host);
    return static_cast<double>(std::ranges::count(placement_, id));
  }

  const Planning& planning_;
  const placement::Problem& problem_;
  const placement::Assignment& placement_;
  std::uint64_t seed_;
  Prediction prediction_;
  pb::LoadedScenario scenario_;
  double duration_ = 0;
  std::vector<double> starts_;
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
