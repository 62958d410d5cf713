// The way of a frame through the router. RFC 1812 section 5.2.1.

#include <algorithm>
#include <cstring>

#include "models/vhost/fragment.h"
#include "models/vrouter/ipv4_options.h"
#include "models/vrouter/plain_datagram.h"
#include "models/vrouter/vrouter.h"
#include "models/wire/checksum.h"

namespace violin {

namespace {

constexpr std::size_t kMaxBurst = 64;
constexpr std::size_t kLink = wire::EthernetHeader::kSize;

// Next hop's and own MAC, one hop less to live (RFC 1624).
void rewrite(std::uint8_t* frame, const Forwarding& way) {
  using At = PlainOffsets;
  std::memcpy(frame, way.link.data(), way.link.size());
  const std::uint16_t before = wire::load16(frame + At::kTtl);
  const auto after = static_cast<std::uint16_t>(before - 0x100);
  const std::uint16_t checksum = wire::load16(frame + At::kChecksum);
  wire::store16(frame + At::kTtl, after);
  wire::store16(frame + At::kChecksum, wire::update_checksum(checksum, before, after));
}

}  // namespace

// The frames of a burst that are ready to leave, at the front of the burst's own span.
class VRouter::Kept {
 public:
  // At most kMaxBurst frames.
  Kept(VRouter& router, std::span<Frame> burst, TimePoint now)
      : router_(router), burst_(burst), now_(now) {}

  void add(Frame& frame, PortIndex egress) {
    if (&frame != &burst_[count_]) {
      burst_[count_] = std::move(frame);
    }
    egress_[count_++] = egress;
  }

  // Sends them, those for one port as one burst.
  void flush() {
    const auto egress = std::span(egress_).first(count_);
    if (count_ == 0 || std::ranges::count(egress, egress[0]) == std::ssize(egress)) {
      send_kept();
      return;
    }
    std::vector<Frame> together = std::exchange(router_.scratch_, {});
    for (std::size_t first = 0; first < count_; ++first) {
      if (burst_[first]) {
        gather(first, together);
        router_.transmit(egress_[first], together, now_);
        together.clear();
      }
    }
    router_.scratch_ = std::move(together);
    count_ = 0;
  }

 private:
  void send_kept() {
    if (count_ > 0) {
      router_.transmit(egress_[0], burst_.first(std::exchange(count_, 0)), now_);
    }
  }
  // Those from `first` on that have its port: no other was taken for that port before.
  void gather(std::size_t first, std::vector<Frame>& into) {
    std::array<std::uint8_t, kMaxBurst> same;
    std::size_t count = 0;
    for (std::size_t i = first; i < count_; ++i) {
      same[count] = static_cast<std::uint8_t>(i);
      count += egress_[i] == egress_[first] ? 1 : 0;  // no branch: ports come at random
    }
    for (const std::size_t i : std::span(same).first(count)) {
      into.push_back(std::move(burst_[i]));
    }
  }

  VRouter& router_;
  std::span<Frame> burst_;
  TimePoint now_;
  std::size_t count_ = 0;
  std::array<PortIndex, kMaxBurst> egress_;
};

// What the table says of a burst's destinations, looked up together.
struct VRouter::Ahead {
  static constexpr std::uint8_t kNotLookedUp = kMaxBurst;
  std::uint64_t epoch = 0;                     // in which it was looked up; 0: never
  std::array<std::uint8_t, kMaxBurst> places;  // in hops, by frame
  std::array<const NextHop*, Fib::kMostAtOnce> hops;

  // Where the answer for a frame is, if it still holds.
  const NextHop* const* find(std::size_t frame, std::uint64_t present) const {
    return epoch == present && places[frame] != kNotLookedUp ? &hops[places[frame]] : nullptr;
  }
};

void VRouter::receive(PortIndex port, std::span<Frame> burst, TimePoint now) {
  ledger_.in += burst.size();
  if (!exists(port)) [[unlikely]] {
    for (Frame& frame : burst) {
      ledger_.drop(std::move(frame), Drop::kDetached);
    }
    return;
  }
  for (; burst.size() > kMaxBurst; burst = burst.subspan(kMaxBurst)) {
    forward_burst(port, burst.first(kMaxBurst), now);
  }
  forward_burst(port, burst, now);
}

void VRouter::forward_burst(PortIndex port, std::span<Frame> burst, TimePoint now) {
  const MacAddress station = stations_[to_index(port)];
  Kept kept(*this, burst, now);
  Ahead ahead;
  if (burst.size() > 1 && routes_.fib().is_large()) {
    look_ahead(burst, ahead);
  }
  for (std::size_t i = 0; i < burst.size(); ++i) {
    if (i + 2 < burst.size()) {
      burst[i + 2].prefetch();
      burst[i + 1].prefetch_bytes();
    }
    if (const Forwarding* way = forward_plain(station, burst[i], ahead.find(i, epoch_), now))
        [[likely]] {
      kept.add(burst[i], way->egress);
    } else {
      kept.flush();  // nothing overtakes what came before it
      take_frame(port, std::move(burst[i]), now);
    }
  }
  kept.flush();
}

void VRouter::look_ahead(std::span<const Frame> burst, Ahead& ahead) const {
  using At = PlainOffsets;
  std::array<Ipv4Address, kMaxBurst> unknown;
  std::size_t count = 0;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    const auto stored = burst[i].bytes();
    ahead.places[i] = Ahead::kNotLookedUp;
    if (stored.size() >= At::kEnd) {
      const Ipv4Address destination(wire::load32(stored.data() + At::kDestination));
      if (destinations_.find(destination, epoch_) == nullptr) {
        ahead.places[i] = static_cast<std::uint8_t>(count);
        unknown[count++] = destination;
      }
    }
  }
  ahead.hops = routes_.fib().lookup(std::span(unknown).first(count));
  ahead.epoch = epoch_;
}

