#include "core/event_queue.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "core/require.h"

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
constexpr std::size_t kSmallQueue = 32;  // the heap alone serves as well

}  // namespace

struct EventQueue::Chunk {
  static constexpr std::size_t kEntries = kChunkSize / sizeof(Entry) - 1;
  Chunk* previous;
  std::uint64_t unused;
  Entry entries[kEntries];
};

EventQueue::~EventQueue() {
  for (void* slab : slabs_) {
    memory_->deallocate(slab, kSlabSize, kChunkSize);
  }
}

void EventQueue::arm(Wakeup& wakeup, TimePoint due, std::uint64_t key) {
  wakeup.key_ = key;
  wakeup.due_ = due.time_since_epoch().count();
  if (wakeup.queued_due_ < wakeup.due_) {
    return;  // its entry surfaces first and is moved on then
  }
  kill_entry(wakeup);
  wakeup.queued_due_ = wakeup.due_;
  wakeup.late_key_ = Wakeup::kNotLate;
  if (due != kNever) {
    insert({wakeup.due_, &wakeup});
  }
}

void EventQueue::forget(Wakeup& wakeup) {
  wakeup.disarm();
  kill_entry(wakeup);
}

// Leaves the entry of the wake-up, if it has one, behind as a dead one.
void EventQueue::kill_entry(Wakeup& wakeup) {
  if (wakeup.queued_due_ == Wakeup::kNotQueued) {
    return;
  }
  if (wakeup.late_key_ != Wakeup::kNotLate) {
    dead_late_.insert(wakeup.late_key_);
  } else {
    dead_.insert({wakeup.queued_due_, &wakeup});
  }
  wakeup.queued_due_ = Wakeup::kNotQueued;
}

void EventQueue::insert(Entry entry) {
  ++entries_;
  const auto distance = static_cast<std::uint64_t>(entry.due ^ cursor_) >> shift_;
  if (entry.due < cursor_ || distance == 0) {
    push_late(entry);
  } else {
    insert_into_wheel(entry, distance);
  }
}

// The highest bit in which the due time differs from the cursor's tells the level: all higher bits
// are shared, so the bucket is ahead of the cursor within that level.
void EventQueue::insert_into_wheel(Entry entry, std::uint64_t distance) {
  const auto width = static_cast<unsigned>(std::bit_width(distance));
  const std::size_t level = (width + kCoarseBits - kFineBits - 1) / kCoarseBits;
  const std::size_t index =
      (static_cast<std::uint64_t>(entry.due) >> level_shift(level)) & (level_size(level) - 1);
  Level& at = levels_[level];
  if (!at.buckets) [[unlikely]] {
    at.buckets = std::make_unique<Bucket[]>(level_size(level));
  }
  Bucket& bucket = at.buckets[index];
  if ((reinterpret_cast<std::uintptr_t>(bucket.tail) & (kChunkSize - 1)) == 0) [[unlikely]] {
    at.occupied[index / 64] |= std::uint64_t{1} << (index % 64);
    add_chunk(bucket);
  }
  *bucket.tail++ = entry;
}

void EventQueue::add_chunk(Bucket& bucket) {
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
  // A full bucket's tail points just past its newest chunk.
  chunk->previous = bucket.tail == nullptr ? nullptr : reinterpret_cast<Chunk*>(bucket.tail) - 1;
  bucket.tail = chunk->entries;
}

// Gives each entry to `function` and the chunks back; the bucket is empty before the first call.
template <typename Function>
void EventQueue::drain(Bucket& bucket, Function function) {
  Entry* end = std::exchange(bucket.tail, nullptr);
  while (end != nullptr) {
    const auto last = reinterpret_cast<std::uintptr_t>(end) - 1;
    auto* chunk = reinterpret_cast<Chunk*>(last & ~std::uintptr_t{kChunkSize - 1});
    Chunk* previous = chunk->previous;
    for (std::size_t line = 0; previous != nullptr && line < kChunkSize; line += 64) {
      __builtin_prefetch(reinterpret_cast<const char*>(previous) + line);
    }
    std::for_each(chunk->entries, end, function);
    chunk->previous = free_chunks_;
    free_chunks_ = chunk;
    end = previous == nullptr ? nullptr : reinterpret_cast<Entry*>(previous + 1);
  }
}

