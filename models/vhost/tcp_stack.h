// The TCP of one host: connections by their four-tuple, listeners by port.
//
// A segment for nobody is answered with a reset (RFC 9293 section 3.10.7.1). Initial sequence
// numbers follow RFC 6528 with Philox4x32 as the keyed function; the key is drawn from the host's
// random stream "<host>/tcp". Ephemeral ports are 32768 to 60999, as in Linux, given in turn.
//
// Frames that connections make leave after the connection has finished what it was doing, in the
// order in which they were made, so that a network that delivers at once (a host that talks to
// itself) does not call into a connection that is still at work.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "models/vhost/tcp_socket.h"
#include "models/vhost/transport.h"

namespace violin {

class TcpStack final : public TransportProtocol {
 public:
  // What `host` refers to outlives the stack.
  explicit TcpStack(const HostServices& host, const TcpConfig& config = {});

  // What connections get that are not given their own.
  const TcpConfig& config() const { return *configs_.front(); }
  const HostServices& host() const { return host_; }
  TimePoint now() const { return host_.kernel.now(); }

  // False if the port is taken. `listener` outlives the listening.
  bool listen(std::uint16_t port, TcpListener& listener) {
    return listen(port, listener, config());
  }
  bool listen(std::uint16_t port, TcpListener& listener, const TcpConfig& config);
  void stop_listening(std::uint16_t port);
  // Begins an active open; on_connected() or on_closed() tells how it ended. nullptr if there is no
  // route or no free port.
  TcpSocket* connect(Ipv4Address remote, std::uint16_t port, TcpSocketEvents& events,
                     TimePoint now) {
    return connect(remote, port, events, now, config());
  }
  TcpSocket* connect(Ipv4Address remote, std::uint16_t port, TcpSocketEvents& events, TimePoint now,
                     const TcpConfig& config);

  // Connections that exist, those in TIME-WAIT included.
  std::size_t connections() const { return sockets_.size(); }
  std::uint64_t resets_for_nobody() const { return resets_for_nobody_; }

  void on_segment(const wire::Ipv4Header& header, Frame segment, TimePoint now) override;
  void on_icmp_error(wire::IcmpType type, std::uint8_t code, const wire::Ipv4Header& quoted,
                     std::span<const std::uint8_t> quoted_payload, std::uint32_t next_hop_mtu,
                     TimePoint now) override;
  // What waits in the outbox has not been originated yet.
  std::uint64_t queued() const override { return 0; }
  // Connections end as kAborted, which their users are told.
  void abandon(Drop reason) override;

 private:
  friend class TcpSocket;

  struct EndpointsHash {
    std::size_t operator()(const TcpEndpoints& e) const noexcept;
  };
  struct Listening {
    TcpListener* listener;
    const TcpConfig* config;
  };
  struct Outgoing {
    Ipv4Address local;
    Ipv4Address remote;
    Frame frame;
  };

  void post(Ipv4Address local, Ipv4Address remote, const TcpSegment& segment);
  void flush(TimePoint now);
  // After any call into a connection: sends, tells, arms, and removes the socket if it is done.
  void settle(TcpSocket& socket, TimePoint now);

  TcpSocket* find(const TcpEndpoints& endpoints);
  TcpSocket& open(const TcpEndpoints& endpoints, TcpSocketEvents* events, const TcpConfig& config,
                  TimePoint now);
  const TcpConfig& keep(const TcpConfig& config);
  void remove(TcpSocket& socket);
  bool accept(const TcpEndpoints& endpoints, const TcpSegment& segment, TimePoint now);
  void reset_for_nobody(const TcpEndpoints& endpoints, const TcpSegment& segment);
  std::uint32_t initial_sequence(const TcpEndpoints& endpoints, TimePoint now) const;
  std::uint16_t free_port(Ipv4Address local, Ipv4Address remote, std::uint16_t port);

  HostServices host_;
  std::vector<std::unique_ptr<const TcpConfig>>
      configs_;  // the last is in force, the others in use
  std::array<std::uint32_t, 2> secret_;
  std::unordered_map<TcpEndpoints, std::unique_ptr<TcpSocket>, EndpointsHash> sockets_;
  std::map<std::uint16_t, Listening> listeners_;
  TcpSocket* latest_ = nullptr;  // the one that the last segment was for
  std::vector<Outgoing> outbox_;
  std::size_t outbox_sent_ = 0;
  std::uint64_t next_number_ = 0;
  std::uint64_t resets_for_nobody_ = 0;
  std::uint16_t next_port_;
  bool flushing_ = false;
};

}  // namespace violin
