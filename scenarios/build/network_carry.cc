// What carries the links of a network: from where their ends are, and what the substrate says.
#include <algorithm>
#include <optional>
#include <utility>

#include "core/require.h"
#include "scenarios/build/handover.h"
#include "scenarios/build/network.h"
#include "scenarios/build/network_tap.h"

namespace violin {

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

HostId Network::host_of(const VirtualLink& link, std::size_t direction, std::size_t end) const {
  const LinkEnd& at = link.ends[end];
  return at.node->handover != nullptr ? at.node->handover->host_of(at.port, direction == end)
                                      : std::get<HostId>(at.node->place);
}

Attachment Network::entry(const VirtualLink& link, std::size_t direction) {
  const LinkEnd& far = link.ends[1 - direction];
  if (Turn* turn = link.turns[direction]) {
    return turn->new_end();
  }
  if (far.node->handover != nullptr && far.node->handover->enters_old(far.port)) {
    return far.node->handover->old_entry(far.port);
  }
  return last_hop(far);
}

Attachment Network::beyond(VirtualLink& link, std::size_t direction) {
  const Attachment far = entry(link, direction);
  if (underlay_ == nullptr) {
    return far;
  }
  const HostId from = host_of(link, direction, direction);
  const HostId to = host_of(link, direction, 1 - direction);
  if (from != to) {
    link.on_underlay[direction] = true;
    return underlay_->carry(link, direction, from, to, far);
  }
  if (std::exchange(link.on_underlay[direction], false)) {
    underlay_->leave(link, direction);
  }
  return far;
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
  const HostId from = host_of(link, direction, direction);
  const HostId to = host_of(link, direction, 1 - direction);
  Link& pipe = link.direction(direction);
  PipeParameters parameters = with_state(link.parameters(direction), link);
  if (!parameters.up) {
    withdraw(link, parameters.down);
  }

  const auto delay = emulated_ ? substrate_.delay(from, to) : Duration{};
  const double loss = delay && emulated_ ? substrate_.loss(from, to) : 0;
  if (!delay) {
    parameters.up = false;
  }
  Pipe* up = from == to || !emulated_ ? nullptr : stages_of(from).up();
  Pipe* down = from == to || !emulated_ ? nullptr : stages_of(to).down();
  Pipe* forward = emulated_ ? stages_of(to).forward() : nullptr;
  const Attachment hop = beyond(link, direction);
  auto& carrier = link.carriers[direction];
  const bool stages = up != nullptr || down != nullptr || forward != nullptr;
  if (const auto simple = folded(parameters, delay.value_or(Duration{}), loss);
      simple && !stages && !carrier) {
    pipe.connect(hop);
    pipe.pipe().configure(*simple, kernel_.now());
    return;
  }
  if (!carrier) {
    carrier = std::make_unique<Carrier>(hop);
  }
  carrier->connect(hop);
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
    if (link.tunnels[1 - d]) {
      link.tunnels[1 - d]->connect(last_hop(link.ends[1 - d]));
    } else if (link.carriers[d]) {
      link.carriers[d]->connect(beyond(link, d));
    } else {
      link.direction(d).connect(link.ends[d].node->network.lower() == nullptr
                                    ? beyond(link, d)
                                    : last_hop(link.ends[1 - d]));
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

void Network::go_live(Underlay& underlay, bool emulate) {
  require(underlay_ == nullptr, "a network goes live once");
  underlay_ = &underlay;
  emulated_ = emulate;
  follow_substrate();
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

// ---- moving and failing (see network_move.cc for moves of what is live)

void Network::migrate(Node& node, Placement place, Duration downtime) {
  if (can_hand_over(node, place, downtime)) {
    std::erase_if(moves_, [&](const Move& move) { return move.node == &node; });
    moves_.push_back({&node, std::get<HostId>(place)});
    begin_next_move();
    return;
  }
  finish_move(node);
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
  if (handover_ && handover_->host_failed(host)) {
    end_move(Drop::kHostDown);
  }
  refresh_host_state();
}

void Network::restore_host(HostId host) {
  substrate_.restore_host(host);
  refresh_host_state();
}

}  // namespace violin
