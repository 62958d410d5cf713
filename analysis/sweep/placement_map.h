// A picture of entities on their hosts.
#pragma once

#include <string>

#include "analysis/sweep/alternative.h"
#include "analysis/sweep/gnuplot.h"

namespace violin::sweep {

// Hosts are where their coordinates say, if all have some; else as classical scaling puts them by
// their delays (of many hosts a sample besides those in use). Virtual links are lines, as thick as
// what is demanded of them. There must be a placement.
Drawing placement_map(const Realised& realised, const std::string& title);

}  // namespace violin::sweep
