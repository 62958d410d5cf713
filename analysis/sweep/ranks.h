// This process among those that mpirun has started, on this machine or on several.
//
// MPI tells who is who and lets the first begin; then it is over, and ranks share nothing but a
// folder. So none can hang for another that is lost, and `mpirun --enable-recovery`, without which
// mpirun ends all ranks with the first, costs a study only the rows of the lost one.
#pragma once

#include <functional>

namespace violin::sweep {

struct Ranks {
  int rank = 0;
  int size = 1;
};

// Calls `begin` at rank 0, and returns at every rank after that. Once per process. What `begin`
// throws leaves join_ranks() at rank 0, and as std::runtime_error at the others. Without mpirun,
// or built without MPI, there is rank 0 alone.
Ranks join_ranks(const std::function<void()>& begin);

}  // namespace violin::sweep
