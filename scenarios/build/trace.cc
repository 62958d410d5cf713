#include "scenarios/build/trace.h"

#include <algorithm>
#include <utility>

namespace violin {

namespace {

constexpr int kMostHops = 255;  // as a TTL allows

struct NextStation {
  PortIndex egress;
  Ipv4Address address;
};

bool owns(const Node& node, Ipv4Address address) {
  return std::ranges::any_of(
      node.nics, [&](const Nic& nic) { return nic.address && nic.address->address == address; });
}

std::optional<NextStation> next_station(const Node& node, Ipv4Address to) {
  if (node.outside) {
    return std::nullopt;
  }
  if (node.kind == EntityKind::kVHost) {
    const auto& routes = node.vhost().routes();  // the longest prefix first
    const auto found =
        std::ranges::find_if(routes, [&](const HostRoute& r) { return r.prefix.contains(to); });
    if (found == routes.end()) {
      return std::nullopt;
    }
    return NextStation{found->port, found->gateway.value_or(to)};
  }
  const NextHop* hop = node.vrouter().routes().fib().lookup(to);
  if (hop == nullptr || hop->delivery == Delivery::kLocal ||
      hop->delivery == Delivery::kBroadcast) {
    return std::nullopt;
  }
  return NextStation{hop->egress, hop->gateway.value_or(to)};
}

const Nic* nic_at(const Node& node, PortIndex port) {
  const auto found = std::ranges::find(node.nics, port, &Nic::port);
  return found == node.nics.end() ? nullptr : &*found;
}

// The station with that address, over vSwitches, which form trees; what is crossed is appended.
const Node* cross(const Node& node, const Nic& nic, Ipv4Address station,
                  std::vector<Crossing>& crossed) {
  if (nic.link == nullptr || !nic.link->plugged) {
    return nullptr;
  }
  const std::size_t direction = nic.link->begins_at(node, nic.port) ? 0 : 1;
  const LinkEnd& far = nic.link->ends[1 - direction];
  crossed.push_back({nic.link, direction});
  if (far.node->kind != EntityKind::kVSwitch) {
    const Nic* in = nic_at(*far.node, far.port);
    if (in != nullptr && in->address && in->address->address == station) {
      return far.node;
    }
  } else {
    for (const Nic& next : far.node->nics) {
      const Node* found =
          next.port == far.port ? nullptr : cross(*far.node, next, station, crossed);
      if (found != nullptr) {
        return found;
      }
    }
  }
  crossed.pop_back();
  return nullptr;
}

}  // namespace

std::optional<std::vector<Crossing>> trace(const Node& from, Ipv4Address to) {
  std::vector<Crossing> crossed;
  const Node* here = &from;
  for (int hops = 0; !owns(*here, to); ++hops) {
    const auto next = hops < kMostHops ? next_station(*here, to) : std::nullopt;
    const Nic* egress = next ? nic_at(*here, next->egress) : nullptr;
    const Node* station =
        egress == nullptr ? nullptr : cross(*here, *egress, next->address, crossed);
    if (station == nullptr || (station->kind == EntityKind::kVHost && !owns(*station, to))) {
      return std::nullopt;
    }
    here = station;
  }
  return crossed;
}

std::optional<std::vector<Crossing>> beside(const Node& from, PortIndex egress, Ipv4Address to) {
  std::vector<Crossing> crossed;
  const Nic* nic = nic_at(from, egress);
  if (nic == nullptr || cross(from, *nic, to, crossed) == nullptr) {
    return std::nullopt;
  }
  return crossed;
}

}  // namespace violin
