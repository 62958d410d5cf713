// Where the plan of a scenario puts entities.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "scenarios/scenario.pb.h"

namespace violin::scenario {

class Plan {
 public:
  // Of two assignments of one entity the later counts.
  explicit Plan(const Scenario& scenario);

  // nullptr if the plan does not have the entity. Valid as long as the plan.
  const std::string* host_of(std::string_view violin, std::string_view entity) const;

 private:
  std::map<std::pair<std::string, std::string>, std::string, std::less<>> hosts_;  // VIOLIN, entity
};

}  // namespace violin::scenario
