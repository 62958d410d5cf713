// The stations that a bridge has learnt: (MAC address, VLAN) -> (port, when last seen).
//
// Source: the Filtering Database of IEEE 802.1D-2004 clause 7.9 with dynamic entries only, and
// independent VLAN learning (IEEE 802.1Q-2018 clause 8.8.8).
//
// Ageing: an entry counts as absent once its station was silent for `ageing`, to a resolution of
// kTick (at most kTick later, never earlier). No timer does this: a stale entry is ignored when it
// is met, and its place taken by the next station that needs one.
//
// Bounded: at most `capacity` entries. Where a station finds no place, the entry that was silent
// longest among a few gives way (kSample of them in turn when the table is full, the kMaxProbe
// places that the station may take when those are all in use). So stations that speak often outlast
// a flood of invented addresses, and no choice of addresses makes a look-up longer than kMaxProbe.
//
// Nothing is allocated before the first station; then the table doubles as it fills, to 32 to 64
// bytes per entry while none is stale (and half as much again while it is growing).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/address.h"
#include "core/frame_sink.h"
#include "core/time.h"
#include "models/vswitch/vlan.h"

namespace violin {

// One entry, as copied when a switch migrates.
struct Station {
  MacAddress address;
  VlanId vlan = kTransparentVlan;
  PortIndex port{};
  TimePoint last_seen;  // rounded down to kTick
  bool operator==(const Station&) const = default;
};

class MacTable {
 public:
  static constexpr Duration kTick{1 << 23};      // 8.4 ms: 40 bits of it are the range of TimePoint
  static constexpr std::size_t kMaxProbe = 128;  // random addresses need fewer, but once in 10^10
  static constexpr std::size_t kSample = 8;
  static constexpr std::uint32_t kMaxPorts = 1 << 24;

  // The table's key. Never zero.
  enum class Key : std::uint64_t {};
  static constexpr Key key(MacAddress address, VlanId vlan) {
    return Key{kPresent | (std::uint64_t{static_cast<std::uint16_t>(vlan)} << 48) | address.bits()};
  }

  enum class Learnt : std::uint8_t {
    kRefreshed,  // the station was known at this port
    kNew,        // it was unknown, or its entry stale
    kMoved,      // it was known at another port
  };

  // Both at least 1 (std::logic_error otherwise).
  MacTable(std::size_t capacity, Duration ageing);

  // Where the station is, if it is known.
  std::optional<PortIndex> find(Key key, TimePoint now) const;
  // Notes that the station spoke at `port` (below kMaxPorts) just now.
  Learnt learn(Key key, PortIndex port, TimePoint now);
  // Hints that the key will be looked up soon.
  void prefetch(Key key) const {
    if (!slots_.empty()) {
      __builtin_prefetch(&slots_[home(key)], 1);
    }
  }

  void forget_port(PortIndex port);
  void clear();
  // Takes effect on the entries that there are, too.
  void set_ageing(Duration ageing);

  std::size_t capacity() const { return capacity_; }
  Duration ageing() const { return ageing_; }
  // Entries in place, stale ones that nobody met since included.
  std::size_t size() const { return size_; }
  // Entries that gave way to others before they were stale.
  std::uint64_t evictions() const { return evictions_; }
  std::size_t memory() const { return slots_.capacity() * sizeof(Slot); }

  // The known stations, in order of (VLAN, address).
  std::vector<Station> snapshot(TimePoint now) const;
  // Adds the stations of a snapshot, each as old as it was; those that have become stale and those
  // that are known here already are left out.
  void restore(std::span<const Station> stations, TimePoint now);

 private:
  static constexpr std::uint64_t kPresent = std::uint64_t{1} << 63;
  static constexpr unsigned kTickBits = 40;
  static constexpr unsigned kTickShift = 23;
  static_assert(kTick.count() == std::int64_t{1} << kTickShift);

  // 16 bytes: four to a cache line.
  struct Slot {
    std::uint64_t key = 0;    // 0: empty
    std::uint64_t value = 0;  // port << kTickBits | tick when last seen

    std::uint64_t tick() const { return value & ((std::uint64_t{1} << kTickBits) - 1); }
    PortIndex port() const { return PortIndex{static_cast<std::uint32_t>(value >> kTickBits)}; }
  };

  static std::uint64_t tick_of(TimePoint t) {
    return static_cast<std::uint64_t>(t.time_since_epoch().count()) >> kTickShift;
  }
  // Entries last seen before this tick are stale.
  std::uint64_t horizon(TimePoint now) const;
  // Fibonacci hashing: the high bits of the product are the best ones.
  std::size_t home(Key key) const {
    return static_cast<std::size_t>((static_cast<std::uint64_t>(key) * 0x9e37'79b9'7f4a'7c15ULL) >>
                                    shift_);
  }
  std::size_t mask() const { return slots_.size() - 1; }
  const Slot* locate(Key key) const;
  void insert(Slot fresh, std::uint64_t horizon);
  Slot* stale_place(Key key, std::uint64_t horizon);
  void place(Slot fresh);
  void make_room(std::uint64_t horizon);
  void evict_one(std::uint64_t horizon);
  void rebuild(std::uint64_t horizon);
  void erase_at(std::size_t gap);

  std::vector<Slot> slots_;  // a power of two, at most half in use
  unsigned shift_ = 63;
  std::size_t size_ = 0;
  std::size_t hand_ = 0;  // where the next search for a victim begins
  std::size_t capacity_;
  Duration ageing_;
  std::uint64_t evictions_ = 0;
};

inline std::uint64_t MacTable::horizon(TimePoint now) const {
  const Duration age = now.time_since_epoch() - ageing_;
  return age.count() <= 0 ? 0 : static_cast<std::uint64_t>(age.count()) >> kTickShift;
}

}  // namespace violin
