#include "models/vswitch/relay_pass.h"

#include <algorithm>
#include <cstring>

#include "models/vswitch/vlan_tag.h"

namespace violin {

namespace {

constexpr std::uint64_t kReservedGroup = 0x0180'c200'0000ULL;  // 01-80-C2-00-00-00 to -0F
constexpr std::uint64_t kAddressMask = 0xffff'ffff'ffffULL;

// The 48 bits from `bytes` on, of which 8 bytes are readable.
std::uint64_t load48(const std::uint8_t* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return __builtin_bswap64(word) >> 16;
}

bool is_group(std::uint64_t address) { return (address >> 40 & 1) != 0; }
std::uint64_t address_of(MacTable::Key key) {
  return static_cast<std::uint64_t>(key) & kAddressMask;
}

}  // namespace

void VSwitch::Pass::run() {
  parse();
  decide();
  if (flood_count_ == 0) {
    send_groups();
  } else {
    send_with_floods();
  }
}

void VSwitch::Pass::drop(std::size_t i, Drop reason) {
  switch_.ledger_.drop(std::move(burst_[i]), reason);
}

// Headers and table slots are fetched ahead: first each frame's descriptor, then its bytes, then
// the slots of its two addresses.
void VSwitch::Pass::parse() {
  constexpr std::size_t kAhead = 6;
  const std::size_t n = burst_.size();
  for (std::size_t i = 0; i < std::min(n, 2 * kAhead); ++i) {
    burst_[i].prefetch();
  }
  for (std::size_t i = 0; i < std::min(n, kAhead); ++i) {
    burst_[i].prefetch_bytes();
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (i + 2 * kAhead < n) {
      burst_[i + 2 * kAhead].prefetch();
    }
    if (i + kAhead < n) {
      burst_[i + kAhead].prefetch_bytes();
    }
    if (read_keys(i)) {
      switch_.table_.prefetch(source_[i]);
      switch_.table_.prefetch(destination_[i]);
    }
  }
}

bool VSwitch::Pass::read_keys(std::size_t i) {
  const auto bytes = burst_[i].bytes();
  if (bytes.size() < kUntaggedHeader) {
    drop(i, Drop::kBadFrame);
    return false;
  }
  const std::uint64_t destination = load48(bytes.data());
  const std::uint64_t source = load48(bytes.data() + 6);
  if (is_group(source)) {
    drop(i, Drop::kBadFrame);
    return false;
  }
  if (!switch_.ports_[to_index(ingress_)].vlan.is_transparent()) [[unlikely]] {
    return classify(i, destination, source);
  }
  destination_[i] = MacTable::key(MacAddress(destination), kTransparentVlan);
  source_[i] = MacTable::key(MacAddress(source), kTransparentVlan);
  return true;
}

bool VSwitch::Pass::classify(std::size_t i, std::uint64_t destination, std::uint64_t source) {
  const PortVlan& port = switch_.ports_[to_index(ingress_)].vlan;
  const auto bytes = burst_[i].bytes();
  VlanId tag{0};
  if (has_vlan_tag(bytes)) {
    if (bytes.size() < kTaggedHeader || tagged_vlan(bytes) == VlanId{4095}) {
      drop(i, Drop::kBadFrame);
      return false;
    }
    tag = tagged_vlan(bytes);
  }
  const auto vlan = tag == VlanId{0} ? port.classify_untagged() : port.classify_tagged(tag);
  if (!vlan) {
    drop(i, Drop::kVlan);
    return false;
  }
  destination_[i] = MacTable::key(MacAddress(destination), *vlan);
  source_[i] = MacTable::key(MacAddress(source), *vlan);
  return true;
}

void VSwitch::Pass::decide() {
  for (std::size_t i = 0; i < burst_.size(); ++i) {
    if (burst_[i]) {
      decide(static_cast<Index>(i));
    }
  }
  for (std::size_t g = 0; g < group_count_; ++g) {
    switch_.ports_[to_index(groups_[g].port)].group = kEnd;
  }
}

void VSwitch::Pass::decide(Index i) {
  learn(i);
  const std::uint64_t destination = address_of(destination_[i]);
  if (!is_group(destination)) {
    if (const auto egress = switch_.table_.find(destination_[i], now_)) {
      forward(i, *egress);
    } else {
      flood(i, FloodKind::kUnknownUnicast);
    }
  } else if ((destination & ~std::uint64_t{0xf}) == kReservedGroup) {
    drop(i, Drop::kUnsupported);
  } else {
    flood(i, destination == kAddressMask ? FloodKind::kBroadcast : FloodKind::kMulticast);
  }
}

void VSwitch::Pass::learn(Index i) {
  switch (switch_.table_.learn(source_[i], ingress_, now_)) {
    case MacTable::Learnt::kRefreshed:
      return;
    case MacTable::Learnt::kNew:
      ++switch_.counters_.learnt;
      return;
    case MacTable::Learnt::kMoved:
      ++switch_.counters_.moved;
      return;
  }
}

void VSwitch::Pass::forward(Index i, PortIndex egress) {
  if (egress == ingress_) {
    drop(i, Drop::kSamePort);
    return;
  }
  ++switch_.counters_.forwarded;
  next_[i] = kEnd;
  Index& group = switch_.ports_[to_index(egress)].group;
  if (group == kEnd) {
    group = static_cast<Index>(group_count_);
    groups_[group_count_++] = {egress, i, i, 1};
    return;
  }
  Group& open = groups_[group];
  next_[open.last] = i;
  open.last = i;
  ++open.count;
}

void VSwitch::Pass::flood(Index i, FloodKind kind) {
  const auto& storm = switch_.ports_[to_index(ingress_)].storm;
  if (storm && !storm->admit(kind, now_)) {
    drop(i, Drop::kStormControl);
    return;
  }
  ++switch_.counters_.flooded;
  filters_[flood_count_] = kind == FloodKind::kMulticast && !switch_.group_filters_.empty()
                               ? switch_.filter_of(MacAddress(address_of(destination_[i])))
                               : nullptr;
  floods_[flood_count_++] = i;
}

VlanId VSwitch::Pass::vlan_of(Index i) const {
  return VlanId{static_cast<std::uint16_t>(static_cast<std::uint64_t>(source_[i]) >> 48 & 0xfff)};
}

void VSwitch::Pass::retag(Frame& frame, Index i, PortIndex egress) {
  const VlanId vlan = vlan_of(i);
  if (vlan == kTransparentVlan) [[likely]] {
    return;
  }
  if (switch_.ports_[to_index(egress)].vlan.sends_tagged(vlan)) {
    set_vlan_tag(frame, vlan);
  } else {
    strip_vlan_tag(frame);
  }
}

void VSwitch::Pass::send_groups() {
  if (group_count_ == 1 && groups_[0].is_contiguous()) {
    send_in_place(groups_[0]);
  } else if (group_count_ > 0) {
    gather_and_send();
  }
}

// The frames lie together in the burst, and are sent from where they are.
void VSwitch::Pass::send_in_place(const Group& group) {
  for (Index i = group.first; i != kEnd; i = next_[i]) {
    retag(burst_[i], i, group.port);
  }
  switch_.transmit(group.port, burst_.subspan(group.first, group.count), now_);
}

void VSwitch::Pass::gather_and_send() {
  std::array<Frame, kBurst> out;
  for (const Group& group : std::span(groups_).first(group_count_)) {
    std::size_t n = 0;
    for (Index i = group.first; i != kEnd; i = next_[i]) {
      retag(burst_[i], i, group.port);
      out[n++] = std::move(burst_[i]);
    }
    switch_.transmit(group.port, std::span(out).first(n), now_);
  }
}

bool VSwitch::Pass::takes_floods(std::size_t port) const {
  return port != to_index(ingress_) && switch_.plugged(PortIndex{static_cast<std::uint32_t>(port)});
}

bool VSwitch::Pass::receives(std::size_t port, std::size_t flood) const {
  const GroupFilter* filter = filters_[flood];
  return switch_.ports_[port].vlan.contains(vlan_of(floods_[flood])) &&
         (filter == nullptr ||
          std::ranges::binary_search(filter->ports, PortIndex{static_cast<std::uint32_t>(port)}));
}

// Port by port, merging its unicast frames with the flooded ones in order of arrival.
void VSwitch::Pass::send_with_floods() {
  count_recipients();
  std::sort(groups_.begin(), groups_.begin() + static_cast<std::ptrdiff_t>(group_count_),
            [](const Group& a, const Group& b) { return a.port < b.port; });
  std::array<Frame, kBurst> out;
  std::size_t group = 0;
  for (std::size_t port = 0; port < switch_.ports_.size(); ++port) {
    const bool own = group < group_count_ && to_index(groups_[group].port) == port;
    const Group* unicast = own ? &groups_[group++] : nullptr;
    const std::size_t n = merge(unicast, port, out);
    if (n > 0) {
      switch_.transmit(PortIndex{static_cast<std::uint32_t>(port)}, std::span(out).first(n), now_);
    }
  }
  drop_unsent();
}

void VSwitch::Pass::count_recipients() {
  for (std::size_t f = 0; f < flood_count_; ++f) {
    if (f > 0 && vlan_of(floods_[f]) == vlan_of(floods_[f - 1]) && filters_[f] == filters_[f - 1]) {
      to_send_[f] = to_send_[f - 1];
      continue;
    }
    to_send_[f] = 0;
    for (std::size_t port = 0; port < switch_.ports_.size(); ++port) {
      to_send_[f] += takes_floods(port) && receives(port, f);
    }
  }
}

std::size_t VSwitch::Pass::merge(const Group* group, std::size_t port, std::span<Frame> out) {
  const PortIndex egress{static_cast<std::uint32_t>(port)};
  Index unicast = group != nullptr ? group->first : kEnd;
  std::size_t n = 0;
  const auto take = [&](Frame frame, Index i) {
    retag(frame, i, egress);
    out[n++] = std::move(frame);
  };
  const auto take_unicast_before = [&](Index end) {
    for (; unicast < end; unicast = next_[unicast]) {
      take(std::move(burst_[unicast]), unicast);
    }
  };
  for (std::size_t f = 0; f < flood_count_ && takes_floods(port); ++f) {
    if (receives(port, f)) {
      take_unicast_before(floods_[f]);
      take(copy_for_flood(static_cast<Index>(f)), floods_[f]);
    }
  }
  take_unicast_before(kEnd);
  return n;
}

// A further handle on the frame; for the last port the frame itself.
Frame VSwitch::Pass::copy_for_flood(Index which) {
  Frame& frame = burst_[floods_[which]];
  if (--to_send_[which] == 0) {
    return std::move(frame);
  }
  ++switch_.ledger_.replicated;
  return frame.share();
}

void VSwitch::Pass::drop_unsent() {
  for (std::size_t f = 0; f < flood_count_; ++f) {
    if (burst_[floods_[f]]) {
      drop(floods_[f], Drop::kDetached);
    }
  }
}

}  // namespace violin
