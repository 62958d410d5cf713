#include <mpi.h>

#include <cstdlib>
#include <exception>
#include <stdexcept>

#include "analysis/sweep/ranks.h"

namespace violin::sweep {

namespace {

// Starting MPI takes a tenth of a second, so it is not started for nothing.
bool started_by_mpirun() {
  return std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr || std::getenv("PMI_SIZE") != nullptr;
}

}  // namespace

Ranks join_ranks(const std::function<void()>& begin) {
  Ranks ranks;
  if (!started_by_mpirun()) {
    begin();
    return ranks;
  }
  MPI_Init(nullptr, nullptr);
  MPI_Comm_rank(MPI_COMM_WORLD, &ranks.rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks.size);
  std::exception_ptr failure;
  if (ranks.rank == 0) {
    try {
      begin();
    } catch (...) {
      failure = std::current_exception();
    }
  }
  int failed = failure != nullptr ? 1 : 0;
  MPI_Bcast(&failed, 1, MPI_INT, 0, MPI_COMM_WORLD);
  MPI_Finalize();
  if (failure != nullptr) {
    std::rethrow_exception(failure);
  }
  if (failed != 0) {
    throw std::runtime_error("rank 0 could not begin");
  }
  return ranks;
}

}  // namespace violin::sweep
