// Interfaces, and the router as an entity.

#include "models/vrouter/vrouter.h"

#include <algorithm>

namespace violin {

VRouter::VRouter(Kernel& kernel, std::string name, const VRouterConfig& config)
    : Entity(kernel, std::move(name)),
      config_(config),
      icmp_errors_(config.icmp_errors, config.icmp_error_burst),
      neighbor_timer_(Timer::calling<&VRouter::on_neighbor_timer>(kernel, origin_, *this)) {}

VRouter::~VRouter() = default;

PortIndex VRouter::free_port() const {
  const auto free = std::ranges::find_if(interfaces_, [](const auto& i) { return i == nullptr; });
  return PortIndex{static_cast<std::uint32_t>(free - interfaces_.begin())};
}

PortIndex VRouter::add_interface(const RouterInterface& interface) {
  check(interface, std::nullopt);
  const PortIndex port = free_port();
  open_port(port);
  interfaces_.resize(std::max(interfaces_.size(), to_index(port) + 1));
  interfaces_[to_index(port)] = std::make_unique<Interface>(interface, config_.neighbor);
  stations_.resize(interfaces_.size());
  stations_[to_index(port)] = interface.mac;
  add_own_routes(port);
  return port;
}

void VRouter::remove_interface(PortIndex port) {
  require(exists(port), "an interface that is removed exists");
  unplug(port);
  remove_routes([port](const Route& route) { return route.via.egress == port; });
  std::erase_if(multicast_routes_,
                [port](const MulticastRoute& route) { return route.ingress == port; });
  for (MulticastRoute& route : multicast_routes_) {
    std::erase(route.egress, port);
  }
  interfaces_[to_index(port)].reset();
  stations_[to_index(port)] = {};
  new_epoch();
}

void VRouter::set_address(PortIndex port, Ipv4Interface address) {
  require(exists(port), "an interface that gets another address exists");
  Interface& interface = at(port);
  RouterInterface changed = interface.config;
  changed.address = address;
  check(changed, port);
  const Ipv4Prefix subnet = address.subnet();
  remove_routes([&](const Route& route) {
    const auto& gateway = route.via.gateway;
    return route.via.egress == port &&
           (route.via.delivery <= Delivery::kConnected || (gateway && !subnet.contains(*gateway)));
  });
  forget_neighbors(interface, Drop::kDetached);
  interface.config = changed;
  interface.to_announce = config_.announce_on_plug && plugged(port);
  add_own_routes(port);
  arm_neighbor_timer();
}

const RouterInterface& VRouter::interface(PortIndex port) const {
  require(exists(port), "an interface that is asked for exists");
  return at(port).config;
}

std::optional<PortIndex> VRouter::find_interface(std::string_view name) const {
  const auto found = std::ranges::find_if(interfaces_, [name](const auto& interface) {
    return interface != nullptr && interface->config.name == name;
  });
  if (found == interfaces_.end()) {
    return std::nullopt;
  }
  return PortIndex{static_cast<std::uint32_t>(found - interfaces_.begin())};
}

bool VRouter::owns(Ipv4Address address) const {
  const NextHop* hop = routes_.fib().lookup(address);
  return hop != nullptr && hop->delivery == Delivery::kLocal;
}

const NeighborCache& VRouter::neighbors(PortIndex port) const {
  require(exists(port), "an interface that has neighbors exists");
  return at(port).neighbors;
}

void VRouter::plug(PortIndex port, Attachment egress) {
  require(exists(port), "a cable is plugged into an interface that exists");
  Entity::plug(port, egress);
  at(port).to_announce = config_.announce_on_plug;
  arm_neighbor_timer();
}

void VRouter::unplug(PortIndex port) {
  require(exists(port), "a cable is unplugged from an interface that exists");
  Entity::unplug(port);
  at(port).to_announce = false;
  forget_neighbors(at(port), Drop::kDetached);
  arm_neighbor_timer();
}

void VRouter::forget_neighbors(Interface& interface, Drop reason) {
  for (WaitingFrame& waiting : interface.neighbors.flush()) {
    ledger_.drop(std::move(waiting.frame), reason);
  }
  neighbors_changed(interface);
}

void VRouter::abandon(Drop reason) {
  for (const auto& interface : interfaces_) {
    if (interface) {
      forget_neighbors(*interface, reason);
      interface->to_announce = false;
    }
  }
  neighbor_timer_.cancel();
  if (fragments_) {
    fragments_->abandon(reason);
    fragments_.reset();
  }
}

std::uint64_t VRouter::queued() const {
  std::uint64_t frames = fragments_ ? fragments_->queued() : 0;
  for (const auto& interface : interfaces_) {
    frames += interface ? interface->neighbors.queued() : 0;
  }
  return frames;
}

}  // namespace violin
