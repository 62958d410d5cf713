#include "core/ledger.h"

#include <numeric>

namespace violin {

void Ledger::count_drops(std::uint64_t frames, Drop reason) {
  if (!drops_) {
    drops_ = std::make_unique<std::array<std::uint64_t, kDropCount>>();
  }
  (*drops_)[static_cast<std::size_t>(reason)] += frames;
}

std::uint64_t Ledger::total_drops() const {
  return drops_ ? std::accumulate(drops_->begin(), drops_->end(), std::uint64_t{0}) : 0;
}

void Ledger::add(const Ledger& other) {
  in += other.in;
  out += other.out;
  originated += other.originated;
  replicated += other.replicated;
  consumed += other.consumed;
  if (other.drops_) {
    if (!drops_) {
      drops_ = std::make_unique<std::array<std::uint64_t, kDropCount>>();
    }
    for (std::size_t i = 0; i < kDropCount; ++i) {
      (*drops_)[i] += (*other.drops_)[i];
    }
  }
}

}  // namespace violin
