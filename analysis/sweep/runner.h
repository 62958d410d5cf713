// Evaluates alternatives on several threads.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "analysis/sweep/outcome.h"
#include "analysis/sweep/ranks.h"
#include "analysis/sweep/study.h"

namespace violin::sweep {

// Those of alternatives 0..size-1 that are this rank's: a fixed share, whoever else is there. Each
// round begins with another rank, so that no rank has all alternatives with one value of an axis.
// `done` are left out.
std::vector<std::uint64_t> share_of(std::uint64_t size, Ranks ranks,
                                    const std::function<bool(std::uint64_t)>& done);

struct RunnerOptions {
  unsigned threads = 1;
  // Asked by all threads, often; false ends the work with what is finished.
  std::function<bool()> keep_going = [] { return true; };
  // With what is finished, by one thread at a time, in any order.
  std::function<void(Outcome)> finished;
};

// True if all were finished. What an evaluation or `finished` throws ends the work and is thrown
// here, the first of several.
bool run_alternatives(const Study& study, std::span<const std::uint64_t> alternatives,
                      const RunnerOptions& options);

}  // namespace violin::sweep
