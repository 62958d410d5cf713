#include "scenarios/load/plan.h"

#include "scenarios/load/names.h"

namespace violin::scenario {

Plan::Plan(const Scenario& scenario) {
  for (const Assignment& assignment : scenario.plan()) {
    if (const auto entity = parse_reference(assignment.entity())) {
      hosts_[{entity->violin, entity->entity}] = assignment.host();
    }
  }
}

const std::string* Plan::host_of(std::string_view violin, std::string_view entity) const {
  if (hosts_.empty()) {
    return nullptr;
  }
  for (const std::string_view in : {violin, std::string_view{}}) {
    if (const auto found = hosts_.find({std::string(in), std::string(entity)});
        found != hosts_.end()) {
      return &found->second;
    }
  }
  return nullptr;
}

}  // namespace violin::scenario
