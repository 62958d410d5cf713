#include "models/link/cable.h"

#include <utility>

#include "core/require.h"

namespace violin {

Cable::Cable(Kernel& kernel, const std::string& name, CableEnd a, CableEnd b,
             const PipeParameters& a_to_b, const PipeParameters& b_to_a)
    : a_{&a.entity, a.port},
      b_{&b.entity, b.port},
      a_to_b_(kernel, name + "/ab", into_b(), a_to_b),
      b_to_a_(kernel, name + "/ba", into_a(), b_to_a) {
  require(!a.entity.plugged(a.port) && !b.entity.plugged(b.port),
          "a port takes one cable at a time");
  a.entity.plug(a.port, a_to_b_.near_end());
  b.entity.plug(b.port, b_to_a_.near_end());
}

Cable::~Cable() {
  a_.entity->unplug(a_.port);
  b_.entity->unplug(b_.port);
  abandon(Drop::kDetached);
}

void Cable::exchange(const Entity& from, Entity& to) {
  for (const auto& [end, outward] : {std::pair(&a_, &a_to_b_), std::pair(&b_, &b_to_a_)}) {
    if (end->entity == &from) {
      end->entity->unplug(end->port);
      end->entity = &to;
      to.plug(end->port, outward->near_end());
    }
  }
}

void Cable::hand_over(const Entity& from, Entity& to) {
  for (End* end : {&a_, &b_}) {
    if (end->entity == &from) {
      end->entity = &to;
    }
  }
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
