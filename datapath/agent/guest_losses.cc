#include "datapath/agent/guest_losses.h"

#include <algorithm>

namespace violin {

namespace {

std::uint64_t more(std::uint64_t before, std::uint64_t now) {
  return now > before ? now - before : 0;
}

void book_lost_on_receipt(std::uint64_t frames, Drop reason, Ledger& books) {
  if (frames == 0) {
    return;
  }
  const std::uint64_t ours = std::min(frames, books.consumed);
  books.consumed -= ours;
  books.originated += frames - ours;
  books.count_drops(frames, reason);
}

}  // namespace

void book_losses(const uml::VNicCounters& before, const uml::VNicCounters& now, Ledger& books) {
  book_lost_on_receipt(more(before.socket_overruns, now.socket_overruns), Drop::kSocketOverrun,
                       books);
  book_lost_on_receipt(more(before.rx_drops, now.rx_drops), Drop::kUnsupported, books);
  if (const std::uint64_t unsent = more(before.tx_drops, now.tx_drops); unsent > 0) {
    books.originated += unsent;
    books.count_drops(unsent, Drop::kQueueFull);
  }
}

}  // namespace violin
