#include "models/vhost/tcp_socket.h"

#include "models/vhost/tcp_stack.h"

namespace violin {

TcpSocket::TcpSocket(TcpStack& stack, const TcpConfig& config, const TcpEndpoints& endpoints,
                     std::uint32_t initial_sequence, std::uint32_t mtu, TcpSocketEvents* events)
    : stack_(stack),
      endpoints_(endpoints),
      connection_(config, endpoints.ports, initial_sequence, mtu, *this),
      events_(events),
      timer_(Timer::calling<&TcpSocket::on_timer>(stack.host_.kernel, stack.host_.origin, *this)) {}

TimePoint TcpSocket::now() const { return stack_.host_.kernel.now(); }

Bytes TcpSocket::send(Bytes data) {
  const std::int64_t taken = connection_.send(static_cast<std::int64_t>(data.value), now());
  stack_.settle(*this, now());
  return Bytes{static_cast<std::uint64_t>(taken)};
}

void TcpSocket::close() {
  connection_.close(now());
  stack_.settle(*this, now());
}

void TcpSocket::abort() {
  events_ = nullptr;
  connection_.abort(now());
  stack_.settle(*this, now());
}

void TcpSocket::release() {
  forget();
  connection_.set_manual_reading(false);
  connection_.read(connection_.receiver().readable(), now());
  connection_.close(now());
  stack_.settle(*this, now());
}

void TcpSocket::forget() {
  events_ = nullptr;
  trace_ = nullptr;
}

void TcpSocket::read(Bytes data) {
  connection_.read(static_cast<std::int64_t>(data.value), now());
  stack_.settle(*this, now());
}

void TcpSocket::transmit(const TcpSegment& segment, TimePoint) {
  stack_.post(endpoints_.local, endpoints_.remote, segment);
}

void TcpSocket::on_timer() {
  if (now() >= connection_.deadline()) {
    connection_.on_deadline(now());
  }
  stack_.settle(*this, now());
}

void TcpSocket::arm_timer() {
  const TimePoint deadline = connection_.deadline();
  if (deadline == kNever) {
    return;
  }
  if (!timer_.armed() || timer_.due() > deadline) {
    timer_.arm(deadline);
  }
}

// Events may call back into this socket and so make more of them; the outermost call delivers.
void TcpSocket::deliver_events() {
  if (delivering_) {
    return;
  }
  delivering_ = true;
  for (TcpEvents events = connection_.take_events(); events.any();
       events = connection_.take_events()) {
    deliver(events);
  }
  delivering_ = false;
}

void TcpSocket::deliver(const TcpEvents& events) {
  if (events.connected && events_ != nullptr) {
    events_->on_connected(*this);
  }
  if (events.readable > 0 && events_ != nullptr) {
    events_->on_readable(*this, Bytes{static_cast<std::uint64_t>(events.readable)});
  }
  if (events.writable && events_ != nullptr) {
    events_->on_writable(*this);
  }
  if (events.peer_finished && events_ != nullptr) {
    events_->on_peer_closed(*this);
  }
  if (events.ended && events_ != nullptr) {
    events_->on_closed(*this, *events.ended);
    events_ = nullptr;
  }
}

}  // namespace violin