bool EventQueue::before(const Entry& a, const Entry& b) {
  return a.due != b.due ? a.due < b.due : a.wakeup->key_ < b.wakeup->key_;
}

namespace {
constexpr auto kLaterFirst = [](const auto& a, const auto& b) {
  return a.entry.due != b.entry.due ? a.entry.due > b.entry.due : a.key > b.key;
};
}  // namespace

void EventQueue::push_late(Entry entry) {
  entry.wakeup->late_key_ = entry.wakeup->key_;
  late_.push_back({entry, entry.wakeup->key_});
  std::ranges::push_heap(late_, kLaterFirst);
}

void EventQueue::pop_late() {
  std::ranges::pop_heap(late_, kLaterFirst);
  late_.pop_back();
  --entries_;
}

bool EventQueue::bury(const Entry& entry) {
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
  if (wakeup.armed()) {
    wakeup.queued_due_ = wakeup.due_;
    wakeup.late_key_ = Wakeup::kNotLate;
    if (wakeup.due_ != Wakeup::kNotQueued) {
      insert({wakeup.due_, &wakeup});
    }
  }
  return false;
}

const EventQueue::Entry* EventQueue::front_of_run() {
  while (run_next_ < run_.size()) {
    if (!bury(run_[run_next_]) && settle(run_[run_next_])) {
      return &run_[run_next_];
    }
    ++run_next_;
    --entries_;
  }
  return nullptr;
}

const EventQueue::Entry* EventQueue::front_of_late() {
  while (!late_.empty()) {
    const KeyedEntry first = late_.front();
    if (!bury_late(first.key) && settle(first.entry)) {
      return &late_.front().entry;
    }
    // settle() may have pushed the moved entry, which is later, so the front is still this one.
    pop_late();
  }
  return nullptr;
}

const EventQueue::Entry* EventQueue::front(Nanoseconds end) {
  do {
    const Entry* from_run = front_of_run();
    const Entry* from_late = front_of_late();
    if (from_run != nullptr && (from_late == nullptr || before(*from_run, *from_late))) {
      return from_run;
    }
    if (from_late != nullptr) {
      return from_late;
    }
  } while (load_next_bucket(end));
  return nullptr;
}

TimePoint EventQueue::next_due() {
  const Entry* first = front(INT64_MAX);
  return first == nullptr ? kNever : TimePoint(Duration(first->due));
}

Wakeup* EventQueue::pop(TimePoint end, TimePoint& due) {
  const Nanoseconds limit = end.time_since_epoch().count();
  const Entry* first = front(limit);
  if (first == nullptr || first->due > limit) {
    return nullptr;
  }
  due = TimePoint(Duration(first->due));
  Wakeup* wakeup = first->wakeup;
  wakeup->disarm();
  wakeup->queued_due_ = Wakeup::kNotQueued;
  ++popped_;
  if (run_next_ < run_.size() && first == &run_[run_next_]) {
    ++run_next_;
    --entries_;
  } else {
    pop_late();
  }
  return wakeup;
}

std::optional<std::size_t> EventQueue::next_occupied(std::size_t level) const {
  const Level& at = levels_[level];
  if (!at.buckets || level_shift(level) >= 63) {
    return std::nullopt;
  }
  const std::size_t current =
      (static_cast<std::uint64_t>(cursor_) >> level_shift(level)) & (level_size(level) - 1);
  const std::size_t words = level_size(level) / 64;
  std::size_t word = current / 64;
  // Only buckets beyond the current one can be occupied; a double shift because 64 is too many.
  std::uint64_t bits = at.occupied[word] & (~std::uint64_t{0} << (current % 64) << 1);
  while (bits == 0) {
    if (++word == words) {
      return std::nullopt;
    }
    bits = at.occupied[word];
  }
  return word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
}

