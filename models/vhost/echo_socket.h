// ICMP echo as ping uses it: a socket owns one identifier and hears the replies to it.
// Source: RFC 792, "Echo or Echo Reply Message"; RFC 1122 section 3.2.2.6.
#pragma once

#include <cstdint>

#include "models/vhost/icmp_error.h"
#include "models/vhost/ip_output.h"

namespace violin {

class VHost;

struct EchoReply {
  Ipv4Address source;
  std::uint16_t sequence = 0;
  std::uint8_t ttl = 0;  // as it arrived
  std::size_t size = 0;  // of the data, elided bytes included
};

// An ICMP error about a request.
struct EchoError {
  IcmpProblem problem;
  Ipv4Address reporter;
  Ipv4Address destination;  // of the request
  std::uint16_t sequence = 0;
};

class EchoReceiver {
 public:
  virtual ~EchoReceiver() = default;
  virtual void on_echo_reply(const EchoReply& reply, TimePoint now) = 0;
  virtual void on_error(const EchoError& /*error*/, TimePoint /*now*/) {}
};

class EchoSocket {
 public:
  static constexpr std::size_t kMaxPayload = 65507;

  // Takes a free identifier. Host and receiver outlive the socket, which may be destroyed in any
  // callback. Throws std::runtime_error, naming the host, if all 65,535 are taken.
  EchoSocket(VHost& host, EchoReceiver& receiver);
  EchoSocket(const EchoSocket&) = delete;
  EchoSocket& operator=(const EchoSocket&) = delete;
  ~EchoSocket();

  std::uint16_t identifier() const { return identifier_; }
  EchoReceiver& receiver() const { return receiver_; }

  // Sends an echo request with this data, at most kMaxPayload bytes.
  void send(Ipv4Address destination, std::uint16_t sequence, Frame data, TimePoint now,
            const IpSendOptions& options = {});

 private:
  VHost& host_;
  EchoReceiver& receiver_;
  std::uint16_t identifier_;
};

}  // namespace violin
