#include "models/vrouter/route_table.h"

#include <algorithm>

namespace violin {

void RouteTable::add(const Route& route) {
  const NextHop* known = fib_.find(route.prefix);
  if (known == nullptr) {
    fib_.insert(route);
  } else if (route.via < *known) {
    others_[route.prefix].insert(*known);
    fib_.insert(route);
  } else if (route.via != *known) {
    others_[route.prefix].insert(route.via);
  }
}

bool RouteTable::remove(const Route& route) {
  const NextHop* known = fib_.find(route.prefix);
  const auto others = others_.find(route.prefix);
  const bool preferred = known != nullptr && *known == route.via;
  if (others == others_.end()) {
    return preferred && fib_.erase(route.prefix);
  }
  const bool removed = preferred || others->second.erase(route.via) > 0;
  if (preferred) {
    fib_.insert({route.prefix, *others->second.begin()});
    others->second.erase(others->second.begin());
  }
  if (others->second.empty()) {
    others_.erase(others);
  }
  return removed;
}

void RouteTable::assign(std::vector<Route> routes) {
  std::ranges::sort(routes);
  const auto repeated = std::ranges::unique(routes);
  routes.erase(repeated.begin(), repeated.end());
  others_.clear();
  for (std::size_t i = 1; i < routes.size(); ++i) {
    if (routes[i].prefix == routes[i - 1].prefix) {
      others_[routes[i].prefix].insert(routes[i].via);
    }
  }
  fib_.assign(routes);
}

std::vector<NextHop> RouteTable::routes_of(Ipv4Prefix prefix) const {
  std::vector<NextHop> hops;
  if (const NextHop* preferred = fib_.find(prefix)) {
    hops.push_back(*preferred);
  }
  if (const auto others = others_.find(prefix); others != others_.end()) {
    hops.insert(hops.end(), others->second.begin(), others->second.end());
  }
  return hops;
}

std::vector<Route> RouteTable::routes() const {
  std::vector<Route> all = fib_.routes();
  for (const auto& [prefix, hops] : others_) {
    for (const NextHop& hop : hops) {
      all.push_back({prefix, hop});
    }
  }
  std::ranges::sort(all);
  return all;
}

}  // namespace violin
