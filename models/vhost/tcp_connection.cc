#include "models/vhost/tcp_connection.h"

#include <algorithm>
#include <utility>

#include "core/require.h"

namespace violin {

std::string_view to_string(TcpState state) {
  static constexpr std::array<std::string_view, 11> kNames = {
      "closed",     "listen",     "syn-sent", "syn-received", "established", "fin-wait-1",
      "fin-wait-2", "close-wait", "closing",  "last-ack",     "time-wait"};
  return kNames.at(static_cast<std::size_t>(state));
}

std::string_view to_string(TcpEnd end) {
  static constexpr std::array<std::string_view, 6> kNames = {"finished",  "reset",       "refused",
                                                             "timed-out", "unreachable", "aborted"};
  return kNames.at(static_cast<std::size_t>(end));
}

TcpConnection::TcpConnection(const TcpConfig& config, TcpPorts ports,
                             std::uint32_t initial_sequence, std::uint32_t mtu,
                             TcpSegmentSink& sink)
    : config_(config),
      sink_(sink),
      sender_(config),
      receiver_(config),
      timestamps_(initial_sequence),
      ports_(ports),
      local_initial_(initial_sequence),
      mtu_(mtu) {}

void TcpConnection::connect(TimePoint now) {
  require(state_ == TcpState::kClosed, "a TCP connection is opened once");
  state_ = TcpState::kSynSent;
  pump(now);
}

void TcpConnection::accept(const TcpSegment& syn, TimePoint now) {
  require(state_ == TcpState::kClosed, "a TCP connection is opened once");
  passive_ = true;
  negotiate(syn.header, now);
  state_ = TcpState::kSynReceived;
  pump(now);
}

std::int64_t TcpConnection::send(std::int64_t bytes, TimePoint now) {
  if (state_ == TcpState::kClosed) {
    return 0;
  }
  const std::int64_t taken = sender_.write(bytes);
  short_of_room_ = taken < bytes;
  if (synchronized()) {
    pump(now);
  }
  return taken;
}

void TcpConnection::close(TimePoint now) {
  switch (state_) {
    case TcpState::kSynSent:
      end(TcpEnd::kAborted);
      return;
    case TcpState::kSynReceived:
      break;  // the FIN follows once the connection is established
    case TcpState::kEstablished:
      state_ = TcpState::kFinWait1;
      break;
    case TcpState::kCloseWait:
      state_ = TcpState::kLastAck;
      break;
    default:
      return;
  }
  sender_.finish();
  pump(now);
}

void TcpConnection::abort(TimePoint now) {
  if (synchronized() || state_ == TcpState::kSynReceived) {
    if (state_ != TcpState::kTimeWait) {
      transmit_reset(sender_.position_inside_window(), now);
    }
  }
  end(TcpEnd::kAborted);
}

void TcpConnection::read(std::int64_t bytes, TimePoint now) {
  receiver_.read(bytes, now);
  pump(now);
}

TimePoint TcpConnection::deadline() const {
  return std::min({sender_.deadline(), ack_deadline_, time_wait_end_});
}

void TcpConnection::on_deadline(TimePoint now) {
  if (now >= time_wait_end_) {
    end(TcpEnd::kFinished);
    return;
  }
  if (now >= ack_deadline_) {
    receiver_.need_ack_now();
  }
  if (now >= sender_.deadline() && !sender_.on_deadline(now)) {
    end(unreachable_ ? TcpEnd::kUnreachable : TcpEnd::kTimedOut);
    return;
  }
  pump(now);
}

void TcpConnection::on_path_mtu(std::uint32_t mtu, TimePoint now) {
  if (mtu >= mtu_) {
    return;
  }
  mtu_ = mtu;
  if (synchronized()) {
    sender_.set_segment(payload_room(), true, now);
    pump(now);
  }
}

void TcpConnection::on_unreachable(bool hard) {
  unreachable_ = true;
  if (hard && state_ == TcpState::kSynSent) {
    end(TcpEnd::kRefused);
  }
}

TcpEvents TcpConnection::take_events() { return std::exchange(events_, {}); }

bool TcpConnection::is_outstanding(std::uint32_t sequence) const {
  const TcpPosition position = to_position(sequence, local_initial_, sender_.acknowledged());
  return position >= sender_.acknowledged() && position < sender_.sent();
}

bool TcpConnection::may_be_replaced_by(const wire::TcpHeader& syn, TimePoint now) const {
  if (state_ != TcpState::kTimeWait || !syn.syn || syn.ack || syn.rst) {
    return false;
  }
  if (timestamps_.enabled() && syn.timestamps) {
    return !timestamps_.outdated(syn.timestamps->value, now);
  }
  return to_position(syn.sequence, remote_initial_, receiver_.next()) > receiver_.next();
}

void TcpConnection::establish() {
  state_ = TcpState::kEstablished;
  events_.connected = true;
  sender_.establish(payload_room(), sack_);
}

void TcpConnection::enter_time_wait(TimePoint now) {
  if (state_ != TcpState::kTimeWait) {
    events_.ended = TcpEnd::kFinished;
  }
  state_ = TcpState::kTimeWait;
  time_wait_end_ = now + config_.time_wait;
}

void TcpConnection::end(TcpEnd how) {
  if (state_ != TcpState::kTimeWait && state_ != TcpState::kClosed) {
    events_.ended = how;
  }
  state_ = TcpState::kClosed;
  ack_deadline_ = kNever;
  time_wait_end_ = kNever;
  sender_.stop();
}

}  // namespace violin
