#include "models/app/tcp_bulk.h"

#include <limits>
#include <stdexcept>
#include <utility>

namespace violin {

namespace {
constexpr Bytes kEndless{std::uint64_t{1} << 62};
}

TcpBulkSource::TcpBulkSource(TcpStack& tcp, FlowLabel label, const TcpBulkConfig& config)
    : App(std::move(label)), tcp_(tcp), config_(config) {}

TcpBulkSource::~TcpBulkSource() {
  if (socket_ != nullptr) {
    socket_->forget();
  }
}

void TcpBulkSource::start(TimePoint now) {
  stopped_ = false;
  started_ = now;
  handed_over_ = {};
  end_.reset();
  completion_time_.reset();
  ++transfers_;
  if (socket_ != nullptr) {
    std::exchange(socket_, nullptr)->release();  // of the transfer before, which ends on its own
  }
  socket_ = tcp_.connect(config_.destination, config_.port, *this, now, config_.tcp);
  if (socket_ == nullptr) {
    end_ = TcpEnd::kUnreachable;
  } else {
    socket_->set_trace(trace_);
  }
}

void TcpBulkSource::stop(TimePoint) {
  stopped_ = true;
  if (socket_ != nullptr) {
    socket_->close();
  }
}

void TcpBulkSource::set_trace(TcpTrace* trace) {
  trace_ = trace;
  if (socket_ != nullptr) {
    socket_->set_trace(trace);
  }
}

void TcpBulkSource::on_connected(TcpSocket&) { push(); }
void TcpBulkSource::on_writable(TcpSocket&) { push(); }

// Hands over what is left; of that the socket takes what it has room for.
void TcpBulkSource::push() {
  if (stopped_) {
    return;
  }
  const Bytes total = config_.bytes.value_or(kEndless);
  handed_over_ += socket_->send(total - handed_over_);
  if (handed_over_ == total) {
    socket_->close();
  }
}

void TcpBulkSource::on_closed(TcpSocket& socket, TcpEnd how) {
  statistics_ = socket.statistics();
  end_ = how;
  if (how == TcpEnd::kFinished) {
    completion_time_ = tcp_.now() - started_;
  }
  socket_ = nullptr;
}

TcpSenderStatistics TcpBulkSource::statistics() const {
  return socket_ != nullptr ? socket_->statistics() : statistics_;
}

FlowReport TcpBulkSource::report(TimePoint) const {
  FlowReport report;
  report.label = label();
  report.sent = transfers_;
  return report;
}

TcpBulkSink::TcpBulkSink(TcpStack& tcp, FlowLabel label, std::uint16_t port)
    : App(std::move(label)), tcp_(tcp), port_(port) {}

TcpBulkSink::~TcpBulkSink() {
  stop(tcp_.now());
  for (TcpSocket* socket : sockets_) {
    socket->forget();
  }
}

void TcpBulkSink::start(TimePoint) {
  listening_ = listening_ || tcp_.listen(port_, *this);
  if (!listening_) {
    throw std::runtime_error("flow " + label().name + ": TCP port " + std::to_string(port_) +
                             " of " + label().to + " is taken");
  }
}

void TcpBulkSink::stop(TimePoint) {
  if (std::exchange(listening_, false)) {
    tcp_.stop_listening(port_);
  }
}

TcpSocketEvents& TcpBulkSink::on_connection(TcpSocket& socket) {
  sockets_.push_back(&socket);
  if (!first_) {
    first_ = last_ = tcp_.now();
  }
  return *this;
}

void TcpBulkSink::on_readable(TcpSocket&, Bytes fresh) {
  bytes_ += fresh.value;
  last_ = tcp_.now();
}

void TcpBulkSink::on_peer_closed(TcpSocket& socket) {
  ++complete_;
  socket.close();
}

void TcpBulkSink::on_closed(TcpSocket& socket, TcpEnd) { std::erase(sockets_, &socket); }

FlowReport TcpBulkSink::report(TimePoint now) const {
  FlowReport report;
  report.label = label();
  report.received = complete_;
  report.bytes_received = bytes_;
  if (first_) {
    const Duration took = (sockets_.empty() ? last_ : now) - *first_;
    report.goodput_bps =
        took > Duration{0} ? static_cast<double>(bytes_) * 8 / to_seconds(took) : 0;
  }
  return report;
}

}  // namespace violin
