// The map from IPv4 address to what is known of that neighbor: open addressing with linear probing
// (Knuth, TAOCP vol. 3, section 6.4, algorithms L and R). An empty table allocates nothing.
#pragma once

#include <cstdint>
#include <list>
#include <utility>
#include <vector>

#include "core/address.h"
#include "core/frame.h"
#include "core/time.h"

namespace violin {

// A frame that waits for its neighbor's address. `tag` is the owner's, unread by the cache.
struct WaitingFrame {
  Frame frame;
  std::uint32_t tag = 0;
};

// A neighbor that has been asked and has not answered yet.
struct PendingNeighbor {
  Ipv4Address who;
  MacAddress asked_at;     // broadcast, or the address that is being verified
  std::uint32_t requests;  // sent so far
  TimePoint due;           // of the next request, or of giving up
  std::vector<WaitingFrame> waiting;
};

enum class NeighborState : std::uint8_t {
  kFree,        // no entry
  kIncomplete,  // asked for, address unknown
  kReachable,   // confirmed; to be verified when used after `verify_at`
  kProbing,     // used while it is being verified
  kStatic,      // configured; never changes
};

struct NeighborEntry {
  Ipv4Address who;
  NeighborState state = NeighborState::kFree;
  MacAddress mac;
  TimePoint verify_at;
  std::list<PendingNeighbor>::iterator pending;  // of kIncomplete and kProbing
};

class NeighborTable {
 public:
  std::size_t size() const { return size_; }

  // Pointers are valid until the next insert() or erase().
  const NeighborEntry* find(Ipv4Address who) const;
  NeighborEntry* find(Ipv4Address who);
  // A fresh entry for an address that is not in the table.
  NeighborEntry& insert(Ipv4Address who);
  void erase(Ipv4Address who);
  template <typename Predicate>
  void erase_if(Predicate gone);
  // In an order that depends on nothing but what was inserted and erased before.
  template <typename Visit>
  void for_each(Visit visit) const;

 private:
  std::size_t home(Ipv4Address who) const;
  std::size_t slot_of(Ipv4Address who) const;  // its slot, or the free one that ends its run
  void grow();
  void close_gap(std::size_t gap);

  std::vector<NeighborEntry> slots_;  // empty, or a power of two of which at most 3/4 are used
  std::uint32_t size_ = 0;
};

inline std::size_t NeighborTable::home(Ipv4Address who) const {
  return (who.bits() * 0x9e37'79b1ULL >> 16) & (slots_.size() - 1);
}

inline std::size_t NeighborTable::slot_of(Ipv4Address who) const {
  std::size_t at = home(who);
  while (slots_[at].state != NeighborState::kFree && slots_[at].who != who) {
    at = (at + 1) & (slots_.size() - 1);
  }
  return at;
}

inline const NeighborEntry* NeighborTable::find(Ipv4Address who) const {
  if (size_ == 0) {
    return nullptr;
  }
  const NeighborEntry& entry = slots_[slot_of(who)];
  return entry.state == NeighborState::kFree ? nullptr : &entry;
}

inline NeighborEntry* NeighborTable::find(Ipv4Address who) {
  return const_cast<NeighborEntry*>(std::as_const(*this).find(who));
}

template <typename Visit>
void NeighborTable::for_each(Visit visit) const {
  for (const NeighborEntry& entry : slots_) {
    if (entry.state != NeighborState::kFree) {
      visit(entry);
    }
  }
}

template <typename Predicate>
void NeighborTable::erase_if(Predicate gone) {
  std::vector<NeighborEntry> old(slots_.size());
  old.swap(slots_);
  size_ = 0;
  for (const NeighborEntry& entry : old) {
    if (entry.state != NeighborState::kFree && !gone(entry)) {
      slots_[slot_of(entry.who)] = entry;
      ++size_;
    }
  }
  if (size_ == 0) {
    slots_ = {};
  }
}

}  // namespace violin
