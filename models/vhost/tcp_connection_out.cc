// What leaves a connection: data with their acknowledgment, or an acknowledgment alone.
#include <algorithm>

#include "models/vhost/tcp_connection.h"

namespace violin {

namespace {

constexpr std::int64_t kHeaders = 20 + wire::TcpHeader::kMinSize;  // IPv4 and TCP without options
constexpr std::int64_t kTimestampBytes = 12;                       // padded (RFC 7323 appendix A)
constexpr std::int64_t kLeastPayload = 8;
constexpr std::size_t kSackBlocksBesideTimestamps = 3;  // RFC 2018 section 3

}  // namespace

// Payload of a full-size segment without SACK blocks (RFC 6691).
std::int64_t TcpConnection::payload_room() const {
  const std::int64_t options = timestamps_.enabled() ? kTimestampBytes : 0;
  const std::int64_t path = static_cast<std::int64_t>(mtu_) - kHeaders;
  return std::max(kLeastPayload, std::min<std::int64_t>(peer_segment_, path) - options);
}

// The same of the next segment, which leaves place for the SACK blocks that there are.
std::int64_t TcpConnection::chunk_room() const {
  if (!sack_ || !receiver_.has_sack_blocks()) {
    return sender_.window().segment;
  }
  const std::size_t blocks =
      timestamps_.enabled() ? kSackBlocksBesideTimestamps : wire::TcpHeader::kMaxSackBlocks;
  const auto bytes = static_cast<std::int64_t>(4 + 8 * blocks);
  return std::max(kLeastPayload, sender_.window().segment - bytes);
}

void TcpConnection::pump(TimePoint now) {
  while (state_ != TcpState::kClosed) {
    const auto chunk = sender_.next(chunk_room(), now);
    if (!chunk) {
      break;
    }
    transmit(*chunk, now);
  }
  settle_ack(now);
}

void TcpConnection::settle_ack(TimePoint now) {
  if (state_ == TcpState::kClosed || state_ == TcpState::kSynSent) {
    return;
  }
  switch (receiver_.ack_need()) {
    case TcpReceiver::AckNeed::kNow:
      transmit_ack(now);
      break;
    case TcpReceiver::AckNeed::kDelayed:
      if (ack_deadline_ == kNever) {
        ack_deadline_ = now + config_.delayed_ack;
      }
      break;
    case TcpReceiver::AckNeed::kNone:
      ack_deadline_ = kNever;
      break;
  }
}

wire::TcpHeader TcpConnection::header_at(TcpPosition position) const {
  return {.source_port = ports_.local,
          .destination_port = ports_.remote,
          .sequence = to_sequence(position, local_initial_)};
}

void TcpConnection::transmit(const TcpChunk& chunk, TimePoint now) {
  TcpSegment segment{.header = header_at(chunk.begin),
                     .payload = static_cast<std::uint32_t>(chunk.payload)};
  segment.header.syn = chunk.syn;
  segment.header.fin = chunk.fin;
  segment.header.psh = chunk.push;
  segment.header.ack = state_ != TcpState::kSynSent;
  add_options(segment.header, now);
  segment.header.window = receiver_.advertise(chunk.syn);
  if (segment.header.ack) {
    segment.header.acknowledgment = to_sequence(receiver_.next(), remote_initial_);
    ack_deadline_ = kNever;
  }
  sink_.transmit(segment, now);
}

void TcpConnection::transmit_ack(TimePoint now) {
  TcpSegment segment{.header = header_at(sender_.position_inside_window())};
  segment.header.ack = true;
  segment.header.acknowledgment = to_sequence(receiver_.next(), remote_initial_);
  add_options(segment.header, now);
  segment.header.window = receiver_.advertise(false);
  ack_deadline_ = kNever;
  sink_.transmit(segment, now);
}

void TcpConnection::transmit_reset(TcpPosition position, TimePoint now) {
  TcpSegment segment{.header = header_at(position)};
  segment.header.rst = true;
  if (synchronized()) {
    segment.header.ack = true;
    segment.header.acknowledgment = to_sequence(receiver_.next(), remote_initial_);
  }
  sink_.transmit(segment, now);
}

void TcpConnection::add_options(wire::TcpHeader& header, TimePoint now) const {
  const bool offer = header.syn && !header.ack;
  if (header.syn) {
    const std::int64_t largest = static_cast<std::int64_t>(mtu_) - kHeaders;
    header.maximum_segment_size =
        static_cast<std::uint16_t>(std::clamp<std::int64_t>(largest, 64, 65495));
    header.sack_permitted = offer ? config_.sack : sack_;
    if (offer ? config_.window_scaling : scaling_) {
      header.window_scale = receiver_.wanted_scale();
    }
  }
  if (timestamps_.enabled() || (offer && config_.timestamps)) {
    header.timestamps = timestamps_.stamp(now);
  }
  if (!header.syn && sack_ && receiver_.has_sack_blocks()) {
    std::array<TcpRange, wire::TcpHeader::kMaxSackBlocks> blocks;
    const std::size_t most = timestamps_.enabled() ? kSackBlocksBesideTimestamps : blocks.size();
    const std::size_t count = receiver_.sack_blocks(std::span(blocks).first(most));
    header.sack_count = static_cast<std::uint8_t>(count);
    for (std::size_t i = 0; i < count; ++i) {
      header.sack[i] = {to_sequence(blocks[i].begin, remote_initial_),
                        to_sequence(blocks[i].end, remote_initial_)};
    }
  }
}

}  // namespace violin
