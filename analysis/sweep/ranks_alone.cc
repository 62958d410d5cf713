// Built without MPI.
#include "analysis/sweep/ranks.h"

namespace violin::sweep {

Ranks join_ranks(const std::function<void()>& begin) {
  begin();
  return {};
}

}  // namespace violin::sweep
