#include "models/vhost/tcp_sack.h"

#include <algorithm>

namespace violin {

std::int64_t TcpScoreboard::pipe() const {
  const std::int64_t not_lost =
      (sent_ - std::max(lost_below_, acknowledged_)) - (sacked_.total() - sacked_in_lost_);
  const std::int64_t resent =
      (std::max(resent_below_, acknowledged_) - acknowledged_) - sacked_in_resent_;
  return std::max<std::int64_t>(0, not_lost + resent - guessed_);
}

void TcpScoreboard::retransmit(TcpRange range) {
  if (range.end > resent_below_) {
    const TcpPosition from = std::max(resent_below_, acknowledged_);
    sacked_in_resent_ += sacked_.covered({from, range.end});
    resent_below_ = range.end;
  }
}

void TcpScoreboard::acknowledge(TcpPosition position) {
  const std::int64_t removed = sacked_.erase_below(position);
  sacked_in_lost_ = position >= lost_below_ ? 0 : sacked_in_lost_ - removed;
  sacked_in_resent_ = position >= resent_below_ ? 0 : sacked_in_resent_ - removed;
  acknowledged_ = position;
}

std::int64_t TcpScoreboard::sack(TcpRange block) {
  block.begin = std::max(block.begin, acknowledged_);
  if (block.end > sent_ || block.size() <= 0) {
    return 0;
  }
  const auto new_below = [&](TcpPosition limit) {
    const TcpRange part{block.begin, std::min(block.end, limit)};
    return part.size() > 0 ? part.size() - sacked_.covered(part) : 0;
  };
  sacked_in_lost_ += new_below(lost_below_);
  sacked_in_resent_ += new_below(resent_below_);
  return sacked_.insert(block);
}

void TcpScoreboard::guess_arrived(std::int64_t bytes) {
  guessed_ = std::clamp<std::int64_t>(guessed_ + bytes, 0, flight());
}

void TcpScoreboard::find_losses(std::int64_t segment) {
  const auto ranges = sacked_.ranges();
  std::int64_t bytes = 0;
  std::size_t count = 0;
  for (auto it = ranges.rbegin(); it != ranges.rend(); ++it) {
    bytes += it->size();
    ++count;
    const auto threshold = static_cast<std::int64_t>(kDuplicateThreshold);
    if (count >= kDuplicateThreshold || bytes > (threshold - 1) * segment) {
      mark_lost_below(it->begin);
      return;
    }
  }
}

void TcpScoreboard::mark_lost_below(TcpPosition position) {
  const TcpPosition from = std::max(lost_below_, acknowledged_);
  if (position > from) {
    sacked_in_lost_ += sacked_.covered({from, position});
    lost_below_ = position;
  }
}

void TcpScoreboard::mark_all_lost() {
  const auto ranges = sacked_.ranges();
  if (!ranges.empty() && ranges.front().begin == acknowledged_) {
    sacked_.clear();
  }
  guessed_ = 0;
  lost_below_ = sent_;
  sacked_in_lost_ = sacked_.total();
  forget_retransmissions();
}

void TcpScoreboard::forget_retransmissions() {
  resent_below_ = acknowledged_;
  sacked_in_resent_ = 0;
}

TcpPosition TcpScoreboard::resend_from() const { return std::max(resent_below_, acknowledged_); }

std::optional<TcpRange> TcpScoreboard::gap_below(TcpPosition limit) const {
  TcpPosition begin = resend_from();
  const TcpRange* next = sacked_.above(begin);
  if (next != nullptr && next->begin <= begin) {
    begin = next->end;
    next = sacked_.above(begin);
  }
  const TcpPosition end = next != nullptr ? std::min(next->begin, limit) : limit;
  return begin < end ? std::optional(TcpRange{begin, end}) : std::nullopt;
}

std::optional<TcpRange> TcpScoreboard::next_lost() const {
  return resend_from() < lost_below_ ? gap_below(lost_below_) : std::nullopt;
}

std::optional<TcpRange> TcpScoreboard::next_unsacked() const {
  return sacked_.empty() ? std::nullopt : gap_below(sacked_.ranges().back().begin);
}

std::optional<TcpRange> TcpScoreboard::last_unsacked() const {
  const auto ranges = sacked_.ranges();
  TcpPosition end = sent_;
  std::size_t below = ranges.size();
  if (below > 0 && ranges[below - 1].end == sent_) {
    end = ranges[--below].begin;
  }
  const TcpPosition begin = below > 0 ? ranges[below - 1].end : acknowledged_;
  return begin < end ? std::optional(TcpRange{begin, end}) : std::nullopt;
}

}  // namespace violin
