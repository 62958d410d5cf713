#include "scenarios/build/handover.h"

#include <algorithm>
#include <random>
#include <utility>

#include "core/require.h"
#include "models/vrouter/vrouter_state.h"
#include "models/vswitch/vswitch_state.h"
#include "models/wire/big_endian.h"
#include "models/wire/ethernet.h"
#include "scenarios/build/network.h"
#include "scenarios/build/network_tap.h"

namespace violin {

namespace {

constexpr std::size_t kLabel = 8;  // in front of what is relayed: what is done with it, and where
constexpr std::size_t kMarkerSize = 60;
constexpr std::uint16_t kMarkerType = 0x88b5;

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
      began_(kernel_.now()),
      turned_(began_),
      timer_(Timer::calling<&Handover::on_timer>(kernel_, origin_, *this)) {
  way_ = network_.underlay_->open_way(name(), from_, to_, {&relay_end_, PortIndex{0}});
  if (network_.emulated_) {
    const Duration delay = network_.substrate_.delay(from_, to_).value_or(Duration{});
    path_ = std::make_unique<Pipe>(kernel_, name() + "/path",
                                   path_parameters(delay, network_.substrate_.loss(from_, to_)));
    patience_ += delay;
  }
  for (const Nic& nic : node.nics) {
    if (nic.link != nullptr) {
      ports_.push_back({.port = nic.port, .cable = {}});
    }
  }
  node.handover = this;
}

Handover::~Handover() = default;

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
  if (path_) {
    path_->abandon(reason);
    ledger_.add(path_->ledger());
  }
  network_.underlay_->end_way(way_);
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

// ---- frames

void Handover::Outward::receive(PortIndex port, std::span<Frame> burst, TimePoint now) {
  handover.ledger_.in += burst.size();
  handover.relayed_ += burst.size();
  handover.relay(what, port, burst, now);
}

void Handover::Inward::receive(PortIndex port, std::span<Frame> burst, TimePoint now) {
  const auto tap = handover.network_.taps_.find({&handover.node_, port});
  if (tap != handover.network_.taps_.end()) {
    for (const Frame& frame : burst) {
      tap->second->writer.write(tap->second->interface, frame, now,
                                PcapngWriter::Direction::kInbound);
    }
  }
  handover.old_->receive(port, burst, now);
}

void Handover::relay(Relayed what, PortIndex port, std::span<Frame> burst, TimePoint now) {
  for (Frame& frame : burst) {
    const auto label = frame.push_front(kLabel);
    wire::store32(label.data(), static_cast<std::uint32_t>(what));
    wire::store32(label.data() + 4, static_cast<std::uint32_t>(port));
  }
  ledger_.out += burst.size();
  if (path_) {
    path_->transmit(burst, way_, now);
  } else {
    way_.send(burst, now);
  }
}

// Frames in a row that go to the same place go there together.
void Handover::RelayEnd::receive(PortIndex /*port*/, std::span<Frame> burst, TimePoint now) {
  handover.ledger_.in += burst.size();
  const auto label_of = [](const Frame& frame) { return wire::load64(frame.bytes().data()); };
  while (!burst.empty()) {
    const std::uint64_t label = label_of(burst.front());
    std::size_t count = 1;
    while (count < burst.size() && label_of(burst[count]) == label) {
      ++count;
    }
    const std::span<Frame> together = burst.first(count);
    std::ranges::for_each(together, [](Frame& frame) { frame.pop_front(kLabel); });
    handover.take_relayed(static_cast<Relayed>(label >> 32),
                          PortIndex{static_cast<std::uint32_t>(label)}, together, now);
    burst = burst.subspan(count);
  }
}

void Handover::take_relayed(Relayed what, PortIndex port, std::span<Frame> burst, TimePoint now) {
  if (what == Relayed::kMarker) {
    for (Frame& marker : burst) {
      ledger_.consume(std::move(marker));
    }
    turns_.at(to_index(port))->old_way_ended();
    return;
  }
  const Attachment to = beyond_relay(what, port);
  if (!to) {
    for (Frame& frame : burst) {
      ledger_.drop(std::move(frame), Drop::kDetached);
    }
    return;
  }
  ledger_.out += burst.size();
  to.send(burst, now);
}

Attachment Handover::beyond_relay(Relayed what, PortIndex port) const {
  if (what == Relayed::kInto) {
    return {node_.entity.get(), port};
  }
  const Moving* moving = find(port);
  return old_ || moving == nullptr ? node_.entity->egress(port) : moving->cable;
}

// ---- markers: frames of a type for local experiments (IEEE 802-2014 clause 9.2.4) with the token

Frame Handover::make_marker() {
  Frame marker = kernel_.frames().make(kMarkerSize);
  const auto bytes = marker.writable();
  std::ranges::fill(bytes, std::uint8_t{0});
  wire::store16(bytes.data() + 12, kMarkerType);
  wire::store64(bytes.data() + wire::EthernetHeader::kSize, token_);
  return marker;
}

bool Handover::is_marker(const Frame& frame) const {
  const auto bytes = frame.bytes();
  return bytes.size() == kMarkerSize && wire::load16(bytes.data() + 12) == kMarkerType &&
         wire::load64(bytes.data() + wire::EthernetHeader::kSize) == token_;
}

void Handover::end_old_way(Turn& turn, Frame marker) {
  ++ledger_.in;
  if (turn.outward()) {
    ledger_.consume(std::move(marker));
    turn.old_way_ended();
  } else {  // it follows what the old object made of the frames before it
    relay_marker(turn, std::move(marker));
  }
}

void Handover::relay_marker(const Turn& turn, Frame marker) {
  const auto at = std::ranges::find(turns_, &turn, [](const auto& owned) { return owned.get(); });
  relay(Relayed::kMarker, PortIndex{static_cast<std::uint32_t>(at - turns_.begin())}, {&marker, 1},
        kernel_.now());
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
  if (path_) {
    visit(*path_);
  }
  if (old_) {
    visit(*old_);
  }
}

}  // namespace violin
