#include "models/vswitch/mac_table.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/require.h"

namespace violin {

namespace {
constexpr std::size_t kSmallest = 16;  // slots of a table with its first station
}

MacTable::MacTable(std::size_t capacity, Duration ageing) : capacity_(capacity), ageing_(ageing) {
  require(capacity > 0, "a MAC table has place for at least one station");
  set_ageing(ageing);
}

void MacTable::set_ageing(Duration ageing) {
  require(ageing > Duration::zero(), "stations age in a positive time");
  ageing_ = ageing;
}

const MacTable::Slot* MacTable::locate(Key key) const {
  if (slots_.empty()) {
    return nullptr;
  }
  std::size_t at = home(key);
  for (std::size_t probe = 0; probe < kMaxProbe; ++probe) {
    const Slot& slot = slots_[at];
    if (slot.key == static_cast<std::uint64_t>(key)) {
      return &slot;
    }
    if (slot.key == 0) {
      return nullptr;
    }
    at = (at + 1) & mask();
  }
  return nullptr;
}

std::optional<PortIndex> MacTable::find(Key key, TimePoint now) const {
  const Slot* slot = locate(key);
  if (slot == nullptr || slot->tick() < horizon(now)) {
    return std::nullopt;
  }
  return slot->port();
}

MacTable::Learnt MacTable::learn(Key key, PortIndex port, TimePoint now) {
  const std::uint64_t value = (std::uint64_t{to_index(port)} << kTickBits) | tick_of(now);
  Slot* slot = const_cast<Slot*>(locate(key));
  if (slot == nullptr) {
    insert({static_cast<std::uint64_t>(key), value}, horizon(now));
    return Learnt::kNew;
  }
  if (slot->value == value) {
    return Learnt::kRefreshed;
  }
  const Slot before = *slot;
  slot->value = value;
  if (before.tick() < horizon(now)) {
    return Learnt::kNew;
  }
  return before.port() == port ? Learnt::kRefreshed : Learnt::kMoved;
}

// Of a key that is not in the table.
void MacTable::insert(Slot fresh, std::uint64_t horizon) {
  if (Slot* stale = stale_place(Key{fresh.key}, horizon)) {
    *stale = fresh;
    return;
  }
  make_room(horizon);
  place(fresh);
}

// A stale entry in whose place the key may be put.
MacTable::Slot* MacTable::stale_place(Key key, std::uint64_t horizon) {
  if (slots_.empty()) {
    return nullptr;
  }
  std::size_t at = home(key);
  for (std::size_t probe = 0; probe < kMaxProbe && slots_[at].key != 0; ++probe) {
    if (slots_[at].tick() < horizon) {
      return &slots_[at];
    }
    at = (at + 1) & mask();
  }
  return nullptr;
}

// Puts the entry in the first empty slot of its probe sequence; failing that, in the place of the
// entry there that was silent longest.
void MacTable::place(Slot fresh) {
  std::size_t at = home(Key{fresh.key});
  std::size_t oldest = at;
  for (std::size_t probe = 0; probe < kMaxProbe; ++probe) {
    if (slots_[at].key == 0) {
      slots_[at] = fresh;
      ++size_;
      return;
    }
    if (slots_[at].tick() < slots_[oldest].tick()) {
      oldest = at;
    }
    at = (at + 1) & mask();
  }
  slots_[oldest] = fresh;
  ++evictions_;
}

// Makes place for one more entry, within the capacity and at most half of the slots.
void MacTable::make_room(std::uint64_t horizon) {
  if (size_ == capacity_) {
    evict_one(horizon);
  } else if (2 * (size_ + 1) > slots_.size()) {
    rebuild(horizon);
  }
}

// Looks at the next kSample entries from the hand on, and removes the one that was silent longest.
void MacTable::evict_one(std::uint64_t horizon) {
  std::size_t oldest = slots_.size();
  for (std::size_t seen = 0; seen < std::min(kSample, size_); hand_ = (hand_ + 1) & mask()) {
    if (slots_[hand_].key == 0) {
      continue;
    }
    if (oldest == slots_.size() || slots_[hand_].tick() < slots_[oldest].tick()) {
      oldest = hand_;
    }
    ++seen;
  }
  if (slots_[oldest].tick() >= horizon) {
    ++evictions_;
  }
  erase_at(oldest);
}

// Leaves out the stale entries; doubles the table if more than three eighths are in use even so.
void MacTable::rebuild(std::uint64_t horizon) {
  const auto live = static_cast<std::size_t>(std::ranges::count_if(
      slots_, [&](const Slot& s) { return s.key != 0 && s.tick() >= horizon; }));
  const bool grow = 8 * (live + 1) > 3 * slots_.size();
  const std::size_t wanted = std::max(kSmallest, slots_.size() * (grow ? 2 : 1));
  const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(wanted));
  shift_ = 64 - static_cast<unsigned>(std::countr_zero(wanted));
  size_ = 0;
  hand_ = 0;
  for (const Slot& slot : old) {
    if (slot.key != 0 && slot.tick() >= horizon) {
      place(slot);
    }
  }
}

// Closes the gap by moving later entries of the cluster nearer to their homes, so that no probe
// sequence has a hole.
void MacTable::erase_at(std::size_t gap) {
  --size_;
  for (std::size_t at = (gap + 1) & mask(); slots_[at].key != 0; at = (at + 1) & mask()) {
    const std::size_t displacement = (at - home(Key{slots_[at].key})) & mask();
    if (displacement >= ((at - gap) & mask())) {
      slots_[gap] = slots_[at];
      gap = at;
    }
  }
  slots_[gap] = {};
}

void MacTable::forget_port(PortIndex port) {
  for (std::size_t at = 0; at < slots_.size(); ++at) {
    while (slots_[at].key != 0 && slots_[at].port() == port) {
      erase_at(at);
    }
  }
}

void MacTable::clear() {
  slots_ = std::vector<Slot>();
  size_ = 0;
  hand_ = 0;
}

std::vector<Station> MacTable::snapshot(TimePoint now) const {
  std::vector<Station> stations;
  for (const Slot& slot : slots_) {
    if (slot.key != 0 && slot.tick() >= horizon(now)) {
      const auto vlan = static_cast<std::uint16_t>((slot.key & ~kPresent) >> 48);
      const auto seen = static_cast<std::int64_t>(slot.tick() << kTickShift);
      stations.push_back(
          {MacAddress(slot.key), VlanId{vlan}, slot.port(), TimePoint(Duration(seen))});
    }
  }
  std::ranges::sort(stations, {}, [](const Station& s) { return std::tuple(s.vlan, s.address); });
  return stations;
}

void MacTable::restore(std::span<const Station> stations, TimePoint now) {
  for (const Station& station : stations) {
    const Key where = key(station.address, station.vlan);
    if (tick_of(station.last_seen) >= horizon(now) && !find(where, now)) {
      learn(where, station.port, station.last_seen);
    }
  }
}

}  // namespace violin