// The short way: a frame that only needs its headers rewritten. nullptr if it needs more. `ahead`
// is the destination's next hop, if it was looked up.
const Forwarding* VRouter::forward_plain(MacAddress station, Frame& frame,
                                         const NextHop* const* ahead, TimePoint now) {
  using At = PlainOffsets;
  const auto stored = frame.bytes();
  if (!is_plain_datagram(stored, frame.size().value, station)) {
    return nullptr;
  }
  const Ipv4Address destination(wire::load32(stored.data() + At::kDestination));
  const Forwarding* way = destinations_.find(destination, epoch_);
  if (way == nullptr || now > way->valid_until) {
    way = look_up(destination, ahead != nullptr ? *ahead : routes_.fib().lookup(destination), now);
  }
  if (way == nullptr || wire::load16(stored.data() + At::kTotalLength) > way->mtu) {
    return nullptr;
  }
  prefetch(way->egress);
  rewrite(frame.writable().data(), *way);
  return way;
}

const Forwarding* VRouter::look_up(Ipv4Address destination, const NextHop* hop, TimePoint now) {
  if (hop == nullptr || hop->delivery < Delivery::kConnected) {
    return nullptr;
  }
  const Interface& egress = at(hop->egress);
  const NeighborEntry* neighbor =
      egress.neighbors.find_entry(hop->gateway.value_or(destination), now);
  if (neighbor == nullptr) {
    return nullptr;
  }
  Forwarding way{.mtu = egress.config.mtu,
                 .valid_until = neighbor->verify_at,
                 .neighbor = neighbor->who,
                 .egress = hop->egress,
                 .epoch = epoch_};
  wire::store48(way.link.data(), neighbor->mac.bits());
  wire::store48(way.link.data() + 6, egress.config.mac.bits());
  return &destinations_.add(destination, way);
}

void VRouter::leave_to_successor(PortIndex port, Frame frame, TimePoint now) {
  ++ledger_.out;
  successor_->receive(port, {&frame, 1}, now);
}

void VRouter::take_frame(PortIndex port, Frame frame, TimePoint now) {
  if (successor_ != nullptr) [[unlikely]] {
    leave_to_successor(port, std::move(frame), now);
    return;
  }
  const auto ethernet = wire::EthernetHeader::parse(frame.bytes());
  if (!ethernet) {
    ledger_.drop(std::move(frame), ethernet.reason());
    return;
  }
  const std::size_t header = ethernet->size();
  const bool group = ethernet->destination.is_group();
  if (!group && ethernet->destination != at(port).config.mac) {
    ledger_.drop(std::move(frame), Drop::kNotForUs);
  } else if (ethernet->tag && ethernet->tag->vlan != 0) {
    ledger_.drop(std::move(frame), Drop::kVlan);
  } else if (ethernet->type == wire::EtherType::kArp) {
    take_arp(port, std::move(frame), header, now);
  } else if (ethernet->type != wire::EtherType::kIpv4) {
    ledger_.drop(std::move(frame), Drop::kUnsupported);
  } else {
    const auto ip =
        wire::Ipv4Header::parse(frame.bytes().subspan(header), frame.size().value - header);
    if (!ip) {
      ledger_.drop(std::move(frame), ip.reason());
      return;
    }
    take_datagram({{std::move(frame), header}, *ip, port, group}, now);
  }
}

