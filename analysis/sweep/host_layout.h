// Where hosts are in a picture: by their coordinates if all have some, else by their delays.
#pragma once

#include <map>
#include <string>

#include "models/placement/problem.h"

namespace violin::sweep {

struct Position {
  double x = 0;
  double y = 0;
};

// Of some hosts, in units of the axes; of those in use at least.
struct HostLayout {
  std::map<HostId, Position> positions;
  std::string method;
  std::string x_label;
  std::string y_label;
  double y_per_x = 1;  // length of a unit of y over that of x
};

// By delays: classical scaling, of many hosts a sample besides those that the placement uses.
HostLayout layout_of(const placement::Problem& problem, const placement::Assignment& placement);

}  // namespace violin::sweep
