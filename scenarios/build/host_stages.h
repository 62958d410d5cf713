// What an overlay host does to the frames that virtual links bring through it: its access link out,
// its access link in, and its capacity to forward. Each is one pipe that all of them share, and is
// there only while the host is limited in that respect.
#pragma once

#include <memory>
#include <string>

#include "core/kernel.h"
#include "models/link/pipe.h"
#include "models/substrate/overlay_host.h"

namespace violin {

// What waits at a host's access link or for its processor, at most.
inline constexpr std::uint32_t kHostQueueFrames = 1000;

class HostStages {
 public:
  HostStages(Kernel& kernel, const OverlayHost& host);

  // Takes over the host's present limits. Frames that are in a pipe whose limit went stay in it
  // until they are through: pipes are never removed, they become unlimited.
  void update(const OverlayHost& host, TimePoint now);

  Pipe* up() const { return up_.get(); }
  Pipe* down() const { return down_.get(); }
  Pipe* forward() const { return forward_.get(); }

  // Calls `visit(Pipe&)` for each that there is.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const auto* pipe : {&up_, &down_, &forward_}) {
      if (*pipe) {
        visit(**pipe);
      }
    }
  }

 private:
  Kernel& kernel_;
  std::unique_ptr<Pipe> up_;
  std::unique_ptr<Pipe> down_;
  std::unique_ptr<Pipe> forward_;
};

}  // namespace violin
