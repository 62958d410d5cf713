#include "models/placement/hub/cover_proof.h"

#include <algorithm>
#include <array>
#include <utility>

namespace violin {

CoverProof::CoverProof(const Cover& cover, std::size_t most) : most_(most), relaxation_(cover) {
  if (!settled(cover)) {
    open_.push_back(cover);
  }
}

CoverProof::Verdict CoverProof::root(const KeepGoing& keep_going) {
  if (open_.size() == 1 && !tighten(open_.back(), keep_going)) {
    open_.pop_back();
  }
  return verdict();
}

CoverProof::Verdict CoverProof::run(std::size_t branches, const KeepGoing& keep_going) {
  for (; !possible_ && !open_.empty() && branches > 0 && keep_going(); --branches) {
    Cover branch = std::move(open_.back());
    open_.pop_back();
    if (tighten(branch, keep_going)) {
      split(branch);
    }
  }
  return verdict();
}

CoverProof::Verdict CoverProof::verdict() const {
  if (possible_) {
    return Verdict::kPossible;
  }
  return open_.empty() ? Verdict::kImpossible : Verdict::kOpen;
}

// How many more can be taken.
std::int64_t CoverProof::room(const Cover& cover) const {
  return static_cast<std::int64_t>(most_) - static_cast<std::int64_t>(cover.taken().size());
}

// Nothing is left to decide.
bool CoverProof::settled(const Cover& cover) {
  if (cover.impossible() || room(cover) < 0) {
    return true;
  }
  if (cover.points().empty()) {
    possible_ = true;
    found_ = cover.taken();
    return true;
  }
  return room(cover) == 0;
}

// Excludes candidates with which too many are needed, as long as there are any. False if the branch
// is settled by that.
bool CoverProof::tighten(Cover& cover, const KeepGoing& keep_going) {
  while (true) {
    bound_ = relaxation_.solve(cover, keep_going);
    const std::int64_t most = room(cover) * CoverRelaxation::kOne;
    if (bound_.needed > most) {
      return false;
    }
    Numbers useless;
    std::ranges::copy_if(cover.candidates(), std::back_inserter(useless),
                         [&](std::size_t k) { return bound_.needed + bound_.dearer[k] > most; });
    if (useless.empty()) {
      return true;
    }
    cover.exclude(useless);
    cover.reduce();
    if (settled(cover)) {
      return false;
    }
  }
}

// With the candidate first.
void CoverProof::split(const Cover& cover) {
  const std::size_t point = *std::ranges::min_element(
      cover.points(), {}, [&](std::size_t i) { return cover.choices(i); });
  Numbers choices;
  cover.for_each_candidate(point, [&](std::size_t k) { choices.push_back(k); });
  const std::array best{
      *std::ranges::min_element(choices, {}, [&](std::size_t k) { return bound_.dearer[k]; })};
  for (const bool with : {false, true}) {
    Cover part = cover;
    with ? part.take(best) : part.exclude(best);
    part.reduce();
    if (!settled(part)) {
      open_.push_back(std::move(part));
    }
  }
}

}  // namespace violin
