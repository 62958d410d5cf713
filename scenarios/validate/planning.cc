// The plan, and what planning is told of entities.
#include <fmt/format.h>

#include <set>

#include "scenarios/load/quantities.h"
#include "scenarios/validate/run.h"

namespace violin::scenario {

namespace {

class Planned {
 public:
  Planned(const LoadedScenario& scenario, const Hosts& hosts, Networks& networks, Report& report)
      : scenario_(scenario.message), hosts_(hosts), networks_(networks), report_(report) {}

  void check() {
    check_plan();
    const Planning& planning = scenario_.planning();
    for (int i = 0; i < planning.demands_size(); ++i) {
      const std::string path = item("planning", "demands", i);
      find(planning.demands(i).from(), path + ".from", Kind::kVHost);
      find(planning.demands(i).to(), path + ".to", Kind::kVHost);
    }
    for (int i = 0; i < planning.multicast_size(); ++i) {
      check(planning.multicast(i), item("planning", "multicast", i));
    }
    for (int i = 0; i < planning.apart_size(); ++i) {
      for (int j = 0; j < planning.apart(i).entities_size(); ++j) {
        const std::string path = item(item("planning", "apart", i), "entities", j);
        find(planning.apart(i).entities(j), path, std::nullopt);
      }
    }
    for (int i = 0; i < planning.lans_size(); ++i) {
      check(planning.lans(i), item("planning", "lans", i));
    }
  }

 private:
  void check_plan() {
    std::set<std::string> seen;
    for (int i = 0; i < scenario_.plan_size(); ++i) {
      const Assignment& assignment = scenario_.plan(i);
      const std::string path = item("", "plan", i);
      if (!seen.insert(assignment.entity()).second) {
        report_.error(path + ".entity",
                      fmt::format("'{}' is in the plan before this", assignment.entity()));
      } else if (const auto found = find(assignment.entity(), path + ".entity", std::nullopt)) {
        hosts_.check(found.network->state.index(), assignment.host(), path);
      }
    }
  }

  void check(const MulticastGroup& group, const std::string& path) {
    find(group.source(), path + ".source", Kind::kVHost);
    for (int i = 0; i < group.members_size(); ++i) {
      find(group.members(i), item(path, "members", i), Kind::kVHost);
    }
  }

  void check(const PlannedLan& lan, const std::string& path) {
    find(lan.vswitch(), path + ".vswitch", Kind::kVSwitch);
    if (lan.has_switches() == lan.has_activation_cost()) {
      report_.error(path, "needs one of: switches (how many), activation_cost (as many as pay)");
    }
  }

  // Reports at `path` who is not there, or of another kind than `wanted`.
  Networks::Endpoint find(const std::string& written, const std::string& path,
                          std::optional<Kind> wanted) {
    const auto reference = parse_reference(written);
    if (!reference) {
      return {};  // the loader has told
    }
    Networks::Endpoint found = networks_.find_ever(*reference, path);
    if (found && found.group != nullptr) {
      report_.error(path, fmt::format("'{}' is a group; name one of its vHosts", written));
      return {};
    }
    if (found && wanted && found.participant.kind != *wanted) {
      report_.error(path, fmt::format("'{}' is a {}, not a {}", written,
                                      to_string(found.participant.kind), to_string(*wanted)));
    }
    return found;
  }

  const Scenario& scenario_;
  const Hosts& hosts_;
  Networks& networks_;
  Report& report_;
};

}  // namespace

void check_planning(const LoadedScenario& scenario, const Hosts& hosts, Networks& networks,
                    Report& report) {
  Planned(scenario, hosts, networks, report).check();
}

}  // namespace violin::scenario
