#include "models/placement/solver.h"

#include <utility>

namespace violin::placement {

namespace {

std::string listed(const std::vector<std::string>& constraints) {
  std::string text = "no placement keeps these constraints together:";
  for (const std::string& constraint : constraints) {
    text += "\n  " + constraint;
  }
  return text;
}

}  // namespace

Infeasible::Infeasible(std::vector<std::string> constraints)
    : std::runtime_error(listed(constraints)), conflict_(std::move(constraints)) {}

}  // namespace violin::placement
