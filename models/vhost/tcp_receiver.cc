#include "models/vhost/tcp_receiver.h"

#include <algorithm>

#include "core/require.h"

namespace violin {

namespace {

constexpr std::int64_t kMaxField = 65535;
constexpr std::uint8_t kMaxScale = 14;
constexpr std::int64_t kInitialSegments = 10;  // of a sender's first window (RFC 6928)
constexpr std::int64_t kTypicalSegment = 1460;
constexpr std::int64_t kSpareSegments = 16;
constexpr std::int64_t kOpeningSegments = 2;
constexpr std::int64_t kRttDivisor = 8;

std::uint8_t scale_for(std::int64_t buffer) {
  std::uint8_t shift = 0;
  while (shift < kMaxScale && (buffer >> shift) > kMaxField) {
    ++shift;
  }
  return shift;
}

}  // namespace

TcpReceiver::TcpReceiver(const TcpConfig& config)
    : config_(config),
      window_(static_cast<std::int64_t>(
          std::min(config.initial_receive_window, config.receive_buffer).value)),
      window_limit_(window_),
      read_last_(kInitialSegments * kTypicalSegment),
      quick_acks_(config.quick_acks),
      wanted_scale_(config.window_scaling ? scale_for(buffer()) : std::uint8_t{0}) {
  require(config.receive_buffer.value > 0 && config.receive_buffer.value <= (1U << 30),
          "a TCP receive buffer has 1 to 2^30 bytes");
}

// The four cases of RFC 9293 section 3.10.7.4 table 6: any part is inside the window; a segment
// without length may also sit at the edge of a shut one.
bool TcpReceiver::acceptable(TcpPosition begin, std::int64_t length) const {
  const TcpPosition end = begin + length;
  if (length == 0) {
    return begin == next_ || (begin > next_ && begin < edge_);
  }
  return begin < edge_ && end > next_;
}

std::int64_t TcpReceiver::on_data(TcpRange range, bool fin) {
  const std::int64_t readable_before = readable_;
  full_segment_ = std::max(full_segment_, range.size());
  if (fin && range.end <= edge_) {
    fin_at_ = range.end;
  }
  if (fin || (range.size() > 0 && range.end <= next_)) {
    need_ = AckNeed::kNow;
  }
  range.begin = std::max(range.begin, next_);
  range.end = std::min(range.end, edge_);
  if (range.size() > 0) {
    if (range.begin == next_) {
      take_in_order(range.end);
    } else {
      take_early(range);
    }
  }
  if (fin_at_ >= 0) {
    take_fin();
  }
  return readable_ - readable_before;
}

void TcpReceiver::take_in_order(TcpPosition end) {
  const bool fills_gap = !early_.empty();
  TcpPosition reached = end;
  if (fills_gap) {
    const TcpRange* range = early_.above(next_);
    while (range != nullptr && range->begin <= reached) {
      reached = std::max(reached, range->end);
      range = early_.above(reached);
    }
    early_.erase_below(reached);
    need_ = AckNeed::kNow;
  }
  const TcpPosition begin = next_;
  readable_ += reached - begin;
  next_ = reached;
  open_window(reached - begin);
  if (need_ != AckNeed::kNow) {
    const bool second = next_ - last_acknowledged_ >= 2 * full_segment_;
    need_ = second || quick_acks_ > 0 ? AckNeed::kNow : AckNeed::kDelayed;
  }
  quick_acks_ -= quick_acks_ > 0 ? 1 : 0;
}

// Linux acknowledges at once what makes the window grow.
void TcpReceiver::open_window(std::int64_t fresh) {
  if (window_ < window_limit_) {
    window_ = std::min(window_limit_, window_ + kOpeningSegments * fresh);
    need_ = AckNeed::kNow;
  }
}

// The estimate follows slowly: what is late for another reason is part of some samples.
void TcpReceiver::on_round_trip(Duration rtt) {
  timestamped_ = true;
  rtt_ = rtt_ == Duration{0} ? rtt : rtt_ + (rtt - rtt_) / kRttDivisor;
}

void TcpReceiver::measure_by_window(TimePoint now) {
  if (next_ < window_read_at_) {
    return;
  }
  if (window_read_at_ > 0) {
    const Duration took = now - window_since_;
    rtt_ = rtt_ == Duration{0} ? took : std::min(rtt_, took);
  }
  window_since_ = now;
  window_read_at_ = next_ + window_;
}

void TcpReceiver::size_window(std::int64_t bytes, TimePoint now) {
  read_now_ += bytes;
  if (!timestamped_) {
    measure_by_window(now);
  }
  if (window_limit_ >= buffer() || rtt_ == Duration{0} || now - reading_since_ < rtt_) {
    return;
  }
  if (read_now_ > read_last_) {
    const std::int64_t wanted = 2 * read_now_ + kSpareSegments * full_segment_;
    const auto growth = static_cast<double>(read_now_ - read_last_) /
                        static_cast<double>(read_last_) * static_cast<double>(wanted);
    window_limit_ =
        std::clamp(wanted + 2 * static_cast<std::int64_t>(growth), window_limit_, buffer());
    read_last_ = read_now_;
  }
  read_now_ = 0;
  reading_since_ = now;
}

void TcpReceiver::take_early(TcpRange range) {
  early_.insert(range);
  remember(range.begin);
  need_ = AckNeed::kNow;
}

// Ranges that merged with this one keep only this place.
void TcpReceiver::remember(TcpPosition position) {
  const TcpRange* range = early_.above(position);
  std::array<TcpPosition, kRecent> kept{position};
  std::uint8_t count = 1;
  for (std::uint8_t i = 0; i < recent_count_ && count < kRecent; ++i) {
    const TcpPosition other = recent_[i];
    if (other < range->begin || other >= range->end) {
      kept[count++] = other;
    }
  }
  recent_ = kept;
  recent_count_ = count;
}

std::size_t TcpReceiver::sack_blocks(std::span<TcpRange> blocks) const {
  std::size_t count = 0;
  for (std::uint8_t i = 0; i < recent_count_ && count < blocks.size(); ++i) {
    const TcpRange* range = early_.above(recent_[i]);
    if (range != nullptr && range->begin <= recent_[i]) {
      blocks[count++] = *range;
    }
  }
  return count;
}

void TcpReceiver::take_fin() {
  if (fin_at_ == next_ && !fin_received_) {
    fin_received_ = true;
    ++next_;
  }
}

void TcpReceiver::read(std::int64_t bytes, TimePoint now) {
  require(bytes >= 0 && bytes <= readable_, "an application reads at most what has arrived");
  readable_ -= bytes;
  size_window(bytes, now);
  const std::int64_t advertised = edge_ - next_;
  const bool was_small = advertised < 2 * full_segment_;
  if (was_small && !fin_received_ && offered() - advertised >= least_advance()) {
    need_ = AckNeed::kNow;
  }
}

std::int64_t TcpReceiver::least_advance() const { return std::min(buffer() / 2, full_segment_); }

// The window that the buffer has room for. What is early sits inside the window.
std::int64_t TcpReceiver::offered() const {
  return std::max<std::int64_t>(0, std::min(window_, buffer() - readable_));
}

std::uint16_t TcpReceiver::advertise(bool syn) {
  const std::uint8_t shift = syn ? std::uint8_t{0} : scale_;
  const std::int64_t promised = std::max<std::int64_t>(0, edge_ - next_);
  std::int64_t window = offered();
  if (window < promised + least_advance()) {
    window = promised;
  }
  // Rounded up where the right edge would move back otherwise (RFC 7323 section 2.4).
  std::int64_t field = window >> shift;
  if (next_ + (field << shift) < edge_) {
    ++field;
  }
  field = std::min(field, kMaxField);
  edge_ = std::max(edge_, next_ + (field << shift));
  last_acknowledged_ = next_;
  need_ = AckNeed::kNone;
  return static_cast<std::uint16_t>(field);
}

}  // namespace violin
