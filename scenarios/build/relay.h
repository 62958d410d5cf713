// The way from the overlay host that an entity leaves to the one that it goes to. Each frame has a
// label in front, of what is to be done with it there: 32 bits of Relayed, 32 bits of a number.
// Frames come in the order in which they were sent.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/kernel.h"
#include "core/ledger.h"
#include "models/link/pipe.h"
#include "scenarios/build/underlay.h"

namespace violin {

enum class Relayed : std::uint32_t {
  kInto,    // the entity takes it, at the port of that number
  kOutOf,   // it leaves the entity there
  kMarker,  // it is the last frame that a turn of that number had to wait for
};

class RelayTaker {
 public:
  virtual ~RelayTaker() = default;
  // Frames in a row with one label, which is off.
  virtual void take_relayed(Relayed what, PortIndex number, std::span<Frame> burst,
                            TimePoint now) = 0;
};

class Relay final : private FrameSink {
 public:
  // All of these outlive it; `books` counts what goes in and comes out. `path`, if any, is what the
  // frames meet before the underlay.
  Relay(Underlay& underlay, const std::string& name, HostId from, HostId to, RelayTaker& taker,
        Ledger& books, std::unique_ptr<Pipe> path);

  void send(Relayed what, PortIndex number, std::span<Frame> burst, TimePoint now);
  // Frames on their way are lost for `reason`, in the path, or as the underlay has it. Then nothing
  // is sent any more. The path's books go to `books`.
  void end(Drop reason);
  // nullptr if there is none.
  const Pipe* path() const { return path_.get(); }

 private:
  void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override;

  Underlay& underlay_;
  RelayTaker& taker_;
  Ledger& books_;
  std::unique_ptr<Pipe> path_;
  Attachment way_;
};

}  // namespace violin
