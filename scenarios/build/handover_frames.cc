// The frames of a hand-over: what goes through the relay, and the markers.
#include <algorithm>
#include <utility>

#include "models/wire/big_endian.h"
#include "models/wire/ethernet.h"
#include "scenarios/build/handover.h"
#include "scenarios/build/network.h"
#include "scenarios/build/network_tap.h"

namespace violin {

namespace {

constexpr std::size_t kMarkerSize = 60;
constexpr std::uint16_t kMarkerType = 0x88b5;

}  // namespace

void Handover::Outward::receive(PortIndex port, std::span<Frame> burst, TimePoint now) {
  handover.ledger_.in += burst.size();
  handover.relayed_ += burst.size();
  handover.relay_.send(what, port, burst, now);
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
  relay_.send(Relayed::kMarker, PortIndex{static_cast<std::uint32_t>(at - turns_.begin())},
              {&marker, 1}, kernel_.now());
}

}  // namespace violin
