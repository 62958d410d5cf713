#include "scenarios/build/handover.h"

#include <algorithm>
#include <random>
#include <utility>

#include "core/require.h"
#include "models/vrouter/vrouter_state.h"
#include "models/vswitch/vswitch_state.h"
#include "scenarios/build/network.h"

namespace violin {

namespace {

std::uint64_t random_token() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

}  // namespace

Handover::Handover(Network& network, Node& node, HostId to)
    : Component(network.kernel(), node.full_name() + "/handover"),
      network_(network),
      node_(node),
      from_(std::get<HostId>(node.place)),
      to_(to),
      token_(random_token()),
      relay_(*network.underlay_, name(), from_, to_, *this, ledger_, relay_path()),
      patience_(kPatience + network.substrate_.delay(from_, to_).value_or(Duration{})),
      began_(kernel_.now()),
      turned_(began_),
      timer_(Timer::calling<&Handover::on_timer>(kernel_, origin_, *this)) {
  for (const Nic& nic : node.nics) {
    if (nic.link != nullptr) {
      ports_.push_back({.port = nic.port, .cable = {}});
    }
  }
  node.handover = this;
}

Handover::~Handover() = default;

// The substrate's delay and loss, if the network emulates it.
std::unique_ptr<Pipe> Handover::relay_path() const {
  const Substrate& substrate = network_.substrate_;
  return !network_.emulated_ ? nullptr
                             : std::make_unique<Pipe>(
                                   kernel_, name() + "/path",
                                   path_parameters(substrate.delay(from_, to_).value_or(Duration{}),
                                                   substrate.loss(from_, to_)));
}

void Handover::begin() { timer_.arm_after({}); }

// One link's direction, or the exchange in the middle. False if nothing is left.
bool Handover::step() {
  const std::size_t at = steps_++;
  if (at < ports_.size()) {
    turn(ports_[at], true);
  } else if (at == ports_.size()) {
    exchange_entities();
  } else if (at <= 2 * ports_.size()) {
    turn(ports_[at - ports_.size() - 1], false);
  } else {
    return false;
  }
  return true;
}

// Once every link has turned: waits for the markers; what is late is waited for no longer. Patience
// is counted in events, between which frames may come: a machine that stood still loses none.
void Handover::on_timer() {
  const bool stepped = step();
  waited_ += stepped ? Duration{} : kPause;
  if (waited_ >= patience_) {
    open_turns();
  }
  if (!stepped && (is_empty() || waited_ >= kDrain)) {
    network_.end_move(Drop::kDetached);  // and this with it
    return;
  }
  timer_.arm_after(kPause);
}

void Handover::settle() {
  if (given_up_) {
    return;
  }
  while (step()) {
  }
}

void Handover::open_turns() {
  for (const auto& turn : turns_) {
    turn->open();
  }
}

// No way leads to the old object any more, and nothing of it is in the relay.
bool Handover::is_empty() const { return std::ranges::none_of(turns_, &Turn::has_old_way); }

void Handover::end(Drop reason) {
  settle();
  open_turns();
  report();
  node_.handover = nullptr;
  for (const auto& turn : turns_) {
    if (VirtualLink* link = turn->link()) {
      link->turns[turn->direction()] = nullptr;
      network_.aim(*link);
    }
  }
  for (const auto& turn : turns_) {
    if (turn->link() != nullptr) {
      network_.underlay_->end_old_ways(*turn->link());
    }
  }
  relay_.end(reason);
  if (old_) {
    old_->abandon(reason);
    node_.entity->ledger().add(old_->ledger());
  }
}

void Handover::report() {
  MoveReport told;
  told.links = given_up_ ? 0 : ports_.size();
  told.repointing = turned_ - began_;
  told.duration = kernel_.now() - began_;
  told.relayed = relayed_;
  told.in_order = std::ranges::all_of(turns_, &Turn::in_order);
  told.done = !given_up_;
  for (const auto& turn : turns_) {
    told.held += turn->ever_held();
  }
  node_.last_move = told;
}

void Handover::abandon(Drop reason) {
  for (const auto& turn : turns_) {
    turn->abandon(reason);
  }
}

bool Handover::host_failed(HostId host) {
  if (host != from_ && host != to_) {
    return false;
  }
  if (!old_) {
    give_up();
  }
  return true;
}

// Before there is a successor: what had turned turns back.
void Handover::give_up() {
  given_up_ = true;
  open_turns();
  for (Moving& moving : ports_) {
    if (std::exchange(moving.outward, false)) {
      node_.entity->Entity::plug(moving.port, moving.cable);
    }
  }
  network_.recarry(node_);
}

void Handover::forget(const VirtualLink& link) {
  for (const auto& turn : turns_) {
    if (turn->link() == &link) {
      turn->open();
      turn->forget_link();
    }
  }
}

const Handover::Moving* Handover::find(PortIndex port) const {
  const auto found = std::ranges::find(ports_, port, &Moving::port);
  return found == ports_.end() ? nullptr : &*found;
}

HostId Handover::host_of(PortIndex port, bool outward) const {
  const Moving* moving = find(port);
  if (given_up_ || moving == nullptr) {
    return std::get<HostId>(node_.place);
  }
  return (outward ? moving->outward : moving->inward) ? to_ : from_;
}

bool Handover::enters_old(PortIndex port) const {
  const Moving* moving = find(port);
  return old_ && moving != nullptr && !moving->inward;
}

bool Handover::plug(PortIndex port, Attachment cable) {
  const auto moving = std::ranges::find(ports_, port, &Moving::port);
  if (old_ || moving == ports_.end() || !moving->outward) {
    return false;
  }
  moving->cable = cable;
  return true;
}

void Handover::turn(Moving& moving, bool outward) {
  VirtualLink& link = *node_.nic_at(moving.port).link;
  const std::size_t end = link.begins_at(node_, moving.port) ? 0 : 1;
  const std::size_t direction = outward ? end : 1 - end;
  const HostId near = network_.host_of(link, direction, direction);
  const HostId far = network_.host_of(link, direction, 1 - direction);
  Turn& turn = *turns_.emplace_back(
      std::make_unique<Turn>(network_, *this, link, direction, outward, moving.port));
  std::optional<Attachment> old_way;
  if (near != far) {
    old_way = network_.underlay_->carry(link, direction, near, far, turn.old_end());
  }
  if (outward) {
    moving.outward = true;
    moving.cable = node_.entity->egress(moving.port);
    node_.entity->Entity::plug(moving.port, {&out_of_, moving.port});
  } else {
    moving.inward = true;
  }
  link.turns[direction] = &turn;
  network_.carry(link, direction);
  turned_ = kernel_.now();
  if (old_way) {
    ++ledger_.originated;
    ++ledger_.out;
    Frame marker = make_marker();
    old_way->send(marker, kernel_.now());
  } else if (outward) {  // between two on one host nothing is under way
    turn.old_way_ended();
  } else {
    ++ledger_.originated;
    relay_marker(turn, make_marker());
  }
}

// ---- the other object

void Handover::exchange_entities() {
  std::unique_ptr<Entity> fresh = successor();
  for (std::uint32_t i = 0; i < node_.entity->ports(); ++i) {
    const PortIndex port{i};
    if (node_.entity->plugged(port)) {
      const Moving* moving = find(port);
      fresh->Entity::plug(port, moving != nullptr ? moving->cable : node_.entity->egress(port));
      node_.entity->Entity::plug(port, {&out_of_, port});
    }
  }
  fresh->ledger() = std::exchange(node_.entity->ledger(), {});
  node_.place = to_;
  old_ = network_.replace(node_, std::move(fresh));
  for (const Moving& moving : ports_) {
    VirtualLink& link = *node_.nic_at(moving.port).link;
    link.cable.hand_over(*old_, *node_.entity);
    if (network_.captured(node_, moving.port)) {
      network_.aim(link);  // its tap belongs to the successor now
    }
  }
}

std::unique_ptr<Entity> Handover::successor() {
  if (node_.kind == EntityKind::kVSwitch) {
    auto fresh = std::make_unique<VSwitch>(kernel_, node_.full_name());
    fresh->restore(node_.vswitch().state());
    return fresh;
  }
  VRouter& old = node_.vrouter();
  auto fresh = std::make_unique<VRouter>(kernel_, node_.full_name(), old.config());
  fresh->restore(old.state());
  fresh->take(old.retire(into_));
  return fresh;
}

// ---- the component

std::uint64_t Handover::queued() const {
  std::uint64_t held = 0;
  for (const auto& turn : turns_) {
    held += turn->queued();
  }
  return held;
}

void Handover::for_each_component(const std::function<void(const Component&)>& visit) const {
  visit(*this);
  if (relay_.path() != nullptr) {
    visit(*relay_.path());
  }
  if (old_) {
    visit(*old_);
  }
}

}  // namespace violin
