// Pending wake-ups in total order (due, key): a hierarchical timing wheel over a sorted run.
//
// The wheel's finest buckets are a few events wide (the width follows the density of events). The
// bucket that time stands in has been sorted into a run and is consumed from its front; what is
// armed for that bucket later waits in a small heap beside it. Coarser levels hold what lies
// further ahead and are spread over the next finer level when time reaches them, so an event moves
// sequentially through memory two or three times, whatever the number pending. A clump of events
// that no bucket width can part costs O(log n) each.
//
// Entries are not searched for: a wake-up that is armed for later keeps its entry, which is moved
// on when it surfaces; one that is armed for earlier, or goes away, leaves its entry behind as a
// dead one, remembered in a set that is empty in most runs.
//
// Sources: G. Varghese, A. Lauck, "Hashed and hierarchical timing wheels", SOSP 1987; W. T. Tang,
// R. S. M. Goh, I. L. Thng, "Ladder queue", ACM TOMACS 15(3), 2005 (sorting only the bottom).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <unordered_set>
#include <vector>

#include "core/time.h"

namespace violin {

// 24 bits of origin over 40 bits of that origin's sequence: one integer compares as the pair does.
struct EventKey {
  static constexpr unsigned kSequenceBits = 40;
};

// Something that can be woken, at one time at most. Its owner keeps it, at one address; it is
// disarmed by EventQueue::forget before it goes away.
class Wakeup {
 public:
  using Callback = void (*)(void* context);

  Wakeup(Callback callback, void* context) : callback_(callback), context_(context) {}
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  bool armed() const { return due_ != kNotArmed; }
  TimePoint due() const { return TimePoint(Duration(due_)); }  // of an armed one
  void fire() const { callback_(context_); }
  void disarm() { due_ = kNotArmed; }

 private:
  friend class EventQueue;
  static constexpr std::int64_t kNotArmed = INT64_MIN;
  static constexpr std::int64_t kNotQueued = INT64_MAX;
  static constexpr std::uint64_t kNotLate = UINT64_MAX;

  Callback callback_;
  void* context_;
  std::uint64_t key_ = 0;
  std::int64_t due_ = kNotArmed;
  std::int64_t queued_due_ = kNotQueued;  // of its entry in the queue, never after due_
  std::uint64_t late_key_ = kNotLate;     // of its entry, if that is in the heap
};

class EventQueue {
 public:
  // Entries are kept in `memory`, which outlives the queue.
  explicit EventQueue(std::pmr::memory_resource* memory = std::pmr::get_default_resource())
      : tails_(kLevels * kLevelSize), memory_(memory) {}
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;
  ~EventQueue();

  // Replaces what was pending for it. `key` is unique, and `due` not before that of the last
  // wake-up popped; kNever is never.
  void arm(Wakeup& wakeup, TimePoint due, std::uint64_t key);
  // Before the wake-up goes away.
  void forget(Wakeup& wakeup);

  // When the first wake-up is due; kNever if none is pending.
  TimePoint next_due();
  // Takes out the first wake-up, disarmed, if it is due at or before `end`; sets `due` to its due
  // time. nullptr otherwise.
  Wakeup* pop(TimePoint end, TimePoint& due);

 private:
  using Nanoseconds = std::int64_t;

  struct Entry {
    Nanoseconds due;
    Wakeup* wakeup;
    bool operator==(const Entry&) const = default;
  };
  struct EntryHash {
    std::size_t operator()(const Entry& e) const {
      return (reinterpret_cast<std::uintptr_t>(e.wakeup) >> 3) * 0x9e37'79b9'7f4a'7c15ULL ^
             static_cast<std::size_t>(e.due);
    }
  };
  struct KeyedEntry {  // in run and heap, where a key must not change
    Entry entry;
    std::uint64_t key;
    bool before(const KeyedEntry& other) const;
  };

  // Entries of one bucket are in chunks of kChunkSize bytes, each beginning with a link to the one
  // filled before it. A bucket's tail is where the next entry goes, a multiple of kChunkSize when
  // none fits.
  struct Chunk;
  static constexpr std::size_t kChunkSize = 512;

  static constexpr unsigned kLevelBits = 10;
  static constexpr std::size_t kLevelSize = std::size_t{1} << kLevelBits;
  static constexpr std::size_t kLevels = 7;  // cover 63 bits of time at any bucket width
  static constexpr std::size_t kWordBits = 64;

  void insert(Entry entry);
  void insert_into_wheel(Entry entry);
  void add_chunk(std::size_t bucket);
  void push_late(Entry entry);
  void pop_late();
  // The first entry that is to fire, in run or heap, loading buckets that begin by `end`.
  const KeyedEntry* front(Nanoseconds end);
  const KeyedEntry* find_front(Nanoseconds end);
  const KeyedEntry* front_of_run();
  const KeyedEntry* front_of_late();
  // Of a live entry: true if it is to fire; false when it was disarmed or moved on to a later time.
  bool settle(const Entry& entry);
  void kill_entry(Wakeup& wakeup);
  bool bury(const Entry& entry);  // true if it was dead
  bool bury_late(std::uint64_t key);
  bool load_next_bucket(Nanoseconds end);
  std::optional<std::size_t> next_occupied(std::size_t level) const;
  void spread(std::size_t bucket);
  void load_run(std::size_t bucket);
  void sort_by_counting(const Entry* begin, const Entry* end);
  void look_ahead();
  void prefetch_one();
  void adapt();
  unsigned better_shift() const;
  void rebuild(unsigned shift);
  template <typename Function>
  void drain(std::size_t bucket, Function function);
  std::size_t index_at_cursor(std::size_t level) const {
    return (static_cast<std::uint64_t>(cursor_) >> level_shift(level)) & (kLevelSize - 1);
  }
  unsigned level_shift(std::size_t level) const {
    return shift_ + kLevelBits * static_cast<unsigned>(level);
  }

  std::vector<KeyedEntry> run_;           // the current bucket, sorted
  const KeyedEntry* run_next_ = nullptr;  // what is left of it
  const KeyedEntry* run_end_ = nullptr;
  std::vector<KeyedEntry> late_;  // min-heap of what was armed for the current bucket or before
  Nanoseconds cursor_ = 0;        // where the current bucket begins, a multiple of its width
  unsigned shift_ = 10;           // log2 of the width of the finest buckets, ns
  std::vector<Entry*> tails_;     // of the buckets of all levels
  std::array<std::uint64_t, kLevels * kLevelSize / kWordBits> occupied_{};
  // Two entries of one wake-up for one time can be in the wheel, where they are alike, or one in
  // the run and others in the heap, where only their keys tell which is dead.
  std::unordered_multiset<Entry, EntryHash> dead_;  // each is also in run or wheel
  std::unordered_set<std::uint64_t> dead_late_;     // keys, each also in the heap
  std::pmr::memory_resource* memory_;
  const Entry* ahead_ = nullptr;  // of a bucket to come, whose wake-ups are still to be prefetched
  const Entry* ahead_end_ = nullptr;
  Chunk* free_chunks_ = nullptr;
  std::vector<void*> slabs_;

  std::size_t in_wheel_ = 0;  // entries
  // Since the width was last considered:
  std::size_t served_ = 0;  // entries that came into run or heap
  std::size_t loaded_ = 0;  // buckets
};

}  // namespace violin
