#include "scenarios/build/multicast.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "models/wire/ethernet.h"

namespace violin {

namespace {

using Path = std::vector<Crossing>;

const LinkEnd& tail(const Crossing& crossing) { return crossing.link->ends[crossing.direction]; }
const LinkEnd& head(const Crossing& crossing) {
  return crossing.link->ends[1 - crossing.direction];
}
bool is_station(const Node& node) { return node.kind != EntityKind::kVSwitch; }

// The vNIC from which a vHost sends to the group.
const Nic* sends_from(const Node& source, Ipv4Address group) {
  const auto address = source.outside ? std::nullopt : source.vhost().source_for(group);
  const auto found = std::ranges::find_if(source.nics, [&](const Nic& nic) {
    return address && nic.address && nic.address->address == *address;
  });
  return found == source.nics.end() ? nullptr : &*found;
}

// Grows member by member.
class Tree {
 public:
  Tree(const Node& source, const Nic* egress) : source_(source), egress_(egress) {
    ways_[&source] = {};
  }

  std::optional<Path> add(const Node& member) {
    const auto way = egress_ == nullptr || member.nics.empty() || !member.nics.front().address
                         ? std::nullopt
                         : trace(source_, member.nics.front().address->address);
    if (!way || way->empty() || tail(way->front()).port != egress_->port) {
      return std::nullopt;
    }
    const std::vector<std::span<const Crossing>> hops = split(*way);
    for (std::size_t at = graft(hops); at < hops.size(); ++at) {
      // A router may send on in the vLAN from which it has it: there the next one hears it too.
      if (!reach_through_vlan(hops[at])) {
        extend(hops[at]);
      }
    }
    return ways_.at(&member);
  }

 private:
  struct Feeder {
    const Node* station;
    PortIndex egress;
  };

  // From one station to the next, over the vSwitches between them.
  static std::vector<std::span<const Crossing>> split(const Path& way) {
    std::vector<std::span<const Crossing>> hops;
    std::size_t first = 0;
    for (std::size_t i = 0; i < way.size(); ++i) {
      if (is_station(*head(way[i]).node)) {
        hops.push_back(std::span(way).subspan(first, i + 1 - first));
        first = i + 1;
      }
    }
    return hops;
  }

  // The first hop that is not in the tree, whose beginning is.
  std::size_t graft(const std::vector<std::span<const Crossing>>& hops) {
    for (std::size_t at = hops.size(); at > 0; --at) {
      const LinkEnd& arrival = head(hops[at - 1].back());
      if (ways_.contains(arrival.node) || reach_through_vlan(hops[at - 1])) {
        return at;
      }
    }
    return 0;
  }

  // Whether the hop's vLAN is fed already; then the station at its end is reached from there.
  bool reach_through_vlan(std::span<const Crossing> hop) {
    const LinkEnd& arrival = head(hop.back());
    const auto fed = feeders_.find(head(hop.front()).node);
    if (fed == feeders_.end()) {
      return false;
    }
    const auto& [station, egress] = fed->second;
    const Ipv4Address address = arrival.node->nic_at(arrival.port).address->address;
    const auto across = beside(*station, egress, address);
    if (!across) {
      return false;
    }
    Path extended = ways_.at(station);
    extended.insert(extended.end(), across->begin(), across->end());
    ways_[arrival.node] = std::move(extended);
    return true;
  }

  // By a hop from a station in the tree, which feeds the vLAN in which the hop is, if it is one.
  void extend(std::span<const Crossing> hop) {
    const LinkEnd& from = tail(hop.front());
    Path extended = ways_.at(from.node);
    extended.insert(extended.end(), hop.begin(), hop.end());
    ways_[head(hop.back()).node] = std::move(extended);
    if (hop.size() > 1) {
      spread({from.node, from.port}, *head(hop.front()).node);
    }
  }
  void spread(const Feeder& feeder, const Node& vswitch) {
    if (!feeders_.emplace(&vswitch, feeder).second) {
      return;
    }
    for (const Nic& nic : vswitch.nics) {
      if (nic.link != nullptr && nic.link->plugged) {
        const Node& next = *nic.link->ends[nic.link->begins_at(vswitch, nic.port) ? 1 : 0].node;
        if (!is_station(next)) {
          spread(feeder, next);
        }
      }
    }
  }

