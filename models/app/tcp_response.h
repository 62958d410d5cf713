// The server of request and response over TCP: answers every `request` bytes that arrive on a
// connection with `response` bytes, and closes when its client does.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "core/quantity.h"
#include "models/app/app.h"
#include "models/vhost/tcp_stack.h"

namespace violin {

struct TcpResponseConfig {
  std::uint16_t port = 0;
  Bytes request{0};   // at least 1 byte
  Bytes response{0};  // at least 1 byte
  TcpConfig tcp{};    // of its connections: responses obey its congestion control
};

class TcpResponseServer final : public App, private TcpListener {
 public:
  // `tcp` outlives it. Throws std::invalid_argument, naming the flow, if a size is 0.
  TcpResponseServer(TcpStack& tcp, FlowLabel label, const TcpResponseConfig& config);
  ~TcpResponseServer() override;

  // Throws std::runtime_error, naming the flow, if another application listens at the port.
  void start(TimePoint now) override;
  // New connections are refused; those that exist are served.
  void stop(TimePoint now) override;
  // What it served: requests received, responses sent.
  FlowReport report(TimePoint now) const override;
  std::size_t connections() const { return sessions_.size(); }

 private:
  class Session final : public TcpSocketEvents {
   public:
    explicit Session(TcpResponseServer& server) : server_(server) {}
    void on_readable(TcpSocket& socket, Bytes fresh) override;
    void on_writable(TcpSocket& socket) override { push(socket); }
    void on_peer_closed(TcpSocket& socket) override;
    void on_closed(TcpSocket& socket, TcpEnd how) override;

   private:
    void push(TcpSocket& socket);

    TcpResponseServer& server_;
    Bytes received_;  // of the request that is arriving
    Bytes owed_;      // of responses, not taken by the socket yet
    bool closing_ = false;
  };

  TcpSocketEvents& on_connection(TcpSocket& socket) override;

  TcpStack& tcp_;
  TcpResponseConfig config_;
  std::map<TcpSocket*, std::unique_ptr<Session>> sessions_;  // looked up, and ended in any order
  std::uint64_t requests_ = 0;
  std::uint64_t bytes_ = 0;
  bool listening_ = false;
};

}  // namespace violin
