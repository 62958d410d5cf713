#include "scenarios/place/planning_context.h"

#include <fmt/format.h>

#include <utility>

namespace violin {

std::string planning_item(const char* field, int index) {
  return fmt::format("planning.{}[{}]", field, index);
}

void PlanningContext::error(std::string path, std::string what) {
  if (!running) {
    errors.push_back(builder.scenario().diagnostic(std::move(path), std::move(what)));
  }
}

std::string PlanningContext::display(const Node& node) const {
  return several ? node.full_name() : std::string(node.name());
}

std::optional<placement::EntityId> PlanningContext::find(const std::string& name,
                                                         const std::string& path) {
  const auto found = entities.find(builder.find(name));
  if (found == entities.end()) {
    error(path, fmt::format("'{}' is no entity of a VIOLIN on the substrate", name));
    return std::nullopt;
  }
  return found->second;
}

}  // namespace violin
