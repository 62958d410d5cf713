#include "scenarios/build/network.h"

#include <algorithm>
#include <set>

#include "core/require.h"
#include "scenarios/build/handover.h"
#include "scenarios/build/multicast.h"
#include "scenarios/build/network_tap.h"
#include "scenarios/build/virtual_routing.h"

namespace violin {

Network::Network(Kernel& kernel, Substrate substrate)
    : kernel_(kernel), origin_(kernel), substrate_(std::move(substrate)) {
  stages_.resize(substrate_.size());
}

// Links end before the entities that they join, and a higher VIOLIN before the one that carries it.
Network::~Network() {
  moves_.clear();
  if (handover_) {
    handover_->abandon(Drop::kDetached);  // who would take its frames may be gone already
    end_move(Drop::kDetached);
  }
  while (!networks_.empty()) {
    VirtualNetwork& network = *networks_.back();
    network.groups_.clear();
    while (!network.links_.empty()) {
      disconnect(*network.links_.back());
    }
    for (const auto& node : network.nodes_) {
      tunnel_endpoints_.erase(node.get());
    }
    network.nodes_.clear();
    networks_.pop_back();
  }
}

VirtualNetwork* Network::find(std::string_view network) const {
  const auto found = std::ranges::find(
      networks_, network, [](const auto& n) -> auto& { return n->name(); });
  return found == networks_.end() ? nullptr : found->get();
}

std::vector<Node*> Network::hosted_on(const Node& host) const {
  std::vector<Node*> hosted;
  for (const auto& network : networks_) {
    if (network->lower() == &host.network) {
      for (const auto& node : network->nodes_) {
        if (std::get<Node*>(node->place) == &host) {
          hosted.push_back(node.get());
        }
      }
    }
  }
  return hosted;
}

VirtualNetwork& Network::add_network(std::string name, VirtualNetwork* lower,
                                     const RoutingPolicy& routing) {
  require(find(name) == nullptr, "a VIOLIN's name is unique");
  return *networks_.emplace_back(std::make_unique<VirtualNetwork>(std::move(name), lower, routing));
}

Node& Network::add_node(VirtualNetwork& network, EntityKind kind, Placement place,
                        std::unique_ptr<Entity> entity) {
  auto& node = *network.nodes_.emplace_back(std::make_unique<Node>(Node{.network = network,
                                                                        .kind = kind,
                                                                        .place = place,
                                                                        .entity = std::move(entity),
                                                                        .nics = {},
                                                                        .arrival = nullptr}));
  node.host_up = hosts_up(place);
  node.host_migrating = host_migrates(place);
  require(network.by_name_.emplace(node.name(), &node).second, "an entity's name is unique");
  return node;
}

Node& Network::add_vhost(VirtualNetwork& network, std::string_view name, Placement place) {
  return add_node(network, EntityKind::kVHost, place,
                  std::make_unique<VHost>(kernel_, network.name() + "/" + std::string(name)));
}

Node& Network::add_vrouter(VirtualNetwork& network, std::string_view name, Placement place) {
  return add_node(network, EntityKind::kVRouter, place,
                  std::make_unique<VRouter>(kernel_, network.name() + "/" + std::string(name)));
}

Node& Network::add_vswitch(VirtualNetwork& network, std::string_view name, Placement place,
                           const VSwitchOptions& options) {
  return add_node(
      network, EntityKind::kVSwitch, place,
      std::make_unique<VSwitch>(kernel_, network.name() + "/" + std::string(name), options));
}

Nic& Network::add_nic(Node& node, const NicSpec& spec) {
  const MacAddress mac = spec.mac ? *spec.mac : node.network.next_mac();
  const PortIndex port =
      node.outside ? node.outlet().add_port()
      : node.kind == EntityKind::kVHost
          ? node.vhost().add_vnic({spec.name, mac, spec.address, spec.mtu})
          : node.vrouter().add_interface({spec.name, mac, spec.address, spec.mtu});
  return node.nics.emplace_back(Nic{spec.name, port, mac, spec.address, spec.mtu, nullptr});
}

void Network::remove_nic(Node& node, std::string_view name) {
  Nic* nic = node.find_nic(name);
  require(nic != nullptr, "a vNIC that is removed exists");
  settle(node);
  if (nic->link != nullptr) {
    disconnect(*nic->link);
  }
  end_tap(node, nic->port);
  if (node.outside) {
    node.outlet().remove_port(nic->port);
  } else if (node.kind == EntityKind::kVHost) {
    node.vhost().remove_vnic(nic->port);
  } else {
    node.vrouter().remove_interface(nic->port);
  }
  node.nics.erase(node.nics.begin() + (nic - node.nics.data()));
  topology_changed(node.network);
}

void Network::readdress(Node& node, std::string_view nic_name, Ipv4Interface address) {
  Nic* nic = node.find_nic(nic_name);
  require(nic != nullptr, "a vNIC that gets another address exists");
  settle(node);
  if (node.outside) {
    // Its stack is told by whoever runs it.
  } else if (node.kind == EntityKind::kVHost) {
    node.vhost().set_address(nic->port, address);
  } else {
    node.vrouter().set_address(nic->port, address);
  }
  nic->address = address;
  if (nic->link != nullptr) {
    announce({&node, nic->port});
  }
  for (Node* hosted : hosted_on(node)) {
    recarry(*hosted);  // their tunnels end at the new address
  }
  topology_changed(node.network);
}

void Network::remove(Node& node) {
  finish_move(node);
  for (Node* hosted : hosted_on(node)) {
    remove(*hosted);
  }
  if (const auto endpoint = tunnel_endpoints_.find(&node); endpoint != tunnel_endpoints_.end()) {
    retired_.add(endpoint->second->ledger());
    tunnel_endpoints_.erase(endpoint);
  }
  VirtualNetwork& network = node.network;
  leave_groups(node);
  while (!node.nics.empty()) {
    if (node.nics.back().link != nullptr) {
      disconnect(*node.nics.back().link);  // takes a vSwitch's port with it
    } else {
      remove_nic(node, std::string(node.nics.back().name));
    }
  }
  node.entity->abandon(Drop::kDetached);
  retired_.add(node.entity->ledger());
  retired_deliveries_ += node.entity->ledger().in;
  network.by_name_.erase(node.name());
  std::erase_if(network.nodes_, [&](const auto& owned) { return owned.get() == &node; });
  topology_changed(network);
}

Outlet& Network::move_outside(Node& node) {
  require(node.kind != EntityKind::kVSwitch && !node.outside, "a vHost or vRouter moves out once");
  finish_move(node);
  auto outlet = std::make_unique<Outlet>(kernel_, node.full_name());
  for (const Nic& nic : node.nics) {
    require(!taps_.contains({&node, nic.port}), "no vNIC is captured while its host moves outside");
    outlet->add_port(nic.port);
    if (nic.link != nullptr) {
      nic.link->cable.exchange(*node.entity, *outlet);
    }
  }
  const std::unique_ptr<Entity> model = replace(node, std::move(outlet));
  node.outside = true;
  for (const Nic& nic : node.nics) {
    if (nic.link != nullptr) {
      aim(*nic.link);
    }
  }
  model->abandon(Drop::kDetached);
  retired_.add(model->ledger());
  retired_deliveries_ += model->ledger().in;
  return node.outlet();
}

// During a run neighbours may know the address under another MAC address; vRouters tell by
// themselves.
void Network::announce(const LinkEnd& end) {
  if (kernel_.now() > kRunStart && end.node->kind == EntityKind::kVHost && !end.node->outside) {
    end.node->vhost().announce(end.port, kernel_.now());
  }
}

// ---- links

VirtualLink& Network::connect(Node& a, Nic* a_nic, Node& b, Nic* b_nic,
                              std::shared_ptr<const LinkSpec> spec) {
  settle(a);
  settle(b);
  const auto end = [&](Node& node, Nic* nic) {
    if (nic != nullptr) {
      return LinkEnd{&node, nic->port};
    }
    const PortIndex port = node.vswitch().connect();
    node.nics.push_back({"port" + std::to_string(to_index(port)), port, {}, {}, 0, nullptr});
    return LinkEnd{&node, port};
  };
  const LinkEnd a_end = end(a, a_nic);
  const LinkEnd b_end = end(b, b_nic);
  VirtualNetwork& network = a.network;
  auto& link = *network.links_.emplace_back(std::make_unique<VirtualLink>(
      kernel_, a.full_name() + "." + a.nic_at(a_end.port).name, a_end, b_end, std::move(spec)));
  link.index = network.links_.size() - 1;
  a.nic_at(a_end.port).link = &link;
  b.nic_at(b_end.port).link = &link;
  plug_taps(link);
  carry(link);
  announce(a_end);
  announce(b_end);
  topology_changed(network);
  return link;
}

void Network::disconnect(VirtualLink& link) {
  VirtualNetwork& network = link.ends[0].node->network;
  const std::array<LinkEnd, 2> ends = link.ends;
  for (const LinkEnd& end : ends) {
    settle(*end.node);
  }
  if (handover_) {
    handover_->forget(link);
  }
  withdraw(link, Drop::kDetached);
  for (const std::size_t d : {0U, 1U}) {
    link.direction(d).pipe().abandon(Drop::kDetached);
    retire(link.direction(d).pipe());
    if (link.carriers[d] && link.carriers[d]->path() != nullptr) {
      retire(*link.carriers[d]->path());
    }
  }
  end_tunnels(link);
  if (underlay_ != nullptr) {
    underlay_->end(link);
  }
  const std::size_t index = link.index;
  std::swap(network.links_[index], network.links_.back());
  network.links_[index]->index = index;
  network.links_.pop_back();
  for (const LinkEnd& end : ends) {
    end.node->nic_at(end.port).link = nullptr;
    if (end.node->kind == EntityKind::kVSwitch) {
      end_tap(*end.node, end.port);
      end.node->vswitch().disconnect(end.port);
      std::erase_if(end.node->nics, [&](const Nic& nic) { return nic.port == end.port; });
    }
  }
  topology_changed(network);
}

void Network::configure(VirtualLink& link, std::shared_ptr<const LinkSpec> spec) {
  link.spec = std::move(spec);
  carry(link);
}

void Network::set_plugged(VirtualLink& link, bool plugged) {
  link.plugged = plugged;
  carry(link);
  topology_changed(link.ends[0].node->network);
}

VirtualLink* Network::find_trunk(const Node& a, const Node& b) const {
  for (const Nic& nic : a.nics) {
    if (nic.link != nullptr) {
      const auto& ends = nic.link->ends;
      if ((ends[0].node == &a && ends[1].node == &b) ||
          (ends[0].node == &b && ends[1].node == &a)) {
        return nic.link;
      }
    }
  }
  return nullptr;
}

void Network::withdraw(VirtualLink& link, Drop reason) {
  for (const auto& carrier : link.carriers) {
    if (carrier) {
      carrier->withdraw(reason);
    }
  }
}

// ---- routes

void Network::topology_changed(VirtualNetwork& network) {
  renew_groups(network);
  if (!network.routing().automatic || !network.routing_timer_) {
    return;  // the builder computes the first routes itself
  }
  if (!network.routing_timer_->armed()) {
    network.routing_timer_->arm_after(network.routing().convergence);
  }
}

void Network::compute_routes(VirtualNetwork& network) {
  if (!network.routing().automatic) {
    return;
  }
  if (!network.routing_timer_) {
    network.owner_ = this;
    network.routing_timer_ = std::make_unique<Timer>(
        kernel_, origin_,
        [](void* context) {
          auto& due = *static_cast<VirtualNetwork*>(context);
          due.owner_->compute_routes(due);
        },
        &network);
  }
  install_shortest_paths(*this, network);
  renew_groups(network);
}

// ---- multicast

HostGroup& Network::open_group(Node& source, Ipv4Address address, std::span<Node* const> members) {
  auto group = std::make_unique<HostGroup>(HostGroup{&source, address, {}});
  for (Node* member : members) {
    group->members.push_back({member, std::nullopt});
  }
  HostGroup& opened = *source.network.groups_.emplace_back(std::move(group));
  install_group(source.network, address);
  return opened;
}

void Network::close_group(const Node& source, Ipv4Address address) {
  auto& groups = source.network.groups_;
  const auto closed = std::ranges::find_if(groups, [&](const auto& group) {
    return group->source == &source && group->address == address;
  });
  if (closed == groups.end()) {
    return;
  }
  for (HostGroup::Member& member : (*closed)->members) {
    member.leave(address);
  }
  groups.erase(closed);
  install_group(source.network, address);
}

void Network::leave_groups(const Node& node) {
  std::vector<Ipv4Address> ended;
  for (const auto& group : node.network.groups_) {
    if (group->source == &node) {
      ended.push_back(group->address);
    }
    std::erase_if(group->members, [&](const auto& member) { return member.node == &node; });
  }
  for (const Ipv4Address address : ended) {
    close_group(node, address);
  }
}

void Network::renew_groups(VirtualNetwork& network) {
  std::set<Ipv4Address> addresses;
  for (const auto& group : network.groups_) {
    addresses.insert(group->address);
  }
  for (const Ipv4Address address : addresses) {
    install_group(network, address);
  }
}

}  // namespace violin
