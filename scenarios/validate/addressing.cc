#include "scenarios/validate/addressing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace violin::scenario {

namespace {

// Packets to this address show where a route to `prefix` leads.
Ipv4Address probe_of(const Ipv4Prefix& prefix) {
  return Ipv4Address(prefix.address().bits() + (prefix.length() < 31 ? 1 : 0));
}

std::string listed(const std::set<Ipv4Prefix>& subnets) {
  std::vector<std::string> texts;
  for (const Ipv4Prefix& subnet : subnets) {
    texts.push_back(to_string(subnet));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

// The subnets that the vLAN declares, else the one that most of its vNICs are in.
std::set<Ipv4Prefix> subnets_of(const Lan& lan) {
  std::set<Ipv4Prefix> declared;
  for (const EntityState* vswitch : lan.vswitches) {
    declared.insert(vswitch->subnets.begin(), vswitch->subnets.end());
  }
  if (!declared.empty()) {
    return declared;
  }
  std::map<Ipv4Prefix, int> votes;
  for (const auto& [entity, nic] : lan.nics) {
    if (nic->address) {
      ++votes[nic->address->subnet()];
    }
  }
  const auto most = std::ranges::max_element(votes, {}, [](const auto& v) { return v.second; });
  return most == votes.end() ? declared : std::set<Ipv4Prefix>{most->first};
}

}  // namespace

void Addressing::error(const std::string& path, const std::string& what) {
  if (told_.emplace(path, what).second) {
    report_.error(path, what);
  }
}

void Addressing::warning(const std::string& path, const std::string& what) {
  if (told_.emplace(path, what).second) {
    report_.warning(path, what);
  }
}

void Addressing::check_lans() {
  for (const Lan& lan : network_.lans()) {
    lan.vswitches.empty() ? check_cable(lan) : check_lan(lan);
  }
}

void Addressing::check_lan(const Lan& lan) {
  const std::set<Ipv4Prefix> subnets = subnets_of(lan);
  for (const auto& [entity, nic] : lan.nics) {
    if (nic->address && !subnets.contains(nic->address->subnet())) {
      error(nic->path + ".address",
            fmt::format("{} is in {}, but the vLAN of '{}' is {}; change the address, or list its "
                        "subnet in the vSwitch's 'subnets'",
                        to_string(*nic->address), to_string(nic->address->subnet()),
                        lan.vswitches.front()->name, listed(subnets)));
    }
  }
  check_groups(lan, subnets);
}

void Addressing::check_cable(const Lan& lan) {
  const auto& [a, a_nic] = lan.nics[0];
  const auto& [b, b_nic] = lan.nics[1];
  if (a_nic->address && b_nic->address && a_nic->address->subnet() != b_nic->address->subnet()) {
    error(b_nic->path + ".address",
          fmt::format("{} is in {}, but the other end of its cable, {}.{}, is in {}",
                      to_string(*b_nic->address), to_string(b_nic->address->subnet()), a->name,
                      a_nic->name, to_string(a_nic->address->subnet())));
  }
}

void Addressing::check_groups(const Lan& lan, const std::set<Ipv4Prefix>& subnets) {
  for (const auto& [name, group] : network_.groups()) {
    const bool here = std::ranges::any_of(lan.vswitches, [&](const EntityState* vswitch) {
      return vswitch->name == group.message->to();
    });
    const auto subnet = Ipv4Prefix::parse(group.message->subnet());
    if (here && subnet && !subnets.empty() && !subnets.contains(*subnet)) {
      error(group.path + ".subnet",
            fmt::format("is {}, but the vLAN of '{}' is {}", group.message->subnet(),
                        group.message->to(), listed(subnets)));
    }
  }
}

void Addressing::check_next_hops(EntityState& entity) {
  if (const auto gateway = Ipv4Address::parse(entity.gateway)) {
    check_next_hop(entity, *gateway, entity.path + ".gateway", "gateway");
  }
  for (int i = 0; i < static_cast<int>(entity.routes.size()); ++i) {
    const Route& route = entity.routes[static_cast<std::size_t>(i)];
    check_next_hop(entity, Ipv4Address::parse(route.via()).value_or(Ipv4Address()),
                   item(entity.path, "routes", i) + ".via", "next hop");
  }
}

void Addressing::check_next_hop(EntityState& entity, Ipv4Address via, const std::string& path,
                                const std::string& what) {
  std::set<Ipv4Prefix> subnets;
  bool own = false;
  for (const NicState& nic : entity.nics) {
    if (nic.address) {
      subnets.insert(nic.address->subnet());
      own |= nic.address->address == via;
    }
  }
  if (own) {
    error(path, fmt::format("{} is an address of '{}' itself", to_string(via), entity.name));
    return;
  }
  if (std::ranges::none_of(subnets, [&](const Ipv4Prefix& s) { return s.contains(via); })) {
    error(path,
          fmt::format("the {} {} is not on a subnet of '{}' ({}), so it cannot be reached", what,
                      to_string(via), entity.name, subnets.empty() ? "none" : listed(subnets)));
    return;
  }
  const EntityState* owner = network_.owner_of(via);
  if (owner == nullptr) {
    warning(path, fmt::format("no vNIC has the address {}", to_string(via)));
  } else if (owner->kind != Kind::kVRouter) {
    error(path, fmt::format("{} is '{}', a {}, which forwards nothing", to_string(via), owner->name,
                            to_string(owner->kind)));
  }
}

const EntityState* Addressing::next_router(const EntityState& at, Ipv4Address destination) const {
  for (const NicState& nic : at.nics) {
    if (nic.address && nic.address->subnet().contains(destination)) {
      return nullptr;  // it arrives
    }
  }
  const Route* longest = nullptr;
  unsigned length = 0;
  for (const Route& route : at.routes) {
    const auto prefix = Ipv4Prefix::parse(route.to());
    if (prefix && prefix->contains(destination) &&
        (longest == nullptr || prefix->length() > length)) {
      longest = &route;
      length = prefix->length();
    }
  }
  const auto via = longest == nullptr ? std::nullopt : Ipv4Address::parse(longest->via());
  const EntityState* next = via ? network_.owner_of(*via) : nullptr;
  return next != nullptr && next->kind == Kind::kVRouter ? next : nullptr;
}

void Addressing::check_loops() {
  for (const auto& [name, entity] : network_.entities()) {
    if (entity->kind == Kind::kVRouter) {
      for (int i = 0; i < static_cast<int>(entity->routes.size()); ++i) {
        follow(*entity, i);
      }
    }
  }
}

void Addressing::follow(const EntityState& router, int route_index) {
  const Route& route = router.routes[static_cast<std::size_t>(route_index)];
  const Ipv4Address destination = probe_of(Ipv4Prefix::parse(route.to()).value_or(Ipv4Prefix()));
  std::vector<std::string> way = {router.name};
  std::set<const EntityState*> seen = {&router};
  for (const EntityState* at = &router;;) {
    at = next_router(*at, destination);
    if (at == nullptr) {
      return;
    }
    way.push_back(at->name);
    if (at == &router) {
      error(item(router.path, "routes", route_index),
            fmt::format("packets to {} would circle: {}; change one of these routes",
                        to_string(destination), fmt::join(way, " -> ")));
    }
    if (!seen.insert(at).second) {
      return;  // a loop is told at the routers in it
    }
  }
}

}  // namespace violin::scenario
