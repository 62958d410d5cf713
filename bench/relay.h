// What forwards datagrams or frames from one place to another in one thread: ours, or a floor.
//
// Filling what it reads from and emptying what it writes to are not its work and not timed.
#pragma once

#include <cstdint>

namespace violin::bench {

class Relay {
 public:
  Relay() = default;
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  virtual ~Relay() = default;
  // Lets a batch arrive; how many frames it has.
  virtual std::uint64_t fill() = 0;
  // Forwards all that has arrived.
  virtual void forward() = 0;
  // How many frames have come out.
  virtual std::uint64_t drain() = 0;
};

}  // namespace violin::bench
