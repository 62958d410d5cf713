#include "scenarios/run/substrate_traces.h"

#include <algorithm>
#include <string>
#include <utility>

#include "models/substrate/cpu_trace.h"
#include "models/substrate/ping_trace.h"
#include "scenarios/build/data_file.h"
#include "scenarios/load/quantities.h"

namespace violin {

namespace pb = scenario;

namespace {

constexpr Duration kCpuStep = std::chrono::minutes(5);

const std::string& name_in_file(const pb::TracedHost& traced) {
  return traced.as().empty() ? traced.host() : traced.as();
}

class Reader {
 public:
  Reader(const pb::LoadedScenario& scenario, const Substrate& substrate)
      : scenario_(scenario), substrate_(substrate) {}

  std::vector<SubstrateTrace> read_cpu(const pb::CpuTrace& wanted, TimePoint start,
                                       const std::string& path) const {
    const DataFile file(wanted.file(), scenario_);
    const std::vector<CpuTrace> lines = load_cpu_traces(file.source());
    std::vector<SubstrateTrace> traces;
    for (int i = 0; i < wanted.hosts_size(); ++i) {
      const std::string at = path + ".hosts[" + std::to_string(i) + "]";
      const HostId id = host(wanted.hosts(i), at);
      const auto& capacity = substrate_.host(id).capacity;
      if (!capacity) {
        fail(at + ".host", "'" + wanted.hosts(i).host() +
                               "' has no capacity in the scenario of which a trace could take "
                               "something; give it one in substrate.hosts or default_host");
      }
      const auto line = std::ranges::find(lines, name_in_file(wanted.hosts(i)), &CpuTrace::name);
      if (line == lines.end()) {
        fail(at, "'" + wanted.file() + "' has no line '" + name_in_file(wanted.hosts(i)) +
                     "'; name one that it has with 'as'");
      }
      traces.push_back(capacity_trace(id, *line,
                                      {.idle = *capacity,
                                       .start = start,
                                       .step = pb::duration(wanted.step()).value_or(kCpuStep)}));
    }
    return traces;
  }

  SubstrateTrace read_pings(const pb::PingTrace& wanted, TimePoint start,
                            const std::string& path) const {
    const DataFile file(wanted.file(), scenario_);
    std::map<std::string, HostId> hosts;
    for (int i = 0; i < wanted.hosts_size(); ++i) {
      const std::string at = path + ".hosts[" + std::to_string(i) + "]";
      if (!hosts.emplace(name_in_file(wanted.hosts(i)), host(wanted.hosts(i), at)).second) {
        fail(at,
             "'" + name_in_file(wanted.hosts(i)) + "' is another host's name in the file already");
      }
    }
    SubstrateTrace trace =
        ping_trace(load_ping_runs(file.source()), hosts,
                   {.start = start, .speedup = wanted.has_speedup() ? wanted.speedup() : 1});
    if (trace.steps().empty()) {
      fail(path, "'" + wanted.file() +
                     "' has no run between two of these hosts; tell their names in it with 'as'");
    }
    return trace;
  }

 private:
  HostId host(const pb::TracedHost& traced, const std::string& path) const {
    const auto found = substrate_.find(traced.host());
    if (!found) {
      fail(path + ".host", "there is no host '" + traced.host() + "'");
    }
    return *found;
  }
  [[noreturn]] void fail(const std::string& path, const std::string& what) const {
    throw pb::ScenarioError({scenario_.diagnostic(path, what)});
  }

  const pb::LoadedScenario& scenario_;
  const Substrate& substrate_;
};

}  // namespace

SubstrateTraces::SubstrateTraces(const pb::LoadedScenario& scenario, const Substrate& substrate) {
  const Reader reader(scenario, substrate);
  const auto& events = scenario.message.timeline();
  for (int i = 0; i < events.size(); ++i) {
    const pb::SubstrateChange& change = events[i].set_substrate();
    const std::string path = "timeline[" + std::to_string(i) + "].set_substrate";
    const TimePoint start = kRunStart + pb::duration(events[i].at()).value_or(Duration{0});
    if (change.has_cpu_trace()) {
      waiting_[i] = reader.read_cpu(change.cpu_trace(), start, path + ".cpu_trace");
    }
    if (change.has_ping_trace()) {
      waiting_[i].push_back(reader.read_pings(change.ping_trace(), start, path + ".ping_trace"));
    }
  }
}

void SubstrateTraces::begin(int event) {
  const auto found = waiting_.find(event);
  if (found != waiting_.end()) {
    std::ranges::move(found->second, std::back_inserter(running_));
    waiting_.erase(found);
  }
}

std::optional<TimePoint> SubstrateTraces::next_due() const {
  std::optional<TimePoint> next;
  for (const SubstrateTrace& trace : running_) {
    const auto due = trace.next_due();
    next = due && next ? std::min(*due, *next) : (due ? due : next);
  }
  return next;
}

void SubstrateTraces::apply_due(Substrate& substrate, TimePoint now) {
  for (SubstrateTrace& trace : running_) {
    trace.apply_due(substrate, now);
  }
  std::erase_if(running_, [](const SubstrateTrace& trace) { return !trace.next_due(); });
}

}  // namespace violin
