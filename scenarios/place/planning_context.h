// Inside Planning: what has been found while a scenario is read as a placement problem.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/placement/problem.h"
#include "scenarios/build/builder.h"

namespace violin {

struct PlanningContext {
  const ScenarioBuilder& builder;
  bool running;  // then what the scenario speaks of may have come and gone, which is no error
  bool several;  // VIOLINs: entities are shown with theirs
  std::map<const Node*, placement::EntityId> entities{};  // of the problem
  std::map<const VirtualLink*, std::uint32_t> links{};    // likewise
  std::vector<scenario::Diagnostic> errors{};
  std::vector<std::string> warnings{};

  void error(std::string path, std::string what);
  std::string display(const Node& node) const;
  // The entity of that name; an error at `path` if the problem has none.
  std::optional<placement::EntityId> find(const std::string& name, const std::string& path);
};

// "planning.<field>[<index>]".
std::string planning_item(const char* field, int index);

}  // namespace violin
