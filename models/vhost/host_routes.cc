#include "models/vhost/host_routes.h"

#include <algorithm>
#include <tuple>

namespace violin {
namespace {

auto order(const HostRoute& route) {
  return std::tuple(-static_cast<int>(route.prefix.length()), route.prefix.address(), route.port);
}

}  // namespace

void HostRoutes::add(const HostRoute& route) {
  const auto at = std::ranges::lower_bound(routes_, order(route), {}, order);
  if (at != routes_.end() && order(*at) == order(route)) {
    *at = route;
  } else {
    routes_.insert(at, route);
  }
}

bool HostRoutes::remove(Ipv4Prefix prefix, Ipv4Address gateway) {
  return std::erase_if(routes_, [&](const HostRoute& route) {
           return route.prefix == prefix && route.gateway == gateway;
         }) > 0;
}

void HostRoutes::remove(PortIndex port) {
  std::erase_if(routes_, [&](const HostRoute& route) { return route.port == port; });
}

void HostRoutes::remove_default() {
  std::erase_if(routes_, [](const HostRoute& route) { return route.prefix.length() == 0; });
}

const HostRoute* HostRoutes::find(Ipv4Address destination) const {
  for (const HostRoute& route : routes_) {
    if (route.prefix.contains(destination)) {
      return &route;
    }
  }
  return nullptr;
}

std::optional<PortIndex> HostRoutes::on_link(Ipv4Address address) const {
  for (const HostRoute& route : routes_) {
    if (!route.gateway && route.prefix.contains(address)) {
      return route.port;
    }
  }
  return std::nullopt;
}

}  // namespace violin
