// What most pipes do without, made when it is first asked for and kept from then on.
// Part of pipe.cc and pipe_change.cc only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/kernel.h"
#include "models/link/pipe.h"

namespace violin {

struct Pipe::Impairments {
  struct Flying {
    Held held;
    std::uint64_t number;  // in order of departure

    bool operator>(const Flying& o) const {
      return held.at != o.held.at ? held.at > o.held.at : number > o.number;
    }
  };

  explicit Impairments(const Kernel& kernel, const std::string& name)
      : loss_random(kernel.random(name + "/loss")),
        delay_random(kernel.random(name + "/delay")),
        duplication_random(kernel.random(name + "/duplication")),
        corruption_random(kernel.random(name + "/corruption")) {}

  LossProcess loss;
  DelayProcess delay;
  double duplication = 0;
  CorruptionParameters corruption;
  CodelState codel;
  // Each stream goes on for as long as the pipe lives.
  RandomStream loss_random;
  RandomStream delay_random;
  RandomStream duplication_random;
  RandomStream corruption_random;

  std::vector<Flying> flight;  // a heap, earliest first: departed while reordering was allowed
  std::uint64_t departures = 0;
};

}  // namespace violin
