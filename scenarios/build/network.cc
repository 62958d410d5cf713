#include "scenarios/build/network.h"

#include <algorithm>

#include "core/require.h"
#include "scenarios/build/virtual_routing.h"

namespace violin {

namespace {

// Bound to the pipe's name, so that the sum over all pipes tells them apart.
std::uint64_t named_fingerprint(const Pipe& pipe) {
  return RandomStream(pipe.fingerprint(), pipe.name()).at(0);
}

}  // namespace

std::string_view Node::name() const {
  return std::string_view(entity->name()).substr(network.name().size() + 1);
}

Nic* Node::find_nic(std::string_view nic_name) {
  const auto found = std::ranges::find(nics, nic_name, &Nic::name);
  return found == nics.end() ? nullptr : &*found;
}

Nic& Node::nic_at(PortIndex port) {
  const auto found = std::ranges::find(nics, port, &Nic::port);
  require(found != nics.end(), "a link ends at a vNIC");
  return *found;
}

Node* VirtualNetwork::find(std::string_view node_name) const {
  const auto found = by_name_.find(node_name);
  return found == by_name_.end() ? nullptr : found->second;
}

// The two directions of a captured vNIC, and what is dropped around it.
struct Network::Tap {
  PcapngWriter& writer;
  PcapngWriter::InterfaceId interface;
  CaptureTap inbound;
  std::unique_ptr<CaptureTap> outbound;  // in front of the present cable
  DropCapture drops;
};

Network::Network(Kernel& kernel, Substrate substrate)
    : kernel_(kernel), origin_(kernel), substrate_(std::move(substrate)) {
  stages_.resize(substrate_.size());
}

// Links end before the entities that they join, and a higher VIOLIN before the one that carries it.
Network::~Network() {
  while (!networks_.empty()) {
    VirtualNetwork& network = *networks_.back();
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

VirtualNetwork& Network::add_network(std::string name, VirtualNetwork* lower,
                                     const RoutingPolicy& routing) {
  require(find(name) == nullptr, "a VIOLIN's name is unique");
  return *networks_.emplace_back(std::make_unique<VirtualNetwork>(std::move(name), lower, routing));
}

Node& Network::add_node(VirtualNetwork& network, EntityKind kind, Placement place,
                        std::unique_ptr<Entity> entity) {
  auto& node = *network.nodes_.emplace_back(std::make_unique<Node>(
      Node{network, kind, place, std::move(entity), {}, false, true, false, nullptr}));
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
      node.kind == EntityKind::kVHost
          ? node.vhost().add_vnic({spec.name, mac, spec.address, spec.mtu})
          : node.vrouter().add_interface({spec.name, mac, spec.address, spec.mtu});
  return node.nics.emplace_back(Nic{spec.name, port, mac, spec.address, spec.mtu, nullptr});
}

void Network::remove_nic(Node& node, std::string_view name) {
  Nic* nic = node.find_nic(name);
  require(nic != nullptr, "a vNIC that is removed exists");
  if (nic->link != nullptr) {
    disconnect(*nic->link);
  }
  end_tap(node, nic->port);
  if (node.kind == EntityKind::kVHost) {
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
  if (node.kind == EntityKind::kVHost) {
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
  for (Node* hosted : hosted_on(node)) {
    remove(*hosted);
  }
  if (const auto endpoint = tunnel_endpoints_.find(&node); endpoint != tunnel_endpoints_.end()) {
    retired_.add(endpoint->second->ledger());
    tunnel_endpoints_.erase(endpoint);
  }
  VirtualNetwork& network = node.network;
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

// During a run neighbours may know the address under another MAC address; vRouters tell by
// themselves.
void Network::announce(const LinkEnd& end) {
  if (kernel_.now() > kRunStart && end.node->kind == EntityKind::kVHost) {
    end.node->vhost().announce(end.port, kernel_.now());
  }
}

// ---- links

VirtualLink& Network::connect(Node& a, Nic* a_nic, Node& b, Nic* b_nic,
                              std::shared_ptr<const LinkSpec> spec) {
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
  withdraw(link, Drop::kDetached);
  for (const std::size_t d : {0U, 1U}) {
    link.direction(d).pipe().abandon(Drop::kDetached);
    retire(link.direction(d).pipe());
    if (link.carriers[d] && link.carriers[d]->path() != nullptr) {
      retire(*link.carriers[d]->path());
    }
  }
  end_tunnels(link);
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

// ---- what carries a link

namespace {

// As configured, but down where the link or one of its ends is.
PipeParameters with_state(PipeParameters parameters, const VirtualLink& link) {
  const bool host_down = !link.ends[0].node->host_up || !link.ends[1].node->host_up;
  const bool migrating = link.ends[0].node->migrating() || link.ends[1].node->migrating();
  parameters.up = link.up();
  parameters.down_cuts_flight = true;
  parameters.down = host_down ? Drop::kHostDown : (migrating ? Drop::kMigrating : Drop::kLinkDown);
  return parameters;
}

// What a path adds to a link, as one pipe: only where both are of the simplest kind.
std::optional<PipeParameters> folded(const PipeParameters& link, Duration delay, double loss) {
  const auto* constant = std::get_if<ConstantDelay>(&link.delay);
  if (constant == nullptr) {
    return std::nullopt;
  }
  PipeParameters both = link;
  both.delay = ConstantDelay{constant->delay + delay};
  if (loss > 0) {
    const auto* bernoulli = std::get_if<BernoulliLoss>(&link.loss);
    if (bernoulli == nullptr && !std::holds_alternative<NoLoss>(link.loss)) {
      return std::nullopt;
    }
    const double kept = bernoulli == nullptr ? 1 : 1 - bernoulli->probability;
    both.loss = BernoulliLoss{1 - kept * (1 - loss)};
  }
  return both;
}

PipeParameters path_parameters(Duration delay, double loss) {
  PipeParameters path;
  path.delay = ConstantDelay{delay};
  path.queue.max_frames = std::nullopt;
  if (loss > 0) {
    path.loss = BernoulliLoss{loss};
  }
  return path;
}

}  // namespace

bool Network::hosts_up(const Placement& place) const {
  if (const auto* host = std::get_if<HostId>(&place)) {
    return substrate_.host_up(*host);
  }
  return std::get<Node*>(place)->host_up;
}

bool Network::host_migrates(const Placement& place) {
  const auto* carrier = std::get_if<Node*>(&place);
  return carrier != nullptr && (*carrier)->migrating();
}

HostStages& Network::stages_of(HostId host) {
  auto& stages = stages_[to_index(host)];
  if (!stages) {
    stages = std::make_unique<HostStages>(kernel_, substrate_.host(host));
  }
  return *stages;
}

Attachment Network::last_hop(const LinkEnd& end) {
  const auto tap = taps_.find({end.node, end.port});
  if (tap != taps_.end()) {
    return {&tap->second->inbound, end.port};
  }
  return {end.node->entity.get(), end.port};
}

void Network::carry(VirtualLink& link) {
  if (link.ends[0].node->network.lower() != nullptr) {
    carry_by_tunnel(link);
  } else {
    carry(link, 0);
    carry(link, 1);
  }
}

void Network::carry(VirtualLink& link, std::size_t direction) {
  const HostId from = std::get<HostId>(link.ends[direction].node->place);
  const LinkEnd& far = link.ends[1 - direction];
  const HostId to = std::get<HostId>(far.node->place);
  Link& pipe = link.direction(direction);
  PipeParameters parameters = with_state(link.parameters(direction), link);
  if (!parameters.up) {
    withdraw(link, parameters.down);
  }

  const auto delay = substrate_.delay(from, to);
  const double loss = delay ? substrate_.loss(from, to) : 0;
  if (!delay) {
    parameters.up = false;
  }
  HostStages& sender = stages_of(from);
  HostStages& receiver = stages_of(to);
  Pipe* up = from == to ? nullptr : sender.up();
  Pipe* down = from == to ? nullptr : receiver.down();
  Pipe* forward = receiver.forward();
  auto& carrier = link.carriers[direction];
  const bool stages = up != nullptr || down != nullptr || forward != nullptr;
  if (const auto simple = folded(parameters, delay.value_or(Duration{}), loss);
      simple && !stages && !carrier) {
    pipe.connect(last_hop(far));
    pipe.pipe().configure(*simple, kernel_.now());
    return;
  }
  if (!carrier) {
    carrier = std::make_unique<Carrier>(last_hop(far));
  }
  carrier->connect(last_hop(far));
  carrier->route(up, down, forward);
  if (from != to || carrier->path() != nullptr) {
    carrier->set_path(kernel_, pipe.pipe().name() + "/path",
                      path_parameters(delay.value_or(Duration{}), loss));
  }
  pipe.connect(carrier->near_end());
  pipe.pipe().configure(parameters, kernel_.now());
}

// Lets what carries the link end where its ends now take frames, and changes nothing else.
void Network::aim(VirtualLink& link) {
  for (const std::size_t d : {0U, 1U}) {
    const Attachment hop = last_hop(link.ends[1 - d]);
    if (link.tunnels[1 - d]) {
      link.tunnels[1 - d]->connect(hop);
    } else if (link.carriers[d]) {
      link.carriers[d]->connect(hop);
    } else {
      link.direction(d).connect(hop);
    }
  }
}

TunnelEndpoint& Network::tunnel_endpoint(Node& host) {
  auto& endpoint = tunnel_endpoints_[&host];
  if (!endpoint) {
    endpoint =
        std::make_unique<TunnelEndpoint>(kernel_, host.full_name() + "/tunnels", host.vhost());
  }
  return *endpoint;
}

void Network::end_tunnels(VirtualLink& link) {
  for (auto& tunnel : link.tunnels) {
    if (tunnel) {
      retired_.add(tunnel->ledger());
      tunnel.reset();
    }
  }
}

void Network::carry_by_tunnel(VirtualLink& link) {
  const std::array<Node*, 2> hosts = {std::get<Node*>(link.ends[0].node->place),
                                      std::get<Node*>(link.ends[1].node->place)};
  const bool near = hosts[0] == hosts[1];
  const bool addressed = !hosts[0]->nics.empty() && !hosts[1]->nics.empty();
  for (const std::size_t d : {0U, 1U}) {
    PipeParameters parameters = with_state(link.parameters(d), link);
    parameters.up = parameters.up && (near || addressed);
    link.direction(d).pipe().configure(parameters, kernel_.now());
    link.direction(d).connect(last_hop(link.ends[1 - d]));
  }
  end_tunnels(link);
  if (near || !addressed) {
    return;
  }
  if (link.vni == 0) {
    link.vni = ++vnis_;
  }
  for (const std::size_t d : {0U, 1U}) {
    const Ipv4Address peer = hosts[1 - d]->nics.front().address->address;
    auto& tunnel = link.tunnels[d];
    tunnel = std::make_unique<TunnelPort>(kernel_, link.direction(d).pipe().name() + "/tunnel",
                                          tunnel_endpoint(*hosts[d]), peer, link.vni);
    tunnel->connect(last_hop(link.ends[d]));
    link.direction(d).connect({tunnel.get(), PortIndex{0}});
  }
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

void Network::follow_substrate() {
  for (std::size_t host = 0; host < stages_.size(); ++host) {
    if (stages_[host]) {
      const HostId id{static_cast<std::uint32_t>(host)};
      stages_[host]->update(substrate_.host(id), kernel_.now());
    }
  }
  for (const auto& network : networks_) {
    for (const auto& link : network->links_) {
      if (network->lower() == nullptr) {
        carry(*link);
      }
    }
  }
}

// ---- moving and failing

void Network::migrate(Node& node, Placement place, Duration downtime) {
  node.place = place;
  node.arrival.reset();
  if (downtime > Duration::zero()) {
    node.arrival = std::make_unique<Arrival>(*this, node, kernel_, origin_);
    node.arrival->timer.arm_after(downtime);
  }
  recarry(node);
  refresh_host_state();
}

void Arrival::arrive() {
  Network& on = network;
  Node& arrived = node;
  arrived.arrival.reset();  // and this with it
  on.recarry(arrived);
  on.refresh_host_state();
}

void Network::recarry(Node& node) {
  for (const Nic& nic : node.nics) {
    if (nic.link != nullptr) {
      carry(*nic.link);
    }
  }
}

// Lower VIOLINs come first, so that a failure reaches those that they carry. What fails loses what
// it holds; what is moved keeps it.
void Network::refresh_host_state() {
  for (const auto& network : networks_) {
    for (const auto& node : network->nodes_) {
      const bool up = hosts_up(node->place);
      const bool migrating = host_migrates(node->place);
      if (up == node->host_up && migrating == node->host_migrating) {
        continue;
      }
      if (!up && node->host_up) {
        node->entity->abandon(Drop::kHostDown);
      }
      node->host_up = up;
      node->host_migrating = migrating;
      recarry(*node);
      topology_changed(*network);
    }
  }
}

void Network::fail_host(HostId host) {
  substrate_.fail_host(host);
  refresh_host_state();
}

void Network::restore_host(HostId host) {
  substrate_.restore_host(host);
  refresh_host_state();
}

// ---- routes

void Network::topology_changed(VirtualNetwork& network) {
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
}

// ---- observation

void Network::capture(Node& node, PortIndex port, PcapngWriter& writer) {
  const Nic& nic = node.nic_at(port);
  const auto interface =
      writer.add_interface({node.full_name() + "." + nic.name, "",
                            nic.mac.is_zero() ? std::nullopt : std::optional(nic.mac)});
  auto& tap = taps_[{&node, port}];
  tap = std::make_unique<Tap>(
      Tap{writer, interface,
          CaptureTap(writer, interface, PcapngWriter::Direction::kInbound, *node.entity), nullptr,
          DropCapture(kernel_, writer, interface)});
  node.entity->ledger().observe_drops(&tap->drops);
  if (nic.link != nullptr) {
    plug_taps(*nic.link);
    aim(*nic.link);
  }
}

// What the entity drops goes to another of its captures, if there is one.
void Network::end_tap(Node& node, PortIndex port) {
  taps_.erase({&node, port});
  const auto other = taps_.lower_bound({&node, PortIndex{0}});
  const bool captured = other != taps_.end() && other->first.first == &node;
  node.entity->ledger().observe_drops(captured ? &other->second->drops : nullptr);
}

void Network::end_captures() {
  for (const auto& [end, tap] : std::exchange(taps_, {})) {
    const auto& [node, port] = end;
    node->entity->ledger().observe_drops(nullptr);
    VirtualLink* link = nullptr;
    for (const Nic& nic : node->nics) {
      link = nic.port == port ? nic.link : link;
    }
    if (link != nullptr) {
      const std::size_t d = link->ends[0].node == node && link->ends[0].port == port ? 0 : 1;
      node->entity->Entity::plug(port, link->direction(d).near_end());
      for (const std::size_t direction : {0U, 1U}) {
        link->direction(direction).pipe().ledger().observe_drops(nullptr);
      }
      aim(*link);
    }
  }
}

// Puts the taps of captured ends between the entities and the link. To the entity its cable stays
// the same: a capture changes nothing of what happens.
void Network::plug_taps(VirtualLink& link) {
  for (const std::size_t d : {0U, 1U}) {
    const LinkEnd& near = link.ends[d];
    const auto found = taps_.find({near.node, near.port});
    if (found == taps_.end()) {
      continue;
    }
    Tap& tap = *found->second;
    Link& out = link.direction(d);
    tap.outbound = std::make_unique<CaptureTap>(tap.writer, tap.interface,
                                                PcapngWriter::Direction::kOutbound, out);
    near.node->entity->Entity::plug(near.port, {tap.outbound.get(), PortIndex{0}});
    out.pipe().ledger().observe_drops(&tap.drops);
    link.direction(1 - d).pipe().ledger().observe_drops(&tap.drops);
  }
}

void Network::retire(const Pipe& pipe) {
  retired_.add(pipe.ledger());
  retired_fingerprint_ += named_fingerprint(pipe);
}

std::uint64_t Network::fingerprint() const {
  std::uint64_t sum = retired_fingerprint_;
  for_each_pipe([&](const Pipe& pipe) { sum += named_fingerprint(pipe); });
  return sum;
}

std::uint64_t Network::deliveries() const {
  std::uint64_t sum = retired_deliveries_;
  for (const auto& network : networks_) {
    for (const auto& node : network->nodes_) {
      sum += node->entity->ledger().in;
    }
  }
  return sum;
}

}  // namespace violin
