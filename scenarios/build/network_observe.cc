// What is seen of a network: captures, books and fingerprint.
#include <algorithm>
#include <utility>

#include "scenarios/build/network.h"
#include "scenarios/build/network_tap.h"

namespace violin {

namespace {

// Bound to the pipe's name, so that the sum over all pipes tells them apart.
std::uint64_t named_fingerprint(const Pipe& pipe) {
  return RandomStream(pipe.fingerprint(), pipe.name()).at(0);
}

}  // namespace

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
void Network::end_tap(const Node& node, PortIndex port) {
  taps_.erase({&node, port});
  const auto other = taps_.lower_bound({&node, PortIndex{0}});
  const bool captured = other != taps_.end() && other->first.first == &node;
  node.entity->ledger().observe_drops(captured ? &other->second->drops : nullptr);
}

void Network::end_capture(const Node& node, PortIndex port) {
  const std::unique_ptr<Tap> tap = std::move(taps_.at({&node, port}));
  end_tap(node, port);
  VirtualLink* link = std::ranges::find(node.nics, port, &Nic::port)->link;
  if (link != nullptr) {
    const std::size_t d = link->begins_at(node, port) ? 0 : 1;
    plug({link->ends[d].node, port}, link->direction(d).near_end());
    for (const std::size_t direction : {0U, 1U}) {
      link->direction(direction).pipe().ledger().observe_drops(nullptr);
    }
    plug_taps(*link);  // of the other end
    aim(*link);
  }
}

void Network::end_captures() {
  while (!taps_.empty()) {
    const auto [node, port] = taps_.begin()->first;
    end_capture(*node, port);
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
    plug(near, {tap.outbound.get(), PortIndex{0}});
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
