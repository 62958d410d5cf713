// Pending wake-ups in total order (due, key).
#pragma once

#include <cstdint>
#include <optional>
#include <queue>
#include <vector>

#include "core/time.h"

namespace violin {

// 24 bits of origin over 40 bits of that origin's sequence: one integer compares as the pair does.
struct EventKey {
  static constexpr unsigned kSequenceBits = 40;
};

class EventQueue {
 public:
  using Callback = void (*)(void* context);
  enum class Slot : std::uint32_t {};

  struct Wakeup {
    TimePoint due;
    Callback callback;
    void* context;
  };

  // A slot is one timer's place: at most one wake-up is pending in it.
  Slot open(Callback callback, void* context);
  void close(Slot slot);

  // Replaces what is pending in the slot. `key` is greater than any that this slot had before.
  void arm(Slot slot, TimePoint due, std::uint64_t key);
  void cancel(Slot slot);
  bool armed(Slot slot) const;
  TimePoint due(Slot slot) const;

  // When the first wake-up is due; kNever if none is pending.
  TimePoint next_due();
  // Takes the first wake-up out, if it is due at or before `end`.
  std::optional<Wakeup> pop(TimePoint end);

 private:
  struct Entry {
    TimePoint due;
    std::uint64_t key;
    std::uint32_t slot;
    bool operator>(const Entry& o) const { return due != o.due ? due > o.due : key > o.key; }
  };
  struct SlotState {
    Callback callback;
    void* context;
    std::uint64_t key;
    TimePoint due;
    bool armed;
  };
  bool drop_stale();

  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> heap_;
  std::vector<SlotState> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace violin
