// Moves of live entities: who is handed over, and what else there is to do when another object
// takes an entity's place.
#include <algorithm>
#include <utility>

#include "core/require.h"
#include "scenarios/build/handover.h"
#include "scenarios/build/network.h"
#include "scenarios/build/network_tap.h"

namespace violin {

bool Network::can_hand_over(const Node& node, const Placement& place, Duration downtime) const {
  const bool between_hosts =
      std::holds_alternative<HostId>(node.place) && std::holds_alternative<HostId>(place);
  if (underlay_ == nullptr || downtime > Duration::zero() || !between_hosts || node.outside ||
      node.kind == EntityKind::kVHost || !node.up()) {
    return false;
  }
  const HostId from = std::get<HostId>(node.place);
  const HostId to = std::get<HostId>(place);
  return substrate_.host_up(to) && (!emulated_ || from == to || substrate_.delay(from, to));
}

bool Network::moving(const Node& node) const {
  return node.handover != nullptr ||
         std::ranges::any_of(moves_, [&](const Move& move) { return move.node == &node; });
}

void Network::begin_next_move() {
  while (!handover_ && !moves_.empty()) {
    const auto [node, to] = moves_.front();
    moves_.erase(moves_.begin());
    if (!can_hand_over(*node, to, {})) {
      migrate(*node, to, {});
    } else if (std::get<HostId>(node->place) != to) {
      handover_ = std::make_unique<Handover>(*this, *node, to);
      handover_->begin();
    }
  }
}

void Network::end_move(Drop reason) {
  handover_->end(reason);
  retired_.add(handover_->ledger());
  handover_.reset();
  begin_next_move();
}

void Network::settle(Node& node) {
  if (node.handover != nullptr) {
    node.handover->settle();
  }
}

void Network::finish_move(Node& node) {
  std::erase_if(moves_, [&](const Move& move) { return move.node == &node; });
  if (node.handover != nullptr) {
    end_move(Drop::kDetached);
  }
}

std::unique_ptr<Entity> Network::replace(Node& node, std::unique_ptr<Entity> entity) {
  VirtualNetwork& network = node.network;
  network.by_name_.erase(node.name());
  std::unique_ptr<Entity> old = std::exchange(node.entity, std::move(entity));
  network.by_name_.emplace(node.name(), &node);
  for (auto tap = taps_.lower_bound({&node, PortIndex{0}});
       tap != taps_.end() && tap->first.first == &node; ++tap) {
    tap->second->inbound.aim(*node.entity);
  }
  if (node.entrance) {
    node.entrance->lead_to(*node.entity);
  }
  return old;
}

Entrance& Network::entrance(Node& node) {
  if (!node.entrance) {
    node.entrance = std::make_unique<Entrance>(*node.entity);
  }
  return *node.entrance;
}

void Network::plug(const LinkEnd& end, Attachment cable) {
  if (end.node->handover == nullptr || !end.node->handover->plug(end.port, cable)) {
    end.node->entity->Entity::plug(end.port, cable);
  }
}

void Network::visit_handover(const std::function<void(const Component&)>& visit) const {
  if (handover_) {
    handover_->for_each_component(visit);
  }
}

}  // namespace violin
