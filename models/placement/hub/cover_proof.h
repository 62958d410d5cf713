// Whether so few candidates reach every point, to the end: branch and bound, depth first, on a
// candidate of the point that has the fewest choices. Each branch is reduced as Cover does it;
// its relaxation ends it or excludes candidates.
#pragma once

#include <cstddef>
#include <vector>

#include "models/placement/budget.h"
#include "models/placement/hub/cover.h"
#include "models/placement/hub/cover_relaxation.h"

namespace violin {

class CoverProof {
 public:
  using Numbers = Cover::Numbers;

  CoverProof(const Cover& cover, std::size_t most);

  enum class Verdict { kPossible, kImpossible, kOpen };
  // What can be said without branching.
  Verdict root(const KeepGoing& keep_going);
  // To the end, or so many branches. If it is open then, it can go on.
  Verdict run(std::size_t branches, const KeepGoing& keep_going);

  // That reach every point, if that is possible: `most` at most, in no order.
  const Numbers& found() const { return found_; }

 private:
  Verdict verdict() const;
  std::int64_t room(const Cover& cover) const;
  bool settled(const Cover& cover);
  bool tighten(Cover& cover, const KeepGoing& keep_going);
  void split(const Cover& cover);

  std::size_t most_;
  std::vector<Cover> open_;  // branches, the next one last
  CoverRelaxation relaxation_;
  CoverRelaxation::Bound bound_;  // of the branch that was tightened last
  bool possible_ = false;
  Numbers found_;
};

}  // namespace violin
