// Floor: a two-level timing wheel that sorts only its present bucket. It knows what a general queue
// must find out: how dense events are and how far ahead they can lie (kSpan).
//
// The wheel turns in fine buckets of about kPerBucket events; a coarse bucket is kFine of those.
// Buckets are lists of chunks of 512 bytes, so events move sequentially through memory.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <utility>
#include <vector>

#include "bench/floors/event.h"

namespace violin::bench {

class Wheel {
 public:
  static constexpr std::int64_t kSpan = std::int64_t{1} << 25;  // ns; no increment is longer

  // For `pending` events whose increments have this mean.
  Wheel(std::size_t pending, double mean_ns, std::pmr::memory_resource& memory)
      : memory_(memory),
        shift_(static_cast<unsigned>(std::bit_width(
            static_cast<std::uint64_t>(kPerBucket * mean_ns / static_cast<double>(pending))))),
        fine_(kFine),
        coarse_(std::size_t{2} * static_cast<std::size_t>(kSpan >> (shift_ + kFineBits)) + 2) {
    coarse_.resize(std::bit_ceil(coarse_.size()));
  }

  // Due at or after the first one.
  void push(Event event) {
    const std::int64_t bucket = event.due >> shift_;
    if (bucket <= now_) {
      run_.insert(std::upper_bound(run_.begin() + next_, run_.end(), event), event);
    } else if (bucket >> kFineBits == now_ >> kFineBits) {
      append(fine_[static_cast<std::size_t>(bucket) % kFine], event);
    } else {
      append(coarse_[static_cast<std::size_t>(bucket >> kFineBits) & (coarse_.size() - 1)], event);
    }
  }
  // There is at least one event.
  const Event& top() {
    while (static_cast<std::size_t>(next_) == run_.size()) [[unlikely]] {
        turn();
      }
    return run_[static_cast<std::size_t>(next_)];
  }
  void pop() { ++next_; }
  void replace_top(Event event) {
    pop();
    push(event);
  }

 private:
  static constexpr unsigned kFineBits = 10;
  static constexpr std::size_t kFine = std::size_t{1} << kFineBits;
  static constexpr double kPerBucket = 5;
  static constexpr std::size_t kChunk = 512;
  struct Chunk {
    Chunk* previous;
    std::uint64_t unused;
    Event events[kChunk / sizeof(Event) - 1];
  };
  static_assert(sizeof(Chunk) == kChunk);
  using Bucket = Event*;  // where the next event goes; at a chunk's end: nowhere

  void append(Bucket& bucket, Event event) {
    if (reinterpret_cast<std::uintptr_t>(bucket) % kChunk == 0) [[unlikely]] {
      add_chunk(bucket);
    }
    *bucket++ = event;
  }
  void add_chunk(Bucket& bucket) {
    Chunk* chunk = free_;
    if (chunk == nullptr) {
      chunk = static_cast<Chunk*>(memory_.allocate(kChunk, kChunk));
    } else {
      free_ = chunk->previous;
    }
    chunk->previous = bucket == nullptr ? nullptr : reinterpret_cast<Chunk*>(bucket) - 1;
    bucket = chunk->events;
  }
  template <typename Take>
  void drain(Bucket& bucket, Take take) {
    Event* end = std::exchange(bucket, nullptr);
    while (end != nullptr) {
      auto* chunk = reinterpret_cast<Chunk*>((reinterpret_cast<std::uintptr_t>(end) - 1) &
                                             ~std::uintptr_t{kChunk - 1});
      for (std::size_t line = 0; chunk->previous != nullptr && line < kChunk; line += 64) {
        __builtin_prefetch(reinterpret_cast<const char*>(chunk->previous) + line);
      }
      std::for_each(chunk->events, end, take);
      end = chunk->previous == nullptr ? nullptr : reinterpret_cast<Event*>(chunk->previous + 1);
      chunk->previous = std::exchange(free_, chunk);
    }
  }
  void turn() {
    run_.clear();
    next_ = 0;
    if (++now_ % static_cast<std::int64_t>(kFine) == 0) {
      drain(
          coarse_[static_cast<std::size_t>(now_ >> kFineBits) & (coarse_.size() - 1)],
          [this](Event e) { append(fine_[static_cast<std::size_t>(e.due >> shift_) % kFine], e); });
    }
    drain(fine_[static_cast<std::size_t>(now_) % kFine], [this](Event e) { run_.push_back(e); });
    std::sort(run_.begin(), run_.end());
  }

  std::pmr::memory_resource& memory_;
  unsigned shift_;
  std::vector<Bucket> fine_;
  std::vector<Bucket> coarse_;
  std::vector<Event> run_;  // the present bucket, consumed up to next_
  std::ptrdiff_t next_ = 0;
  std::int64_t now_ = 0;  // the present fine bucket
  Chunk* free_ = nullptr;
};

}  // namespace violin::bench
