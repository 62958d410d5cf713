#include "models/app/tcp_request.h"

#include <stdexcept>
#include <string>
#include <utility>

namespace violin {

TcpRequestClient::TcpRequestClient(TcpStack& tcp, FlowLabel name, const TcpRequestConfig& config)
    : App(std::move(name)),
      tcp_(tcp),
      config_(config),
      random_(tcp.host().kernel.random(label().name + "/think")),
      timer_(Timer::calling<&TcpRequestClient::on_timer>(tcp.host().kernel, tcp.host().origin,
                                                         *this)) {
  if (config.request.value == 0 || config.response.value == 0) {
    throw std::invalid_argument("flow " + label().name +
                                ": requests and responses have at least 1 byte");
  }
}

TcpRequestClient::~TcpRequestClient() {
  if (socket_ != nullptr) {
    socket_->forget();
  }
}

bool TcpRequestClient::more() const {
  return !stopped_ && sent_ < config_.count.value_or(~std::uint64_t{0});
}

void TcpRequestClient::start(TimePoint now) {
  stopped_ = false;
  started_ = now;
  if (to_receive_ == Bytes{0}) {  // else it goes on with the response that it waits for
    timer_.arm(now);
  }
}

void TcpRequestClient::stop(TimePoint) {
  stopped_ = true;
  if (to_receive_ == Bytes{0}) {
    timer_.cancel();
    leave();
  }
}

// Time for the next request.
void TcpRequestClient::on_timer() {
  if (!more()) {
    return;
  }
  began_ = tcp_.now();
  ++sent_;
  to_send_ = config_.request;
  to_receive_ = config_.response;
  if (socket_ != nullptr) {
    push();
    return;
  }
  socket_ = tcp_.connect(config_.destination, config_.port, *this, began_, config_.tcp);
  if (socket_ == nullptr) {
    fail();
  }
}

void TcpRequestClient::on_connected(TcpSocket&) { push(); }
void TcpRequestClient::on_writable(TcpSocket&) { push(); }

void TcpRequestClient::push() {
  if (to_send_ > Bytes{0}) {
    to_send_ -= socket_->send(to_send_);
  }
}

void TcpRequestClient::on_readable(TcpSocket&, Bytes fresh) {
  bytes_ += fresh.value;
  last_ = tcp_.now();
  if (to_receive_ == Bytes{0}) {
    return;  // more than the server owes
  }
  to_receive_ -= std::min(fresh, to_receive_);
  if (to_receive_ == Bytes{0}) {
    on_response();
  }
}

void TcpRequestClient::on_response() {
  ++received_;
  latency_.record(static_cast<std::uint64_t>((last_ - began_).count()));
  if (!more() || config_.connection_each) {
    leave();
  }
  if (more()) {
    timer_.arm(last_ + config_.think.draw(random_));
  }
}

void TcpRequestClient::leave() {
  if (socket_ != nullptr) {
    std::exchange(socket_, nullptr)->release();
  }
}

void TcpRequestClient::on_peer_closed(TcpSocket& socket) { socket.close(); }

void TcpRequestClient::on_closed(TcpSocket&, TcpEnd) {
  socket_ = nullptr;
  if (to_receive_ > Bytes{0}) {
    fail();
  }
}

void TcpRequestClient::fail() {
  ++failures_;
  to_send_ = to_receive_ = {};
  timer_.arm(tcp_.now() + kRetryAfter);
}

FlowReport TcpRequestClient::report(TimePoint) const {
  FlowReport report;
  report.label = label();
  report.sent = sent_;
  report.received = received_;
  report.lost = sent_ - received_;
  report.bytes_received = bytes_;
  const Duration took = last_ - started_;
  report.goodput_bps = took > Duration{0} ? static_cast<double>(bytes_) * 8 / to_seconds(took) : 0;
  report.delay = &latency_;
  return report;
}

}  // namespace violin
