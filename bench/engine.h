// What a benchmark drives: ours, a floor or a peer, through the same loop.
#pragma once

#include <cstdint>

#include "core/time.h"

namespace violin::bench {

class Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;
  // Lets so much simulated time pass.
  virtual void run_for(Duration d) = 0;
  // Done so far: events of the hold model, or packet-hops.
  virtual std::uint64_t items() const = 0;
};

}  // namespace violin::bench
