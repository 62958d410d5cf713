#include "core/event_queue.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace violin {

namespace {

constexpr std::size_t kSlabSize = std::size_t{256} * 1024;
constexpr unsigned kMaxShift = 40;

// The width is right while a bucket serves this many events: fewer, and finding the next bucket
// costs more than sorting; more, and sorting does.
constexpr std::size_t kFewestPerBucket = 5;
constexpr std::size_t kMostPerBucket = 24;
constexpr std::size_t kIdealPerBucket = 8;
constexpr std::size_t kEventsToConsider = 4096;
constexpr std::size_t kDeadToSweep = 1024;
constexpr std::size_t kLookAhead = 3;
constexpr std::size_t kSmallQueue = 32;  // the heap alone serves as well

}  // namespace

struct EventQueue::Chunk {
  static constexpr std::size_t kEntries = kChunkSize / sizeof(Entry) - 1;
  Chunk* previous;
  std::uint64_t unused;
  Entry entries[kEntries];

  // Whose last entry ends at `tail`.
  static Chunk* before(Entry* tail) {
    const auto last = reinterpret_cast<std::uintptr_t>(tail) - 1;
    return reinterpret_cast<Chunk*>(last & ~std::uintptr_t{kChunkSize - 1});
  }
};

EventQueue::~EventQueue() {
  for (void* slab : slabs_) {
    memory_->deallocate(slab, kSlabSize, kChunkSize);
  }
}

// Memory is far away: with each wake-up that is taken out, one of kLookAhead buckets ahead is asked
// for, evenly, so that others' misses find room. Into the second cache: the first has few places
// for lines on their way. Inlined always: g++ 12 takes a function that only prefetches for one
// without effect and drops the call.
[[gnu::always_inline]] inline void EventQueue::prefetch_one() {
  constexpr int kSecondCache = 2;
  const auto* wakeup = reinterpret_cast<const char*>(ahead_->wakeup);
  __builtin_prefetch(wakeup - 32, 0, kSecondCache);  // its owner
  __builtin_prefetch(wakeup + sizeof(Wakeup) - 9, 0, kSecondCache);
  ++ahead_;
}

inline void EventQueue::look_ahead() {
  while (ahead_ != ahead_end_) {
    prefetch_one();
  }
  const std::size_t bucket = index_at_cursor(0) + kLookAhead;
  if (bucket < kLevelSize && tails_[bucket] != nullptr) {
    ahead_ = Chunk::before(tails_[bucket])->entries;
    ahead_end_ = tails_[bucket];
  }
}

void EventQueue::arm(Wakeup& wakeup, TimePoint due, std::uint64_t key) {
  wakeup.key_ = key;
  wakeup.due_ = due.time_since_epoch().count();
  if (wakeup.queued_due_ != Wakeup::kNotQueued) [[unlikely]] {
    if (wakeup.queued_due_ < wakeup.due_) {
      return;  // its entry surfaces first and is moved on then
    }
    kill_entry(wakeup);
  }
  if (due != kNever) [[likely]] {
    wakeup.queued_due_ = wakeup.due_;
    insert({wakeup.due_, &wakeup});
  }
}

void EventQueue::forget(Wakeup& wakeup) {
  wakeup.disarm();
  if (wakeup.queued_due_ != Wakeup::kNotQueued) {
    kill_entry(wakeup);
  }
}

// Leaves the entry of the wake-up behind as a dead one.
void EventQueue::kill_entry(Wakeup& wakeup) {
  if (wakeup.late_key_ != Wakeup::kNotLate) {
    dead_late_.insert(wakeup.late_key_);
  } else {
    dead_.insert({wakeup.queued_due_, &wakeup});
  }
  wakeup.queued_due_ = Wakeup::kNotQueued;
  wakeup.late_key_ = Wakeup::kNotLate;
}

inline void EventQueue::insert(Entry entry) {
  if (entry.due < cursor_ || static_cast<std::uint64_t>(entry.due ^ cursor_) >> shift_ == 0)
      [[unlikely]] {
    push_late(entry);
  } else {
    ++in_wheel_;
    insert_into_wheel(entry);
  }
}