// Memory is far away: the wake-ups of the bucket after this one are asked for a bucket ahead.
// Inlined always: g++ 12 takes a function that only prefetches for one without effect and drops the
// call.
[[gnu::always_inline]] inline void EventQueue::prefetch_next_bucket() const {
  const auto index = next_occupied(0);
  if (!index) {
    return;
  }
  const Entry* end = levels_[0].buckets[*index].tail;
  const auto last = reinterpret_cast<std::uintptr_t>(end) - 1;
  const auto* chunk = reinterpret_cast<const Chunk*>(last & ~std::uintptr_t{kChunkSize - 1});
  for (const Entry* entry = chunk->entries; entry != end; ++entry) {
    __builtin_prefetch(reinterpret_cast<const char*>(entry->wakeup) - 32);  // its owner
    __builtin_prefetch(entry->wakeup);
    __builtin_prefetch(reinterpret_cast<const char*>(entry->wakeup + 1) - 1);
  }
}

bool EventQueue::load_next_bucket(Nanoseconds end) {
  run_.clear();
  run_next_ = 0;
  if (popped_ >= kEventsToConsider) {
    adapt();
    if (!late_.empty()) {
      return true;
    }
  }
  for (std::size_t level = 0; level < kLevels;) {
    const auto index = next_occupied(level);
    if (!index) {
      ++level;
      continue;
    }
    const unsigned shift = level_shift(level);
    const auto within = (std::uint64_t{level_size(level)} << shift) - 1;
    const auto begin = static_cast<Nanoseconds>((static_cast<std::uint64_t>(cursor_) & ~within) |
                                                (std::uint64_t{*index} << shift));
    if (begin > end) {
      return false;
    }
    cursor_ = begin;
    unload(level, *index);
    if (!run_.empty()) {
      prefetch_next_bucket();
      sort_run();
      return true;
    }
    level = 0;
  }
  return false;
}

// Moves the bucket that begins at the cursor into the run (what belongs to the finest bucket there)
// and into finer levels (the rest).
void EventQueue::unload(std::size_t level, std::size_t index) {
  Level& at = levels_[level];
  at.occupied[index / 64] &= ~(std::uint64_t{1} << (index % 64));
  drain(at.buckets[index], [this](const Entry& entry) {
    const auto distance = static_cast<std::uint64_t>(entry.due ^ cursor_) >> shift_;
    if (bury(entry)) {
      --entries_;
    } else if (distance == 0) {
      run_.push_back(entry);
    } else {
      insert_into_wheel(entry, distance);
    }
  });
}

void EventQueue::sort_run() {
  ++loaded_;
  constexpr std::size_t kInsertionSort = 24;
  if (run_.size() > kInsertionSort) {
    std::ranges::sort(run_, before);
    return;
  }
  for (std::size_t i = 1; i < run_.size(); ++i) {
    const Entry entry = run_[i];
    std::size_t hole = i;
    for (; hole > 0 && before(entry, run_[hole - 1]); --hole) {
      run_[hole] = run_[hole - 1];
    }
    run_[hole] = entry;
  }
}

// Called between buckets, when run and heap are empty: keeps the width right and sweeps.
void EventQueue::adapt() {
  const std::size_t per_bucket = popped_ / std::max<std::size_t>(loaded_, 1);
  unsigned shift = shift_;
  if (entries_ > kSmallQueue && per_bucket > kMostPerBucket) {
    shift -= std::min(shift, static_cast<unsigned>(std::bit_width(per_bucket / kIdealPerBucket)));
  } else if (per_bucket < kFewestPerBucket) {
    shift = std::min(shift + 1, kMaxShift);
  }
  const bool sweep = dead_.size() > entries_ / 2 + kSmallQueue;
  const bool affordable = popped_ >= entries_;
  if ((shift != shift_ && affordable) || sweep) {
    rebuild(shift);
  }
  if (affordable) {
    popped_ = 0;
    loaded_ = 0;
  }
}

void EventQueue::rebuild(unsigned shift) {
  std::vector<Entry> all;
  all.reserve(entries_);
  for (std::size_t level = 0; level < kLevels; ++level) {
    levels_[level].occupied.fill(0);
    for (std::size_t i = 0; levels_[level].buckets && i < level_size(level); ++i) {
      drain(levels_[level].buckets[i], [&](const Entry& entry) { all.push_back(entry); });
    }
  }
  shift_ = shift;
  cursor_ &= ~((Nanoseconds{1} << shift) - 1);
  entries_ = 0;
  for (const Entry& entry : all) {
    if (!bury(entry)) {
      insert(entry);
    }
  }
}

}  // namespace violin
