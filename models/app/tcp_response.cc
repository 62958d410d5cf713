#include "models/app/tcp_response.h"

#include <stdexcept>
#include <string>
#include <utility>

namespace violin {

TcpResponseServer::TcpResponseServer(TcpStack& tcp, FlowLabel name, const TcpResponseConfig& config)
    : App(std::move(name)), tcp_(tcp), config_(config) {
  if (config.request.value == 0 || config.response.value == 0) {
    throw std::invalid_argument("flow " + label().name +
                                ": requests and responses have at least 1 byte");
  }
}

TcpResponseServer::~TcpResponseServer() {
  stop(tcp_.now());
  for (auto& [socket, session] : sessions_) {
    socket->forget();
  }
}

void TcpResponseServer::start(TimePoint) {
  listening_ = listening_ || tcp_.listen(config_.port, *this, config_.tcp);
  if (!listening_) {
    throw std::runtime_error("flow " + label().name + ": TCP port " + std::to_string(config_.port) +
                             " of " + label().to + " is taken");
  }
}

void TcpResponseServer::stop(TimePoint) {
  if (std::exchange(listening_, false)) {
    tcp_.stop_listening(config_.port);
  }
}

TcpSocketEvents& TcpResponseServer::on_connection(TcpSocket& socket) {
  return *sessions_.insert_or_assign(&socket, std::make_unique<Session>(*this)).first->second;
}

void TcpResponseServer::Session::on_readable(TcpSocket& socket, Bytes fresh) {
  server_.bytes_ += fresh.value;
  received_ += fresh;
  const std::uint64_t request = server_.config_.request.value;
  const std::uint64_t complete = received_.value / request;
  received_ = Bytes{received_.value % request};
  server_.requests_ += complete;
  owed_ += Bytes{complete * server_.config_.response.value};
  push(socket);
}

void TcpResponseServer::Session::on_peer_closed(TcpSocket& socket) {
  closing_ = true;
  push(socket);
}

void TcpResponseServer::Session::push(TcpSocket& socket) {
  if (owed_ > Bytes{0}) {
    owed_ -= socket.send(owed_);
  }
  if (closing_ && owed_ == Bytes{0}) {
    socket.close();
  }
}

// The session ends itself here.
void TcpResponseServer::Session::on_closed(TcpSocket& socket, TcpEnd) {
  server_.sessions_.erase(&socket);
}

FlowReport TcpResponseServer::report(TimePoint) const {
  FlowReport report;
  report.label = label();
  report.received = requests_;
  report.bytes_received = bytes_;
  return report;
}

}  // namespace violin
