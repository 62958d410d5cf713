// The hosts that entities may be on: those of the substrate, or the vHosts of another VIOLIN.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "scenarios/load/plan.h"
#include "scenarios/validate/report.h"
#include "scenarios/validate/validate.h"

namespace violin::scenario {

class Hosts {
 public:
  // Checks the substrate's own names, and that VIOLINs carry each other without a cycle.
  Hosts(const LoadedScenario& scenario, const std::optional<std::vector<std::string>>& substrate,
        Unplaced unplaced, Report& report);

  // Whether an entity of VIOLIN number `violin` can be on `host`; reports at `path` if not. An
  // empty name is reported as missing.
  bool check(int violin, const std::string& host, const std::string& path) const;
  // The same of an entity that says where it is to run itself; the plan goes before it.
  bool check_entity(int violin, const std::string& entity, const std::string& host,
                    const std::string& path) const;
  // Whether that VIOLIN has such a vHost at some time of the run.
  bool is_vhost(int violin, const std::string& name) const;
  // Of the substrate.
  bool check_substrate(const std::string& host, const std::string& path) const;

 private:
  void collect_vhosts();
  void check_names();
  void check_recursion();

  const Scenario& scenario_;
  std::optional<std::vector<std::string>> names_;  // sorted; absent if unknown
  std::map<std::string, int> violins_;             // by name
  std::vector<std::set<std::string>> vhosts_;      // by number of VIOLIN
  Plan plan_;
  Unplaced unplaced_;
  Report& report_;
};

}  // namespace violin::scenario
