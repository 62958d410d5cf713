#include "scenarios/build/host_stages.h"

#include <optional>
#include <utility>

namespace violin {

namespace {

PipeParameters access(std::optional<BitRate> rate) {
  PipeParameters parameters;
  parameters.rate = rate;
  parameters.queue.max_frames = kHostQueueFrames;
  return parameters;
}

PipeParameters forwarding(std::optional<FrameRate> capacity) {
  PipeParameters parameters;
  parameters.queue.max_frames = kHostQueueFrames;
  parameters.queue.overflow = Drop::kHostOverload;
  if (capacity) {
    parameters.per_frame = from_seconds(1.0 / static_cast<double>(capacity->per_second));
  }
  return parameters;
}

}  // namespace

HostStages::HostStages(Kernel& kernel, const OverlayHost& host) : kernel_(kernel) {
  update(host, kernel.now());
}

void HostStages::update(const OverlayHost& host, TimePoint now) {
  const auto set = [&](std::unique_ptr<Pipe>& pipe, const char* what, bool limited,
                       const PipeParameters& parameters) {
    if (pipe) {
      pipe->configure(parameters, now);
    } else if (limited) {
      pipe = std::make_unique<Pipe>(kernel_, host.name + "/" + what, parameters);
    }
  };
  set(up_, "up", host.access_up.has_value(), access(host.access_up));
  set(down_, "down", host.access_down.has_value(), access(host.access_down));
  set(forward_, "forward", host.capacity.has_value(), forwarding(host.capacity));
}

}  // namespace violin