// The highest bit in which the due time differs from the cursor's tells the level: all higher bits
// are shared, so the bucket is not behind the cursor within that level.
inline void EventQueue::insert_into_wheel(Entry entry) {
  const auto distance = static_cast<std::uint64_t>(entry.due ^ cursor_) >> shift_;
  const auto highest = static_cast<unsigned>(std::bit_width(distance | 1)) - 1;
  const std::size_t level = highest / kLevelBits;
  const std::size_t index =
      (static_cast<std::uint64_t>(entry.due) >> level_shift(level)) & (kLevelSize - 1);
  Entry*& tail = tails_[level * kLevelSize + index];
  if ((reinterpret_cast<std::uintptr_t>(tail) & (kChunkSize - 1)) == 0) [[unlikely]] {
    add_chunk(level * kLevelSize + index);
  }
  __builtin_prefetch(tail + 4, 0, 2);  // the line after this one
  *tail++ = entry;
}

void EventQueue::add_chunk(std::size_t bucket) {
  occupied_[bucket / kWordBits] |= std::uint64_t{1} << (bucket % kWordBits);
  if (free_chunks_ == nullptr) {
    auto* slab = static_cast<Chunk*>(memory_->allocate(kSlabSize, kChunkSize));
    slabs_.push_back(slab);
    for (Chunk* chunk = slab; chunk != slab + kSlabSize / kChunkSize; ++chunk) {
      chunk->previous = free_chunks_;
      free_chunks_ = chunk;
    }
  }
  Chunk* chunk = free_chunks_;
  free_chunks_ = chunk->previous;
  __builtin_prefetch(free_chunks_, 1);
  // A full bucket's tail points just past its newest chunk.
  Entry*& tail = tails_[bucket];
  chunk->previous = tail == nullptr ? nullptr : reinterpret_cast<Chunk*>(tail) - 1;
  tail = chunk->entries;
}

// Gives each entry to `function` and the chunks back; the bucket is empty before the first call.
template <typename Function>
void EventQueue::drain(std::size_t bucket, Function function) {
  occupied_[bucket / kWordBits] &= ~(std::uint64_t{1} << (bucket % kWordBits));
  Entry* end = std::exchange(tails_[bucket], nullptr);
  while (end != nullptr) {
    Chunk* chunk = Chunk::before(end);
    Chunk* previous = chunk->previous;
    for (std::size_t line = 0; previous != nullptr && line < kChunkSize; line += 64) {
      __builtin_prefetch(reinterpret_cast<const char*>(previous) + line);
    }
    function(chunk->entries, end);
    chunk->previous = free_chunks_;
    free_chunks_ = chunk;
    end = previous == nullptr ? nullptr : reinterpret_cast<Entry*>(previous + 1);
  }
}

// One comparison of 128 bits: no branch.
inline bool EventQueue::KeyedEntry::before(const KeyedEntry& other) const {
  __extension__ using Order = __int128;
  const auto order = [](const KeyedEntry& e) { return Order{e.entry.due} << 64 | e.key; };
  return order(*this) < order(other);
}

namespace {
constexpr auto kLaterFirst = [](const auto& a, const auto& b) { return b.before(a); };
}  // namespace

void EventQueue::push_late(Entry entry) {
  ++served_;
  entry.wakeup->late_key_ = entry.wakeup->key_;
  late_.push_back({entry, entry.wakeup->key_});
  std::ranges::push_heap(late_, kLaterFirst);
}

void EventQueue::pop_late() {
  std::ranges::pop_heap(late_, kLaterFirst);
  late_.pop_back();
}

inline bool EventQueue::bury(const Entry& entry) {
  if (dead_.empty()) [[likely]] {
    return false;
  }
  const auto found = dead_.find(entry);
  if (found == dead_.end()) {
    return false;
  }
  dead_.erase(found);
  return true;
}

bool EventQueue::bury_late(std::uint64_t key) {
  return !dead_late_.empty() && dead_late_.erase(key) != 0;
}

