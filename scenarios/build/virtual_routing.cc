#include "scenarios/build/virtual_routing.h"

#include <algorithm>
#include <map>
#include <vector>

#include "models/substrate/shortest_paths.h"

namespace violin {

namespace {

constexpr Duration kPerHop = std::chrono::microseconds(1);
constexpr Duration kUnmeasured = std::chrono::milliseconds(1);  // of delays without a mean

Duration mean_delay(const DelayModel& model) {
  if (const auto* constant = std::get_if<ConstantDelay>(&model)) {
    return constant->delay;
  }
  if (const auto* uniform = std::get_if<UniformDelay>(&model)) {
    return (uniform->minimum + uniform->maximum) / 2;
  }
  if (const auto* normal = std::get_if<NormalDelay>(&model)) {
    return normal->mean;
  }
  return kUnmeasured;
}

// The vNICs of one vLAN as seen from one of them.
struct Neighbor {
  Node* node;
  const Nic* nic;
  Duration cost;
};

// How one vRouter reaches an adjacent one.
struct Adjacency {
  PortIndex egress;
  Ipv4Address gateway;
};

class RouteComputation {
 public:
  RouteComputation(Network& network, VirtualNetwork& violin) : network_(network) {
    for (const auto& node : violin.nodes()) {
      if (node->kind == EntityKind::kVRouter && node->up()) {
        index_[node.get()] = graph_.add_router({node->full_name(), {}, {}});
        routers_.push_back(node.get());
      }
    }
  }

  void install() {
    for (Node* router : routers_) {
      survey(*router);
    }
    for (const auto& [host, gateway] : gateways_) {
      if (!host->outside) {
        host->vhost().set_default_gateway(gateway.address);
      }
    }
    ShortestPaths paths(graph_);
    for (std::size_t r = 0; r < routers_.size(); ++r) {
      if (!routers_[r]->outside) {
        routers_[r]->vrouter().set_computed_routes(routes_of(r, paths));
      }
    }
  }

 private:
  struct Gateway {
    Ipv4Address address;
    Duration cost;
  };
  struct Reach {
    Duration distance = Duration::max();
    const Adjacency* first = nullptr;  // nullptr at the source
  };

  Duration cost(const VirtualLink& link, std::size_t direction) const {
    Duration total = mean_delay(link.parameters(direction).delay) + kPerHop;
    const auto* from = std::get_if<HostId>(&link.ends[direction].node->place);
    const auto* to = std::get_if<HostId>(&link.ends[1 - direction].node->place);
    if (from != nullptr && to != nullptr) {
      total += network_.substrate().delay(*from, *to).value_or(kUnmeasured);
    }
    return total;
  }

  // Every vNIC that the cable at `nic` leads to, over vSwitches; vLANs are trees.
  void explore(const Node& node, const Nic& nic, Duration so_far, std::vector<Neighbor>& found) {
    if (nic.link == nullptr || !nic.link->up()) {
      return;
    }
    const std::size_t direction =
        nic.link->ends[0].node == &node && nic.link->ends[0].port == nic.port ? 0 : 1;
    const LinkEnd& far = nic.link->ends[1 - direction];
    const Duration there = so_far + cost(*nic.link, direction);
    if (far.node->kind != EntityKind::kVSwitch) {
      found.push_back({far.node, &far.node->nic_at(far.port), there});
      return;
    }
    for (const Nic& next : far.node->nics) {
      if (next.port != far.port) {
        explore(*far.node, next, there, found);
      }
    }
  }

  // What a vRouter sees on its vLANs: adjacent vRouters, and vHosts that it may serve.
  void survey(Node& router) {
    std::vector<Neighbor> found;
    for (const Nic& nic : router.nics) {
      found.clear();
      explore(router, nic, Duration::zero(), found);
      if (nic.link != nullptr && nic.link->up()) {
        owners_[nic.address->subnet()].push_back(to_index(index_.at(&router)));
      }
      for (const Neighbor& neighbor : found) {
        if (neighbor.nic->address->subnet() == nic.address->subnet()) {
          note(router, nic, neighbor);
        }
      }
    }
  }

  void note(Node& router, const Nic& nic, const Neighbor& neighbor) {
    if (neighbor.node->kind == EntityKind::kVRouter) {
      graph_.add_link({"", index_.at(&router), index_.at(neighbor.node), neighbor.cost, 1,
                       std::nullopt, 0, true, std::nullopt});
      adjacencies_.push_back({nic.port, neighbor.nic->address->address});
    } else if (neighbor.node->automatic_gateway && neighbor.nic == neighbor.node->nics.data()) {
      const Gateway gateway{nic.address->address, neighbor.cost};
      const auto [known, added] = gateways_.emplace(neighbor.node, gateway);
      if (!added && gateway.cost < known->second.cost) {
        known->second = gateway;
      }
    }
  }

  std::vector<Reach> reaches(std::size_t source, ShortestPaths& paths) {
    const ShortestPathTree& tree = paths.from(RouterId{static_cast<std::uint32_t>(source)});
    std::vector<Reach> all(routers_.size());
    all[source].distance = Duration::zero();
    std::vector<std::size_t> way;
    for (std::size_t router = 0; router < routers_.size(); ++router) {
      way.clear();
      // Back to the first router whose reach is known, then forth again.
      for (std::size_t at = router; all[at].distance == Duration::max();) {
        const auto link = tree.entered_by(RouterId{static_cast<std::uint32_t>(at)});
        if (!link) {
          break;
        }
        way.push_back(to_index(*link));
        at = to_index(graph_.link(*link).from);
      }
      for (; !way.empty(); way.pop_back()) {
        const SubstrateLink& link = graph_.links()[way.back()];
        const Reach& before = all[to_index(link.from)];
        if (before.distance == Duration::max()) {
          break;
        }
        all[to_index(link.to)] = {before.distance + link.delay,
                                  before.first ? before.first : &adjacencies_[way.back()]};
      }
    }
    return all;
  }

  std::vector<Route> routes_of(std::size_t source, ShortestPaths& paths) {
    const std::vector<Reach> reach = reaches(source, paths);
    std::vector<Route> routes;
    for (const auto& [prefix, owners] : owners_) {
      const auto nearest = std::ranges::min_element(
          owners, {}, [&](std::size_t owner) { return reach[owner].distance; });
      if (const Adjacency* first = reach[*nearest].first) {
        routes.push_back({prefix, {Delivery::kVia, 0, first->egress, first->gateway}});
      }
    }
    return routes;
  }

  Network& network_;
  RouterGraph graph_;
  std::map<const Node*, RouterId> index_;  // never iterated
  std::vector<Node*> routers_;             // by RouterId
  std::vector<Adjacency> adjacencies_;     // by SubstrateLinkId
  std::map<Ipv4Prefix, std::vector<std::size_t>> owners_;
  std::map<Node*, Gateway> gateways_;  // the order of setting them is not observable
};

}  // namespace

void install_shortest_paths(Network& network, VirtualNetwork& violin) {
  RouteComputation(network, violin).install();
}

}  // namespace violin
