// How many candidates are needed at least to reach every point, by the linear relaxation: each
// point pays a price, no candidate is paid more than it costs, and what all points pay is a bound
// (Toregas, Swain, ReVelle, Bergman, Operations Research 19, 1971).
//
// Prices are Clp's dual values as whole numbers, and candidates that are paid too much are counted
// against them: bounds are exact, however well Clp did.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "models/placement/budget.h"
#include "models/placement/hub/cover.h"

class ClpSimplex;

namespace violin {

class CoverRelaxation {
 public:
  static constexpr std::int64_t kOne = 1 << 20;  // candidate

  explicit CoverRelaxation(const Cover& cover);
  ~CoverRelaxation();

  struct Bound {
    std::int64_t needed;               // of the candidates that are left, in kOne
    std::vector<std::int64_t> dearer;  // of each candidate: by how much if it is one of them
  };
  // Of a cover of the same numbers, of which any part is left. Starts from where the last one
  // ended.
  Bound solve(const Cover& cover, const KeepGoing& keep_going);

 private:
  void load(const Cover& cover);

  std::size_t points_;
  std::size_t candidates_;
  std::unique_ptr<ClpSimplex> simplex_;
};

}  // namespace violin
