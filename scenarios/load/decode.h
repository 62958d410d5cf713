// Gives a document the meaning that the schema has for it.
#pragma once

#include <string>
#include <vector>

#include "scenarios/load/document.h"
#include "scenarios/load/locations.h"
#include "scenarios/scenario.pb.h"

namespace violin::scenario {

struct Decoded {
  Scenario scenario;
  Locations locations;
  std::vector<Diagnostic> errors;  // by place; after kMostErrors, one says that there are more
};

inline constexpr std::size_t kMostErrors = 1000;
inline constexpr const char* kMoreErrors = "there may be more; these are the first 1000 found";

// Works by reflection, so a field that is added to the schema is read from then on. Reports every
// unknown, repeated or missing field, wrong kind of value and text that is not of the field's
// format; what is wrong is left out of the message.
Decoded decode(const Node& document, const std::string& file);

}  // namespace violin::scenario
