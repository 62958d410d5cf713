// What a scenario does over time: its networks are built, its timeline is played over them in
// order, and its flows and captures are held against everyone who was ever there.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "scenarios/validate/addressing.h"
#include "scenarios/validate/hosts.h"
#include "scenarios/validate/network.h"
#include "scenarios/validate/report.h"

namespace violin::scenario {

// Someone who is in a VIOLIN at some time of the run.
struct Participant {
  Kind kind = Kind::kVHost;
  Duration since{};
  std::set<std::string, std::less<>> nics;
};

// A VIOLIN and what is needed to check it.
struct NetworkInRun {
  NetworkInRun(int index, const Violin& message, const Hosts& hosts, Report& report)
      : state(index, message, hosts, report), addressing(state, report) {}

  NetworkState state;
  Addressing addressing;
  std::map<std::string, Participant, std::less<>> ever;  // members of groups apart
};

class Networks {
 public:
  // Builds and checks the networks as they are when the run begins.
  Networks(const LoadedScenario& scenario, const Hosts& hosts, Report& report);

  // The entity that is meant, as of now; a vHost of a group has no state of its own.
  struct Found {
    NetworkInRun* network = nullptr;
    EntityState* entity = nullptr;  // nullptr for a member of a group
    Kind kind() const { return entity == nullptr ? Kind::kVHost : entity->kind; }
    explicit operator bool() const { return network != nullptr; }
  };
  // Reports at `path` who is not there, or in several VIOLINs.
  Found find_now(const Reference& reference, const std::string& path);

  struct Endpoint {
    NetworkInRun* network = nullptr;
    std::string name;
    Participant participant;
    const VHostGroup* group = nullptr;  // the group itself is meant
    explicit operator bool() const { return network != nullptr; }
  };
  // Likewise of everyone who is there at some time, and of groups.
  Endpoint find_ever(const Reference& reference, const std::string& path);

  // The VIOLIN of this name, or the only one if it is empty; reports at `path` if there is none.
  NetworkInRun* network(const std::string& name, const std::string& path);
  void remember(NetworkInRun& network, const EntityState& entity, Duration since);
  const std::vector<std::unique_ptr<NetworkInRun>>& all() const { return networks_; }

 private:
  void build(NetworkInRun& network, int index);
  void check_initial(NetworkInRun& network);
  void report_unknown(const Reference& reference, const std::string& path);
  void report_ambiguous(const Reference& reference, const std::string& path,
                        const std::vector<std::string>& violins);

  Report& report_;
  std::vector<std::unique_ptr<NetworkInRun>> networks_;
};

// Plays the events.
void check_timeline(const LoadedScenario& scenario, const Hosts& hosts, Networks& networks,
                    Report& report);
void check_traffic(const LoadedScenario& scenario, Networks& networks, Report& report);
// The plan, and what planning is told of entities.
void check_planning(const LoadedScenario& scenario, const Hosts& hosts, Networks& networks,
                    Report& report);
void check_captures(const LoadedScenario& scenario, Networks& networks, Report& report);

}  // namespace violin::scenario