bool EventQueue::settle(const Entry& entry) {
  Wakeup& wakeup = *entry.wakeup;
  if (wakeup.due_ == entry.due) [[likely]] {
    return true;
  }
  wakeup.queued_due_ = Wakeup::kNotQueued;
  wakeup.late_key_ = Wakeup::kNotLate;
  if (wakeup.armed() && wakeup.due_ != Wakeup::kNotQueued) {
    wakeup.queued_due_ = wakeup.due_;
    insert({wakeup.due_, &wakeup});
  }
  return false;
}

const EventQueue::KeyedEntry* EventQueue::front_of_run() {
  for (; run_next_ != run_end_; ++run_next_) {
    if (!bury(run_next_->entry) && settle(run_next_->entry)) {
      return run_next_;
    }
  }
  return nullptr;
}

const EventQueue::KeyedEntry* EventQueue::front_of_late() {
  while (!late_.empty()) {
    const KeyedEntry first = late_.front();
    if (!bury_late(first.key) && settle(first.entry)) {
      return &late_.front();
    }
    // settle() may have pushed the moved entry, which is later, so the front is still this one.
    pop_late();
  }
  return nullptr;
}

[[gnu::noinline]] const EventQueue::KeyedEntry* EventQueue::find_front(Nanoseconds end) {
  do {
    const KeyedEntry* from_run = front_of_run();
    const KeyedEntry* from_late = front_of_late();
    if (from_run != nullptr && (from_late == nullptr || from_run->before(*from_late))) {
      return from_run;
    }
    if (from_late != nullptr) {
      return from_late;
    }
  } while (load_next_bucket(end));
  return nullptr;
}

inline const EventQueue::KeyedEntry* EventQueue::front(Nanoseconds end) {
  if (run_next_ != run_end_ && late_.empty() && dead_.empty() &&
      run_next_->entry.wakeup->due_ == run_next_->entry.due) [[likely]] {
    return run_next_;
  }
  return find_front(end);
}

TimePoint EventQueue::next_due() {
  const KeyedEntry* first = front(INT64_MAX);
  return first == nullptr ? kNever : TimePoint(Duration(first->entry.due));
}

Wakeup* EventQueue::pop(TimePoint end, TimePoint& due) {
  const Nanoseconds limit = end.time_since_epoch().count();
  const KeyedEntry* first = front(limit);
  if (first == nullptr || first->entry.due > limit) {
    return nullptr;
  }
  due = TimePoint(Duration(first->entry.due));
  Wakeup* wakeup = first->entry.wakeup;
  if (ahead_ != ahead_end_) {
    prefetch_one();
  }
  wakeup->disarm();
  wakeup->queued_due_ = Wakeup::kNotQueued;
  if (first == run_next_ && run_next_ != run_end_) [[likely]] {
    ++run_next_;
  } else {
    wakeup->late_key_ = Wakeup::kNotLate;
    pop_late();
  }
  return wakeup;
}

// Only buckets at the cursor or beyond can be occupied.
std::optional<std::size_t> EventQueue::next_occupied(std::size_t level) const {
  if (level_shift(level) >= 63) {
    return std::nullopt;
  }
  const std::uint64_t* occupied = &occupied_[level * kLevelSize / kWordBits];
  const std::size_t current = index_at_cursor(level);
  std::size_t word = current / kWordBits;
  std::uint64_t bits = occupied[word] & (~std::uint64_t{0} << (current % kWordBits));
  while (bits == 0) {
    if (++word == kLevelSize / kWordBits) {
      return std::nullopt;
    }
    bits = occupied[word];
  }
  return word * kWordBits + static_cast<std::size_t>(std::countr_zero(bits));
}

bool EventQueue::load_next_bucket(Nanoseconds end) {
  adapt();
  for (std::size_t level = 0; level < kLevels;) {
    const auto index = next_occupied(level);
    if (!index) {
      ++level;
      continue;
    }
    const unsigned shift = level_shift(level);
    const auto within = (std::uint64_t{kLevelSize} << shift) - 1;
    const auto begin = static_cast<Nanoseconds>((static_cast<std::uint64_t>(cursor_) & ~within) |
                                                (std::uint64_t{*index} << shift));
    if (begin > std::max(end, cursor_)) {
      return false;
    }
    cursor_ = begin;
    if (level == 0) {
      look_ahead();
      load_run(*index);
      return true;
    }
    spread(level * kLevelSize + *index);
    level = 0;
  }
  return false;
}

