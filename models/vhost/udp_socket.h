// UDP sockets of a vHost. Source: RFC 768; RFC 1122 section 4.1; ephemeral ports RFC 6335.
//
//   class Counter : public UdpReceiver { void on_datagram(UdpDatagram& d, TimePoint) override; };
//   UdpSocket socket(host, counter, 5001);
//   socket.send_to(peer, 5001, std::move(payload), now);
//
// A socket hears what comes to its port at any address of the host, broadcasts, and what is sent to
// groups that the host has joined. It has no receive buffer: a datagram is with its receiver when
// it arrives. There is one socket to a port.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "models/vhost/icmp_error.h"
#include "models/vhost/ip_output.h"
#include "models/vhost/udp_path.h"

namespace violin {

class VHost;

// A datagram as it arrives, valid during the call that brings it.
class UdpDatagram {
 public:
  // `payload_at` and `size` say where the payload is in the frame.
  UdpDatagram(Frame& frame, std::size_t payload_at, std::size_t size)
      : frame_(frame), payload_at_(payload_at), size_(size) {}

  Ipv4Address source;
  std::uint16_t source_port = 0;
  Ipv4Address destination;  // an address of the host, a broadcast address, or a group
  std::uint16_t destination_port = 0;

  std::size_t size() const { return size_; }  // of the payload, elided bytes included
  // What is stored of the payload.
  std::span<const std::uint8_t> stored() const;
  // The payload as a frame of the caller's, once.
  Frame take();

 private:
  Frame& frame_;
  std::size_t payload_at_;
  std::size_t size_;
};

// An ICMP error about a datagram that the socket sent.
struct UdpError {
  IcmpProblem problem;
  Ipv4Address reporter;     // who sent the error
  Ipv4Address destination;  // of the datagram
  std::uint16_t destination_port = 0;
};

class UdpReceiver {
 public:
  virtual ~UdpReceiver() = default;
  virtual void on_datagram(UdpDatagram& datagram, TimePoint now) = 0;
  virtual void on_error(const UdpError& /*error*/, TimePoint /*now*/) {}
};

class UdpSocket {
 public:
  static constexpr std::uint16_t kFirstEphemeralPort = 49152;
  static constexpr std::size_t kMaxPayload = 65507;  // 65535 less IPv4's and UDP's headers

  // Listens at `port`, or at a free ephemeral one. Host and receiver outlive the socket, which may
  // be destroyed in any callback. Throws std::invalid_argument, naming the host, if the port is
  // taken or 0.
  UdpSocket(VHost& host, UdpReceiver& receiver, std::optional<std::uint16_t> port = std::nullopt);
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;
  ~UdpSocket();

  std::uint16_t port() const { return port_; }

  // Sends a payload of at most kMaxPayload bytes, also to 255.255.255.255, to the directed
  // broadcast address of one of the host's subnets, and to a group (by the route to it, else by the
  // first vNIC). What cannot be sent is dropped and counted.
  void send_to(Ipv4Address destination, std::uint16_t port, Frame payload, TimePoint now,
               const IpSendOptions& options = {});

 private:
  void prepare(Ipv4Address destination, std::uint16_t port, const IpSendOptions& options);

  VHost& host_;
  std::uint16_t port_;
  UdpPath path_;  // of the last destination
};

}  // namespace violin
