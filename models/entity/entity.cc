#include "models/entity/entity.h"

#include "core/require.h"

namespace violin {

void Entity::open_port(PortIndex port) {
  if (egress_.size() <= to_index(port)) {
    egress_.resize(to_index(port) + 1);
  }
}

std::weak_ptr<const void> Entity::life() {
  if (!life_) {
    life_ = std::make_shared<const char>();
  }
  return life_;
}

void Entity::plug(PortIndex port, Attachment egress) {
  require(to_index(port) < egress_.size(), "a cable is plugged into a port that exists");
  egress_[to_index(port)] = egress;
}

void Entity::unplug(PortIndex port) {
  require(to_index(port) < egress_.size(), "a cable is unplugged from a port that exists");
  egress_[to_index(port)] = {};
}

bool Entity::plugged(PortIndex port) const {
  return to_index(port) < egress_.size() && egress_[to_index(port)];
}

void Entity::transmit(PortIndex port, std::span<Frame> burst, TimePoint now) {
  if (!plugged(port)) [[unlikely]] {
    for (Frame& frame : burst) {
      ledger_.drop(std::move(frame), Drop::kDetached);
    }
    return;
  }
  ledger_.out += burst.size();
  egress_[to_index(port)].send(burst, now);
}

}  // namespace violin
