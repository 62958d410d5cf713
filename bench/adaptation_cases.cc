#include "bench/adaptation_cases.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/random.h"
#include "models/substrate/cpu_trace.h"
#include "models/substrate/ping_trace.h"
#include "models/substrate/rtt_matrix.h"

namespace violin {

namespace {

using placement::EntityId;
using placement::Hop;

// vSwitches hang on vRouters, and vRouters on each other, as a tree.
class Overlay {
 public:
  Overlay(placement::Problem& problem, const VirtualShape& shape, const std::vector<HostId>& free,
          const std::vector<HostId>& vhosts, std::uint64_t seed)
      : problem_(problem), shape_(shape), random_(seed, "adaptation case") {
    for (std::size_t i = 0; i < shape.vrouters; ++i) {
      add("vRouter", i, free, Bytes{32 << 20}, i == 0 ? kNone : below(i));
    }
    for (std::size_t i = 0; i < shape.vswitches; ++i) {
      add("vSwitch", i, free, Bytes{16 << 20}, i % shape.vrouters);
    }
    for (std::size_t i = 0; i < shape.vhosts; ++i) {
      add("vHost", i, {vhosts.at(i)}, Bytes{64 << 20}, shape.vrouters + i % shape.vswitches);
    }
    for (std::size_t i = 0; i < shape.flows; ++i) {
      add_flow();
    }
    placement::check(problem);
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  struct Up {
    std::size_t parent;
    std::uint32_t link;  // whose end 0 is the entity
  };

  std::size_t below(std::size_t n) { return random_() % n; }
  static EntityId id(std::size_t entity) { return EntityId{static_cast<std::uint32_t>(entity)}; }

  void add(const char* kind, std::size_t number, std::vector<HostId> allowed, Bytes memory,
           std::size_t parent) {
    const std::string name = kind + std::to_string(number);
    const std::size_t entity = problem_.entities.size();
    problem_.entities.push_back({name, std::move(allowed), memory});
    up_.push_back({parent, static_cast<std::uint32_t>(problem_.links.size())});
    if (parent != kNone) {
      problem_.links.push_back({name, {id(entity), id(parent)}});
    }
  }

  std::vector<std::size_t> ancestors(std::size_t entity) const {
    std::vector<std::size_t> line;
    for (; entity != kNone; entity = up_[entity].parent) {
      line.push_back(entity);
    }
    return line;
  }

  std::vector<Hop> path(std::size_t from, std::size_t to) const {
    auto rise = ancestors(from);
    auto fall = ancestors(to);
    while (!rise.empty() && !fall.empty() && rise.back() == fall.back()) {
      rise.pop_back();
      fall.pop_back();
    }
    std::vector<Hop> hops;
    for (const std::size_t entity : rise) {
      hops.push_back({up_[entity].link, 0});
    }
    for (auto entity = fall.rbegin(); entity != fall.rend(); ++entity) {
      hops.push_back({up_[*entity].link, 1});
    }
    return hops;
  }

  // 100 kbit/s to 10 Mbit/s, most of them small, in frames of 1000 bytes.
  void add_flow() {
    const std::size_t first = shape_.vrouters + shape_.vswitches;
    const std::size_t from = first + below(shape_.vhosts);
    const std::size_t to = first + below(shape_.vhosts);
    const double bits = 1e5 * std::pow(100, random_.uniform());
    problem_.demands.push_back({"flow" + std::to_string(problem_.demands.size()),
                                id(from),
                                {{id(to), path(from, to)}},
                                bits,
                                bits / 8000});
  }

  placement::Problem& problem_;
  VirtualShape shape_;
  RandomStream random_;
  std::vector<Up> up_;
};

std::vector<HostId> host_ids(std::size_t from, std::size_t to) {
  std::vector<HostId> hosts;
  for (std::size_t h = from; h < to; ++h) {
    hosts.push_back(HostId{static_cast<std::uint32_t>(h)});
  }
  return hosts;
}

// `count` hosts of the matrix, evenly spread over it.
std::unique_ptr<Substrate> some_hosts(const std::string& matrix, std::size_t count) {
  const DelayMatrix all = load_rtt_delays({"matrix", matrix});
  std::vector<OverlayHost> hosts;
  DelayMatrix delays(count);
  for (std::size_t a = 0; a < count; ++a) {
    hosts.push_back({"node" + std::to_string(a * all.size() / count)});
    for (std::size_t b = 0; b < count; ++b) {
      delays.set(a, b, all.at(a * all.size() / count, b * all.size() / count));
    }
  }
  return std::make_unique<Substrate>(hosts, MeasuredPaths(delays));
}

struct Sample {
  TimePoint at;
  Duration rtt;
};

std::vector<std::vector<Sample>> series_of(const std::vector<PingRun>& runs) {
  std::int64_t first = runs.at(0).unix_seconds;
  std::map<std::pair<std::string, std::string>, std::vector<Sample>> series;
  for (const PingRun& run : runs) {
    first = std::min(first, run.unix_seconds);
  }
  for (const PingRun& run : runs) {
    if (run.rtt) {
      series[{run.source, run.destination}].push_back(
          {kRunStart + std::chrono::seconds(run.unix_seconds - first), run.rtt->avg});
    }
  }
  std::vector<std::vector<Sample>> all;
  for (auto& [pair, samples] : series) {
    all.push_back(std::move(samples));
  }
  return all;
}

Duration median(std::vector<Sample> samples) {
  const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
  std::ranges::nth_element(samples, middle, {}, &Sample::rtt);
  return middle->rtt;
}

}  // namespace

AdaptationCase rtt_slices(const std::vector<std::string>& texts, std::uint64_t seed) {
  constexpr Duration kEach = std::chrono::hours(12);
  AdaptationCase made{"RTT slices"};
  made.substrate = std::make_unique<Substrate>(load_rtt_matrix({"slice", texts.at(0)}));
  made.problem = std::make_unique<placement::Problem>(*made.substrate);
  std::vector<HostId> vhosts = host_ids(0, made.substrate->size());
  RandomStream random(seed, "vHosts");
  std::ranges::shuffle(vhosts, random);
  const Overlay overlay(*made.problem, {}, {}, vhosts, seed);
  for (const std::string& text : texts) {
    made.trace.add(made.end, DelaysChange{load_rtt_delays({"slice", text})});
    made.end += kEach;
  }
  made.period = kEach;
  return made;
}

AdaptationCase ping_series(const std::string& pings, const std::string& matrix,
                           std::uint64_t seed) {
  constexpr std::size_t kHosts = 12;
  AdaptationCase made{"ping series"};
  made.substrate = some_hosts(matrix, kHosts);
  made.problem = std::make_unique<placement::Problem>(*made.substrate);
  const Overlay overlay(*made.problem, {.vhosts = 8, .vswitches = 4, .vrouters = 2, .flows = 24},
                        {}, host_ids(0, kHosts), seed);
  const auto series = series_of(load_ping_runs({"pings", pings}));
  for (std::size_t pair = 0; pair < kHosts * kHosts; ++pair) {
    const std::size_t from = pair / kHosts;
    const std::size_t to = pair % kHosts;
    const auto& samples = series[pair % series.size()];
    const double base =
        to_seconds(*made.problem->delays.at(from, to)) / to_seconds(median(samples));
    SubstrateTrace changes;
    for (std::size_t i = 0; from != to && i < samples.size(); ++i) {
      changes.add(samples[i].at, PairChange{HostId{static_cast<std::uint32_t>(from)},
                                            HostId{static_cast<std::uint32_t>(to)},
                                            from_seconds(base * to_seconds(samples[i].rtt)),
                                            {},
                                            {}});
    }
    made.trace.add(std::move(changes));
    made.end = std::max(made.end, samples.back().at);
  }
  made.period = std::chrono::minutes(30);
  return made;
}

AdaptationCase cpu_traces(const std::string& traces, const std::string& matrix,
                          std::uint64_t seed) {
  constexpr std::size_t kHosts = 100;
  constexpr std::size_t kVhosts = 20;
  AdaptationCase made{"CPU traces"};
  made.substrate = some_hosts(matrix, kHosts);
  made.problem = std::make_unique<placement::Problem>(*made.substrate);
  const Overlay overlay(*made.problem,
                        {.vhosts = kVhosts, .vswitches = 6, .vrouters = 3, .flows = 60},
                        host_ids(kVhosts, kHosts), host_ids(0, kVhosts), seed);
  const auto busiest = std::ranges::max(placement::entity_loads(*made.problem));
  const CapacityRule rule{.idle = {static_cast<std::uint64_t>(2 * busiest)}};
  const auto measured = load_cpu_traces({"traces", traces});
  for (std::size_t h = kVhosts; h < kHosts; ++h) {
    const CpuTrace& trace = measured[h * measured.size() / kHosts];
    made.trace.add(capacity_trace(HostId{static_cast<std::uint32_t>(h)}, trace, rule));
    made.end = std::max(made.end,
                        rule.start + rule.step * static_cast<std::int64_t>(trace.percent.size()));
  }
  made.period = rule.step;
  return made;
}

}  // namespace violin
