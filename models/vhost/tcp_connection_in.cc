// RFC 9293 section 3.10.7: what arrives.
#include <algorithm>
#include <utility>

#include "models/vhost/tcp_connection.h"

namespace violin {

// `acknowledgment` as a position of our own stream.
TcpPosition TcpConnection::sent_position(std::uint32_t acknowledgment) const {
  return to_position(acknowledgment, local_initial_, sender_.acknowledged());
}

// What both SYNs say, once the peer's is there.
void TcpConnection::negotiate(const wire::TcpHeader& syn, TimePoint now) {
  remote_initial_ = syn.sequence;
  receiver_.start();
  receiver_.need_ack_now();
  peer_segment_ = std::max<std::uint16_t>(syn.maximum_segment_size.value_or(536), 64);
  sack_ = config_.sack && syn.sack_permitted;
  scaling_ = config_.window_scaling && syn.window_scale.has_value();
  if (scaling_) {
    peer_scale_ = *syn.window_scale;
    receiver_.set_scale(receiver_.wanted_scale());
  }
  if (config_.timestamps && syn.timestamps) {
    timestamps_.enable();
    timestamps_.note(syn.timestamps->value, now);
  }
}

void TcpConnection::on_segment(const TcpSegment& arrived, TimePoint now) {
  if (state_ == TcpState::kClosed) {
    return;
  }
  if (state_ == TcpState::kSynSent) {
    on_segment_in_syn_sent(arrived, now);
    return;
  }
  TcpSegment segment = arrived;
  TcpPosition begin = to_position(segment.header.sequence, remote_initial_, receiver_.next());
  if (passes_checks(segment, begin, now) && take_ack(segment, begin, now)) {
    take_payload(segment, begin, now);
  }
  pump(now);
}

// Section 3.10.7.3.
void TcpConnection::on_segment_in_syn_sent(const TcpSegment& segment, TimePoint now) {
  const wire::TcpHeader& header = segment.header;
  const bool acknowledges = header.ack && sent_position(header.acknowledgment) == 1;
  if (header.ack && !acknowledges) {
    if (!header.rst) {
      transmit_reset(sent_position(header.acknowledgment), now);
    }
    return;
  }
  if (header.rst) {
    if (acknowledges) {
      end(TcpEnd::kRefused);
    }
    return;
  }
  if (!header.syn) {
    return;
  }
  negotiate(header, now);
  if (!acknowledges) {
    state_ = TcpState::kSynReceived;
    sender_.send_syn_again();
  } else {
    establish();
    inform_sender(segment, 0, 1, now);
    take_payload(segment, 0, now);
  }
  pump(now);
}

// The checks that come before the acknowledgment is looked at: PAWS, acceptability, RST, SYN.
bool TcpConnection::passes_checks(TcpSegment& segment, TcpPosition& begin, TimePoint now) {
  wire::TcpHeader& header = segment.header;
  if (header.syn && begin == 0 && state_ == TcpState::kSynReceived) {
    header.syn = false;  // the SYN again, trimmed; a simultaneous open acknowledges ours with it
    begin = 1;
    if (!header.ack) {
      sender_.send_syn_again();
      return false;
    }
  }
  if (!passes_paws(segment, begin, now)) {
    return false;
  }
  if (!receiver_.acceptable(begin, segment.length())) {
    if (!header.rst) {
      receiver_.need_ack_now();
    }
    if (state_ == TcpState::kTimeWait && header.fin) {
      enter_time_wait(now);
    }
    return false;
  }
  if (header.rst) {
    on_reset(begin);
    return false;
  }
  if (header.syn) {
    receiver_.need_ack_now();  // RFC 5961 section 4
    return false;
  }
  return true;
}

// RFC 7323 sections 5.3 and 4.3.
bool TcpConnection::passes_paws(const TcpSegment& segment, TcpPosition begin, TimePoint now) {
  if (!timestamps_.enabled() || !segment.header.timestamps || segment.header.rst) {
    return true;
  }
  const std::uint32_t value = segment.header.timestamps->value;
  if (timestamps_.outdated(value, now)) {
    receiver_.need_ack_now();
    return false;
  }
  if (begin <= receiver_.last_acknowledged()) {
    timestamps_.note(value, now);
  }
  return true;
}

// RFC 5961 section 3: only the exact position resets; elsewhere in the window it is challenged.
void TcpConnection::on_reset(TcpPosition begin) {
  if (begin != receiver_.next()) {
    receiver_.need_ack_now();
  } else {
    end(state_ == TcpState::kSynReceived ? TcpEnd::kRefused : TcpEnd::kReset);
  }
}

// Section 3.10.7.4, fifth. Returns whether the rest of the segment is to be looked at.
bool TcpConnection::take_ack(const TcpSegment& segment, TcpPosition begin, TimePoint now) {
  if (!segment.header.ack) {
    return false;
  }
  const TcpPosition acknowledged = sent_position(segment.header.acknowledgment);
  if (state_ == TcpState::kSynReceived) {
    if (acknowledged != 1) {
      transmit_reset(acknowledged, now);
      return false;
    }
    establish();
    if (sender_.finished()) {
      state_ = TcpState::kFinWait1;
    }
  }
  // RFC 5961 section 5.
  if (acknowledged > sender_.sent() ||
      acknowledged < sender_.acknowledged() - sender_.max_peer_window()) {
    receiver_.need_ack_now();
    return false;
  }
  if (acknowledged >= sender_.acknowledged()) {
    inform_sender(segment, begin, acknowledged, now);
  }
  if (sender_.fin_acknowledged()) {
    on_fin_acknowledged(now);
  }
  return state_ != TcpState::kClosed;
}

void TcpConnection::inform_sender(const TcpSegment& segment, TcpPosition begin,
                                  TcpPosition acknowledged, TimePoint now) {
  const wire::TcpHeader& header = segment.header;
  std::array<TcpRange, wire::TcpHeader::kMaxSackBlocks> blocks;
  const std::size_t count = sack_ ? header.sack_count : 0;
  for (std::size_t i = 0; i < count; ++i) {
    blocks[i] = {sent_position(header.sack[i].begin), sent_position(header.sack[i].end)};
  }
  TcpAckNews news{.acknowledged = acknowledged,
                  .sacked = std::span(blocks).first(count),
                  .bare = segment.length() == 0};
  if (begin > window_from_ || (begin == window_from_ && acknowledged >= window_ack_)) {
    const unsigned shift = header.syn ? 0 : peer_scale_;
    news.window = std::int64_t{header.window} << shift;
    window_from_ = begin;
    window_ack_ = acknowledged;
  }
  if (timestamps_.enabled() && header.timestamps && acknowledged > sender_.acknowledged()) {
    news.rtt = timestamps_.round_trip(header.timestamps->echo_reply, now);
  }
  sender_.on_ack(news, now);
  if (short_of_room_ &&
      sender_.buffer_room() * 3 >= static_cast<std::int64_t>(config_.send_buffer.value)) {
    short_of_room_ = false;
    events_.writable = true;
  }
}

void TcpConnection::on_fin_acknowledged(TimePoint now) {
  if (state_ == TcpState::kFinWait1) {
    state_ = TcpState::kFinWait2;
  } else if (state_ == TcpState::kClosing) {
    enter_time_wait(now);
  } else if (state_ == TcpState::kLastAck) {
    end(TcpEnd::kFinished);
  }
}

// An echo tells a round trip once: later ones of it are late because the peer had nothing to send.
void TcpConnection::measure_as_receiver(const TcpSegment& segment, TimePoint now) {
  if (!timestamps_.enabled() || !segment.header.timestamps || segment.payload == 0) {
    return;
  }
  const std::uint32_t echo = segment.header.timestamps->echo_reply;
  if (echo != std::exchange(last_echo_, echo)) {
    if (const auto rtt = timestamps_.round_trip(echo, now)) {
      receiver_.on_round_trip(*rtt);
    }
  }
}

// Seventh and eighth. Nothing comes after the peer's FIN.
void TcpConnection::take_payload(const TcpSegment& segment, TcpPosition begin, TimePoint now) {
  const TcpPosition data = begin + (segment.header.syn ? 1 : 0);
  const bool after_fin = receiver_.fin_received();
  if (after_fin || (segment.payload == 0 && !segment.header.fin)) {
    return;
  }
  measure_as_receiver(segment, now);
  const std::int64_t fresh = receiver_.on_data({data, data + segment.payload}, segment.header.fin);
  events_.readable += fresh;
  if (fresh > 0 && !manual_reading_) {
    receiver_.read(fresh, now);
  }
  if (receiver_.fin_received()) {
    on_peer_fin(now);
  }
}

void TcpConnection::on_peer_fin(TimePoint now) {
  events_.peer_finished = true;
  if (state_ == TcpState::kEstablished) {
    state_ = TcpState::kCloseWait;
  } else if (state_ == TcpState::kFinWait1) {
    state_ = TcpState::kClosing;
  } else if (state_ == TcpState::kFinWait2) {
    enter_time_wait(now);
  }
}

}  // namespace violin
