#include "models/link/cable.h"

#include "core/require.h"

namespace violin {

Cable::Cable(Kernel& kernel, const std::string& name, CableEnd a, CableEnd b,
             const PipeParameters& a_to_b, const PipeParameters& b_to_a)
    : a_(a),
      b_(b),
      a_to_b_(kernel, name + "/ab", into_b(), a_to_b),
      b_to_a_(kernel, name + "/ba", into_a(), b_to_a) {
  require(!a.entity.plugged(a.port) && !b.entity.plugged(b.port),
          "a port takes one cable at a time");
  a.entity.plug(a.port, a_to_b_.near_end());
  b.entity.plug(b.port, b_to_a_.near_end());
}

Cable::~Cable() {
  a_.entity.unplug(a_.port);
  b_.entity.unplug(b_.port);
  abandon(Drop::kDetached);
}

void Cable::configure(const PipeParameters& both, TimePoint now) {
  a_to_b_.pipe().configure(both, now);
  b_to_a_.pipe().configure(both, now);
}

void Cable::abandon(Drop reason) {
  a_to_b_.pipe().abandon(reason);
  b_to_a_.pipe().abandon(reason);
}

}  // namespace violin
