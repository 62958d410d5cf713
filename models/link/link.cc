#include "models/link/link.h"

#include <utility>

namespace violin {

Link::Link(Kernel& kernel, std::string name, Attachment far, const PipeParameters& parameters)
    : far_(far), pipe_(kernel, std::move(name), parameters) {}

void Link::receive(PortIndex, std::span<Frame> burst, TimePoint now) {
  pipe_.transmit(burst, far_, now);
}

void Link::connect(Attachment far) {
  if (far) {
    pipe_.redirect(far_, far);
  } else {
    pipe_.abandon(Drop::kDetached);
  }
  far_ = far;
}

}  // namespace violin
