// What a router refuses as an interface, and its routes.

#include <algorithm>
#include <stdexcept>

#include "models/vrouter/vrouter.h"

namespace violin {

namespace {

constexpr std::uint32_t kMinMtu = 68;  // RFC 791 section 3.2
constexpr std::uint32_t kMaxMtu = 65535;

const char* fault(const RouterInterface& interface) {
  const Ipv4Interface& address = interface.address;
  if (interface.mac.is_group() || interface.mac.is_zero()) {
    return "the MAC address is no station's";
  }
  if (interface.mtu < kMinMtu || interface.mtu > kMaxMtu) {
    return "the MTU is not 68 to 65535 bytes";
  }
  if (address.prefix_length > 32 || !is_single_host(address.address)) {
    return "the address is none of a single host";
  }
  const Ipv4Prefix subnet = address.subnet();
  if (subnet.length() < 31 &&
      (address.address == subnet.address() || address.address == subnet.broadcast())) {
    return "the address is that of its subnet, or its broadcast address";
  }
  return nullptr;
}

const char* conflict(const RouterInterface& a, const RouterInterface& b) {
  if (a.name == b.name) {
    return "the name is taken";
  }
  if (a.mac == b.mac) {
    return "the MAC address is taken";
  }
  return a.address.address == b.address.address ? "the address is taken" : nullptr;
}

}  // namespace

void VRouter::check(const RouterInterface& interface, std::optional<PortIndex> except) const {
  const char* wrong = fault(interface);
  for (std::size_t port = 0; port < interfaces_.size() && wrong == nullptr; ++port) {
    if (interfaces_[port] && (!except || to_index(*except) != port)) {
      wrong = conflict(interface, interfaces_[port]->config);
    }
  }
  if (wrong != nullptr) {
    throw std::invalid_argument("vRouter " + name() + ", interface " + interface.name + " (" +
                                to_string(interface.address) + ", " + to_string(interface.mac) +
                                ", MTU " + std::to_string(interface.mtu) + "): " + wrong);
  }
}

void VRouter::add_own_routes(PortIndex port) {
  const Ipv4Interface& address = at(port).config.address;
  const Ipv4Prefix subnet = address.subnet();
  const auto add = [&](Ipv4Prefix prefix, Delivery delivery) {
    routes_.add({prefix, {.delivery = delivery, .egress = port, .gateway = {}}});
  };
  add(Ipv4Prefix(address.address, 32), Delivery::kLocal);
  add(subnet, Delivery::kConnected);
  if (const auto broadcast = subnet.broadcast()) {
    add(Ipv4Prefix(*broadcast, 32), Delivery::kBroadcast);
  }
  new_epoch();
}

void VRouter::remove_routes(const std::function<bool(const Route&)>& gone) {
  for (const Route& route : routes_.routes()) {
    if (gone(route)) {
      routes_.remove(route);
    }
  }
  new_epoch();
}

PortIndex VRouter::port_towards(Ipv4Prefix prefix, Ipv4Address gateway) const {
  const auto found = std::ranges::find_if(interfaces_, [gateway](const auto& interface) {
    return interface != nullptr && interface->config.address.subnet().contains(gateway);
  });
  if (found == interfaces_.end() || owns(gateway)) {
    throw std::invalid_argument("vRouter " + name() + ": the route to " + to_string(prefix) +
                                " names a gateway, " + to_string(gateway) + ", that is " +
                                (owns(gateway) ? "the router itself" : "in none of its subnets"));
  }
  return PortIndex{static_cast<std::uint32_t>(found - interfaces_.begin())};
}

void VRouter::add_route(Ipv4Prefix prefix, Ipv4Address gateway, std::uint32_t metric) {
  add_route(prefix, port_towards(prefix, gateway), gateway, metric);
}

void VRouter::add_route(Ipv4Prefix prefix, PortIndex egress, std::optional<Ipv4Address> gateway,
                        std::uint32_t metric) {
  require(exists(egress), "a route leads over an interface that exists");
  routes_.add({prefix, {Delivery::kVia, metric, egress, gateway}});
  new_epoch();
}

bool VRouter::remove_route(Ipv4Prefix prefix) {
  bool removed = false;
  for (const NextHop& hop : routes_.routes_of(prefix)) {
    removed |= hop.delivery == Delivery::kVia && routes_.remove({prefix, hop});
  }
  new_epoch();
  return removed;
}

void VRouter::set_computed_routes(std::span<const Route> routes) {
  std::vector<Route> all = routes_.routes();
  std::erase_if(all, [](const Route& r) { return r.via.delivery == Delivery::kComputed; });
  all.reserve(all.size() + routes.size());
  for (Route route : routes) {
    require(exists(route.via.egress), "a route leads over an interface that exists");
    route.via.delivery = Delivery::kComputed;
    all.push_back(route);
  }
  routes_.assign(std::move(all));
  new_epoch();
}

}  // namespace violin
