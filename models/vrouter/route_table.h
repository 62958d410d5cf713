// All routes of a router: the preferred one of each prefix is in the forwarding table, the others
// wait here until it goes.
#pragma once

#include <map>
#include <set>
#include <span>
#include <vector>

#include "models/vrouter/fib.h"

namespace violin {

class RouteTable {
 public:
  const Fib& fib() const { return fib_; }

  // Adds the route beside others for its prefix; no effect if it is there.
  void add(const Route& route);
  // False if there is no such route.
  bool remove(const Route& route);
  // Replaces all routes.
  void assign(std::vector<Route> routes);
  // The prefix's routes, in order of preference.
  std::vector<NextHop> routes_of(Ipv4Prefix prefix) const;
  // Every route, in order of prefix and preference.
  std::vector<Route> routes() const;

 private:
  Fib fib_;
  std::map<Ipv4Prefix, std::set<NextHop>> others_;  // less preferred than the one in fib_
};

}  // namespace violin
