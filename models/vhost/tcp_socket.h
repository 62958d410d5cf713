// What applications see of TCP: a listener is told of connections, a socket is one end of a
// connection, and its events say what happens to it.
//
// A socket belongs to its TcpStack. It is valid for its user until on_closed() has returned, or
// until abort(), release() or forget() was called. Any member may be called from within any event.
#pragma once

#include <cstdint>

#include "core/address.h"
#include "core/kernel.h"
#include "core/quantity.h"
#include "models/vhost/tcp_connection.h"

namespace violin {

class TcpSocket;
class TcpStack;

class TcpSocketEvents {
 public:
  virtual ~TcpSocketEvents() = default;
  virtual void on_connected(TcpSocket& /*socket*/) {}
  // So many more bytes arrived in order. They count as read, unless the socket reads manually.
  virtual void on_readable(TcpSocket& /*socket*/, Bytes /*fresh*/) {}
  // There is room again in the send buffer, after send() took less than it was given.
  virtual void on_writable(TcpSocket& /*socket*/) {}
  // The peer will send no more; this side may.
  virtual void on_peer_closed(TcpSocket& /*socket*/) {}
  // The connection is over for the application (TIME-WAIT is the stack's affair).
  virtual void on_closed(TcpSocket& /*socket*/, TcpEnd /*how*/) {}
};

class TcpListener {
 public:
  virtual ~TcpListener() = default;
  // A SYN has come for the port. Returns who is told of the new connection's events (the first is
  // on_connected), and outlives it or releases it.
  virtual TcpSocketEvents& on_connection(TcpSocket& socket) = 0;
};

// Is told of the window after each acknowledgment, for plots of cwnd and RTT.
class TcpTrace {
 public:
  virtual ~TcpTrace() = default;
  virtual void on_acknowledged(const TcpSender& sender, TimePoint now) = 0;
};

struct TcpEndpoints {
  Ipv4Address local;
  Ipv4Address remote;
  TcpPorts ports;
  bool operator==(const TcpEndpoints& o) const {
    return local == o.local && remote == o.remote && ports.local == o.ports.local &&
           ports.remote == o.ports.remote;
  }
};

class TcpSocket final : private TcpSegmentSink {
 public:
  TcpSocket(TcpStack& stack, const TcpConfig& config, const TcpEndpoints& endpoints,
            std::uint32_t initial_sequence, std::uint32_t mtu, TcpSocketEvents* events);
  TcpSocket(const TcpSocket&) = delete;
  TcpSocket& operator=(const TcpSocket&) = delete;

  // Hands over bytes of data, which are counted and not stored; returns how many were taken.
  Bytes send(Bytes data);
  // No more will be sent; what was sent is still delivered.
  void close();
  // Resets the connection; there is no on_closed().
  void abort();
  // The user goes: there are no more events, and the connection ends on its own.
  void release();
  // There are no more events; the connection is left as it is. For destructors: nothing is sent.
  void forget();
  // From now on, what arrives fills the receive buffer until read().
  void set_manual_reading(bool manual) { connection_.set_manual_reading(manual); }
  void read(Bytes data);

  // `trace` outlives the socket or is taken off with nullptr.
  void set_trace(TcpTrace* trace) { trace_ = trace; }
  const TcpEndpoints& endpoints() const { return endpoints_; }
  const TcpConnection& connection() const { return connection_; }
  TcpState state() const { return connection_.state(); }
  const TcpSenderStatistics& statistics() const { return connection_.sender().statistics(); }

 private:
  friend class TcpStack;

  void transmit(const TcpSegment& segment, TimePoint now) override;
  void on_timer();
  void arm_timer();
  void deliver_events();
  void deliver(const TcpEvents& events);
  TimePoint now() const;

  TcpStack& stack_;
  TcpEndpoints endpoints_;
  TcpConnection connection_;
  TcpSocketEvents* events_;
  TcpTrace* trace_ = nullptr;
  Timer timer_;  // due at the connection's deadline or earlier: it is moved forward only when it
                 // fires
  std::uint64_t number_ = 0;  // in order of creation
  bool delivering_ = false;
};

}  // namespace violin