  const Node& source_;
  const Nic* egress_;
  std::map<const Node*, Path> ways_;       // to the stations in the tree; never iterated
  std::map<const Node*, Feeder> feeders_;  // by vSwitch; never iterated
};

// What the entities of a VIOLIN are told of one group.
class Instructions {
 public:
  explicit Instructions(Ipv4Address group) : group_(group) {}

  // Of this group, or of another one with its link-layer address.
  void add(const HostGroup& group, const Path& way) {
    for (const Crossing& crossing : way) {
      const LinkEnd& from = tail(crossing);
      const LinkEnd& to = head(crossing);
      if (from.node->kind == EntityKind::kVSwitch) {
        ports_[from.node].insert(from.port);
      }
      if (group.address == group_ && from.node->kind == EntityKind::kVRouter) {
        branches_[from.node][group.source].egress.insert(from.port);
      }
      if (group.address == group_ && to.node->kind == EntityKind::kVRouter) {
        branches_[to.node][group.source].ingress = to.port;
      }
    }
  }

  void give(const Node& node) const {
    if (node.kind == EntityKind::kVSwitch) {
      give_filter(node);
    } else if (node.kind == EntityKind::kVRouter && !node.outside) {
      give_routes(node);
    }
  }

 private:
  struct Branches {
    PortIndex ingress{};
    std::set<PortIndex> egress;
  };

  void give_filter(const Node& node) const {
    const MacAddress address = wire::group_address(group_);
    const auto told = ports_.find(&node);
    if (told == ports_.end()) {
      node.vswitch().remove_group_filter(address);
    } else {
      node.vswitch().set_group_filter({address, {told->second.begin(), told->second.end()}});
    }
  }

  void give_routes(const Node& node) const {
    std::vector<MulticastRoute> routes;
    if (const auto told = branches_.find(&node); told != branches_.end()) {
      for (const auto& [source, branches] : told->second) {
        routes.push_back({source->vhost().source_for(group_).value(),
                          group_,
                          branches.ingress,
                          {branches.egress.begin(), branches.egress.end()}});
      }
    }
    node.vrouter().set_multicast_routes(group_, routes);
  }

  Ipv4Address group_;
  std::map<const Node*, std::set<PortIndex>> ports_;
  std::map<const Node*, std::map<const Node*, Branches>> branches_;  // by router, then source
};

void join(HostGroup::Member& member, Ipv4Address group, const std::optional<Path>& way) {
  member.leave(group);
  if (way && !member.node->outside) {
    member.joined = head(way->back()).port;
    member.node->vhost().join(*member.joined, group);
  }
}

}  // namespace

std::vector<std::optional<Path>> multicast_tree(const Node& source, Ipv4Address group,
                                                std::span<Node* const> members) {
  Tree tree(source, sends_from(source, group));
  std::vector<std::optional<Path>> paths;
  for (const Node* member : members) {
    paths.push_back(tree.add(*member));
  }
  return paths;
}

void install_group(VirtualNetwork& violin, Ipv4Address address) {
  Instructions instructions(address);
  for (const auto& group : violin.groups()) {
    if (wire::group_address(group->address) != wire::group_address(address)) {
      continue;
    }
    std::vector<Node*> members;
    for (const HostGroup::Member& member : group->members) {
      members.push_back(member.node);
    }
    const auto ways = multicast_tree(*group->source, group->address, members);
    for (std::size_t i = 0; i < members.size(); ++i) {
      join(group->members[i], group->address, ways[i]);
      instructions.add(*group, ways[i].value_or(Path{}));
    }
  }
  for (const auto& node : violin.nodes()) {
    instructions.give(*node);
  }
}

}  // namespace violin