// Moves a coarse bucket, in which the cursor stands now, into finer ones.
void EventQueue::spread(std::size_t bucket) {
  drain(bucket, [this](const Entry* entry, const Entry* end) {
    for (; entry != end; ++entry) {
      if (bury(*entry)) [[unlikely]] {
        --in_wheel_;
      } else {
        insert_into_wheel(*entry);
      }
    }
  });
}

// Moves the finest bucket into the run.
void EventQueue::load_run(std::size_t bucket) {
  ++loaded_;
  run_.clear();
  const Chunk* newest = Chunk::before(tails_[bucket]);
  if (newest->previous == nullptr) [[likely]] {
    drain(bucket, [this](const Entry* entry, const Entry* end) { sort_by_counting(entry, end); });
  } else {
    drain(bucket, [this](const Entry* entry, const Entry* end) {
      in_wheel_ -= static_cast<std::size_t>(end - entry);
      for (; entry != end; ++entry) {
        if (!bury(*entry)) [[likely]] {
          run_.push_back({*entry, entry->wakeup->key_});
        }
      }
    });
    std::ranges::sort(run_, [](const auto& a, const auto& b) { return a.before(b); });
  }
  served_ += run_.size();
  run_next_ = run_.data();
  run_end_ = run_next_ + run_.size();
}

// Each entry's place is the number of those before it: no branch depends on their order.
void EventQueue::sort_by_counting(const Entry* begin, const Entry* end) {
  in_wheel_ -= static_cast<std::size_t>(end - begin);
  std::array<KeyedEntry, Chunk::kEntries> unsorted;
  std::array<std::size_t, Chunk::kEntries> place;
  std::size_t size = 0;
  for (const Entry* entry = begin; entry != end; ++entry) {
    if (bury(*entry)) [[unlikely]] {
      continue;
    }
    const KeyedEntry added{*entry, entry->wakeup->key_};
    place[size] = size;
    for (std::size_t i = 0; i < size; ++i) {
      const auto earlier = std::size_t{added.before(unsorted[i])};
      place[size] -= earlier;
      place[i] += earlier;
    }
    unsorted[size++] = added;
  }
  run_.resize(size);
  for (std::size_t i = 0; i < size; ++i) {
    run_[place[i]] = unsorted[i];
  }
}

// Called between buckets, when run and heap are empty: keeps the width right and sweeps.
void EventQueue::adapt() {
  if (served_ >= std::max(kEventsToConsider, in_wheel_)) {
    const unsigned shift = better_shift();
    served_ = 0;
    loaded_ = 0;
    if (shift != shift_) {
      rebuild(shift);
    }
  }
  if (dead_.size() > in_wheel_ / 2 + kDeadToSweep) {
    rebuild(shift_);
  }
}

unsigned EventQueue::better_shift() const {
  const std::size_t per_bucket = served_ / std::max<std::size_t>(loaded_, 1);
  if (in_wheel_ > kSmallQueue && per_bucket > kMostPerBucket) {
    const auto narrower = static_cast<unsigned>(std::bit_width(per_bucket / kIdealPerBucket));
    return shift_ - std::min(shift_, narrower);
  }
  return per_bucket < kFewestPerBucket ? std::min(shift_ + 1, kMaxShift) : shift_;
}

void EventQueue::rebuild(unsigned shift) {
  std::vector<Entry> all;
  all.reserve(in_wheel_);
  for (std::size_t bucket = 0; bucket < tails_.size(); ++bucket) {
    drain(bucket, [&](const Entry* entry, const Entry* end) { all.insert(all.end(), entry, end); });
  }
  shift_ = shift;
  cursor_ &= ~((Nanoseconds{1} << shift) - 1);
  in_wheel_ = 0;
  for (const Entry& entry : all) {
    if (!bury(entry)) {
      ++in_wheel_;
      insert_into_wheel(entry);
    }
  }
}

}  // namespace violin
