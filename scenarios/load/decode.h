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
  std::vector<Diagnostic> errors;  // in the order of the file; at most kMostErrors
};

inline constexpr std::size_t kMostErrors = 1000;

// Works by reflection, so a field that is added to the schema is read from then on. Reports every
// unknown, repeated or missing field, wrong kind of value and text that is not of the field's
// format; what is wrong is left out of the message.
Decoded decode(const Node& document, const std::string& file);

}  // namespace violin::scenario