void VRouter::take_datagram(ReceivedDatagram datagram, TimePoint now) {
  const wire::Ipv4Header& ip = datagram.header;
  Frame& frame = datagram.packet.frame;
  const std::size_t size = datagram.packet.at + ip.total_length;
  if (frame.size().value > size) {  // Ethernet's padding
    frame.truncate(size);
  }
  const auto options = scan_options(std::span(ip.options).first(ip.options_size));
  const MulticastRoute* group = ip.destination.is_multicast() ? multicast_route(ip) : nullptr;
  if (options.malformed) {
    const std::uint32_t pointer = wire::Ipv4Header::kMinSize + *options.malformed;
    refuse(std::move(datagram), {wire::IcmpType::kParameterProblem, 0, pointer << 24},
           Drop::kBadHeader, now);
  } else if (options.source_route) {
    ledger_.drop(std::move(frame), Drop::kUnsupported);
  } else if (group != nullptr) {
    forward_to_group(std::move(datagram), *group, now);
  } else if (ip.destination.is_multicast() && sink_of(ip.protocol) == nullptr) {
    ledger_.drop(std::move(frame), Drop::kUnsupported);
  } else if (ip.destination.is_broadcast() || ip.destination.is_multicast()) {
    datagram.group = true;
    deliver(std::move(datagram), now);
  } else if (!is_forwardable(ip.destination)) {
    ledger_.drop(std::move(frame), Drop::kBadHeader);
  } else {
    route(std::move(datagram), now);
  }
}

void VRouter::route(ReceivedDatagram datagram, TimePoint now) {
  const wire::Ipv4Header& ip = datagram.header;
  Frame& frame = datagram.packet.frame;
  const NextHop* hop = routes_.fib().lookup(ip.destination);
  const bool broadcast = hop != nullptr && hop->delivery == Delivery::kBroadcast;
  if (ip.destination == at(datagram.ingress).config.address.subnet().broadcast()) {
    datagram.group = true;
    deliver(std::move(datagram), now);
  } else if (datagram.group) {  // RFC 1812 section 5.3.4
    ledger_.drop(std::move(frame), Drop::kNotForUs);
  } else if (hop != nullptr && hop->delivery == Delivery::kLocal) {
    deliver(std::move(datagram), now);
  } else if (broadcast && !config_.forward_directed_broadcasts) {
    ledger_.drop(std::move(frame), Drop::kUnsupported);
  } else if (!is_forwardable(ip.source)) {
    ledger_.drop(std::move(frame), Drop::kBadHeader);
  } else if (datagram.group = broadcast; ip.ttl <= 1) {
    refuse(std::move(datagram), IcmpProblem::time_exceeded(wire::TimeExceededCode::kTtl),
           Drop::kTtlExpired, now);
  } else if (hop == nullptr) {
    refuse(std::move(datagram), IcmpProblem::unreachable(wire::UnreachableCode::kNetwork),
           Drop::kNoRoute, now);
  } else {
    forward(std::move(datagram), *hop, now);
  }
}

void VRouter::forward(ReceivedDatagram datagram, const NextHop& hop, TimePoint now) {
  wire::Ipv4Header& ip = datagram.header;
  const std::uint32_t mtu = at(hop.egress).config.mtu;
  if (ip.dont_fragment && ip.total_length > mtu) {
    refuse(std::move(datagram),
           IcmpProblem::unreachable(wire::UnreachableCode::kFragmentationNeeded, mtu),
           Drop::kFragmentationNeeded, now);
    return;
  }
  Frame frame = std::move(datagram.packet.frame);
  frame.pop_front(datagram.packet.at - kLink);  // a priority tag
  const auto header = frame.writable().subspan(kLink);
  const auto options = std::span(ip.options).first(ip.options_size);
  if (const auto record = scan_options(options).record_route) {
    record_route(options, *record, at(hop.egress).config.address.address);
    ip.serialize(header);
  }
  wire::decrement_ttl(header);
  --ip.ttl;
  send_through(hop, ip, std::move(frame), datagram.ingress, now);
}

// The frame has room for the link header in front. `origin` is the port at which it came in.
void VRouter::send_through(const NextHop& hop, const wire::Ipv4Header& header, Frame frame,
                           PortIndex origin, TimePoint now) {
  const MacAddress all = header.destination.is_multicast() ? wire::group_address(header.destination)
                                                           : MacAddress::broadcast();
  const auto send = [&, egress = hop.egress, to_all = hop.delivery == Delivery::kBroadcast,
                     next = hop.gateway.value_or(header.destination)](Frame one) {
    if (to_all) {
      send_to_mac(egress, all, std::move(one), now);
    } else {
      send_to_neighbor(egress, next, std::move(one), origin, now);
    }
  };
  const std::uint32_t mtu = at(hop.egress).config.mtu;
  if (header.total_length <= mtu) {
    send(std::move(frame));
    return;
  }
  frame.pop_front(kLink);
  std::vector<Frame> fragments = fragment(header, frame, mtu);
  frame.reset();
  ledger_.replicated += fragments.size() - 1;
  for (Frame& piece : fragments) {
    piece.push_front(kLink);
    send(std::move(piece));
  }
}

}  // namespace violin
