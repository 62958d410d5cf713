// The recursion of the paper: level-2 Ethernet frames as the payload of level-1 frames. A level-2
// cable between entities on two level-1 vHosts is a TunnelPort on each.
//
//   level 2   vSwitch ---------.                        .--------- vRouter
//                        TunnelPort                TunnelPort
//   level 1              vHost A  === level-1 VIOLIN ===  vHost B
//
// Wire format: VXLAN (RFC 7348 section 5) in UDP to port 4789: 8 bytes with a 24-bit VNI, then the
// frame. Departs from RFC 7348: tunnels are point to point, known by (peer, VNI), nothing is learnt
// or multicast; the UDP checksum is real; datagrams that exceed the level-1 MTU are fragmented by
// IPv4, so that the level-2 MTU does not depend on it.
//
// Books: a level-2 frame that goes in is consumed here (the level-1 host originates the datagram);
// one that comes out is originated here (that host consumed the datagram). So each component's
// books balance by themselves, and level-1 frames and level-2 frames are never added up twice.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/component.h"
#include "core/frame_sink.h"
#include "models/vhost/udp_socket.h"

namespace violin {

class TunnelPort;

// All tunnels of one vHost: hears UDP port 4789 and knows whose datagram is which port's. Drops, in
// its own books, as kUnknownPeer what comes from no peer of its ports under the right VNI, as
// kBadHeader what is no VXLAN.
class TunnelEndpoint final : public Component, private UdpReceiver {
 public:
  static constexpr std::uint16_t kUdpPort = 4789;

  // The host outlives it. Throws std::invalid_argument if it has an endpoint already.
  TunnelEndpoint(Kernel& kernel, std::string name, VHost& host);

  VHost& host() const { return host_; }
  std::uint64_t queued() const override { return 0; }

 private:
  friend class TunnelPort;
  struct Entry {
    Ipv4Address peer;
    std::uint32_t vni;
    TunnelPort* port;
  };
  void add(const Entry& entry);
  void remove(const TunnelPort& port);
  TunnelPort* find(Ipv4Address peer, std::uint32_t vni) const;
  void on_datagram(UdpDatagram& datagram, TimePoint now) override;

  VHost& host_;
  UdpSocket socket_;
  std::vector<Entry> ports_;  // by peer and VNI
};

class TunnelPort final : public Component, public FrameSink, private UdpReceiver {
 public:
  static constexpr std::size_t kHeaderSize = 8;
  static constexpr std::uint32_t kMaxVni = (1U << 24) - 1;

  // The endpoint outlives it. Throws std::invalid_argument if the VNI exceeds 24 bits or the
  // endpoint has a port to that peer under it.
  TunnelPort(Kernel& kernel, std::string name, TunnelEndpoint& endpoint, Ipv4Address peer,
             std::uint32_t vni);
  ~TunnelPort() override;

  // Where frames that come out of the tunnel go; without one they are dropped as kDetached.
  void connect(Attachment inner) { inner_ = inner; }

  // Sends level-2 frames into the tunnel; kOversize beyond what a UDP datagram holds.
  void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override;
  std::uint64_t queued() const override { return 0; }

 private:
  friend class TunnelEndpoint;
  void come_out(Frame frame, TimePoint now);
  void on_datagram(UdpDatagram& datagram, TimePoint now) override;  // nobody's: tunnels end at 4789

  TunnelEndpoint& endpoint_;
  Ipv4Address peer_;
  std::uint32_t vni_;
  UdpSocket socket_;  // RFC 7348 section 5: the source port tells flows apart
  Attachment inner_;
};

}  // namespace violin
