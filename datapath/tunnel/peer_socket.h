// One UDP socket of an overlay host, and the peers that connect to it: guests' NICs, QEMU, a
// kernel's VXLAN device, whatever speaks the format.
//
//                         .-- PeerPort (session 1, cookie) <--> vSwitch port, link, ...
//   peers <--> PeerSocket +-- PeerPort (session 2, cookie)
//                         '-- own books: unknown peers, malformed datagrams, overruns
//
// A peer is expected under a key (session, VNI) and from then on has a port. Its address is given
// beforehand, or learnt from its first valid datagram; a learnt one follows an L2TPv3 peer that
// moves only from loopback to loopback, where guests that start anew have another port. VXLAN peers
// are known by their IP address, whatever port they send from, and are sent to the VXLAN port.
//
// What is from nobody that is expected, or malformed, ends in the socket's own books (kUnknownPeer,
// kBadTunnel, kUnsupported) and touches no port. Frames sent to a peer that has not been heard yet
// and whose address was not given are dropped as kDetached.
//
// For the kernel's thread. Kernel and reactor outlive it; the network does not use a port any more
// when it is removed.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "datapath/frame_port.h"
#include "datapath/reactor/reactor.h"
#include "datapath/tunnel/encapsulation.h"
#include "datapath/udp/datagram_intake.h"
#include "datapath/udp/datagram_outlet.h"

namespace violin {

class PeerSocket;

class PeerPort final : public FramePort {
 public:
  // Made by PeerSocket::expect().
  PeerPort(PeerSocket& socket, Kernel& kernel, std::string name,
           std::unique_ptr<Encapsulation> tunnel, std::optional<UdpAddress> peer);

  // Sends into the tunnel, at the end of the reactor's round.
  void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override;
  std::uint64_t queued() const override;

  // Where frames are sent; none before the peer was heard, if its address was not given.
  const std::optional<UdpAddress>& peer() const { return peer_; }
  // A valid datagram has come from it.
  bool heard() const { return heard_; }
  const Encapsulation& tunnel() const { return *tunnel_; }

 private:
  friend class PeerSocket;
  bool is_from(const UdpAddress& source) const;

  PeerSocket& socket_;
  std::unique_ptr<Encapsulation> tunnel_;
  std::optional<UdpAddress> peer_;
  bool given_;
  bool heard_ = false;
  std::vector<Frame> arrived_;  // in the present round
};

struct PeerSocketOptions {
  DatagramSocketOptions socket;
  std::uint16_t vxlan_port = 4789;  // of the peers
};

class PeerSocket final : public Component, private ReactorSource, private Flusher {
 public:
  // Throws std::system_error as DatagramSocket does.
  PeerSocket(Kernel& kernel, Reactor& reactor, std::string name, UdpAddress local,
             TunnelFormat format, const PeerSocketOptions& options = {});
  ~PeerSocket() override;

  // From now on this peer is served. Its key is expected once (std::invalid_argument), and the
  // tunnel is of the socket's format (std::logic_error).
  PeerPort& expect(std::string name, std::unique_ptr<Encapsulation> tunnel,
                   std::optional<UdpAddress> peer = std::nullopt);
  // Its frames that were not sent yet are dropped as kDetached; its books go with it.
  void remove(PeerPort& port);
  std::size_t peers() const { return ports_.size(); }

  // Is told of a peer whose first valid datagram has come, before its frame is handed over. It
  // may expect and remove peers.
  void on_connect(std::function<void(PeerPort&)> told) { on_connect_ = std::move(told); }

  const DatagramSocket& socket() const { return socket_; }
  UdpAddress local() const { return socket_.local(); }
  // Brings the count of overruns (kSocketOverrun) up to date; without it they are told late.
  void count_overruns();
  std::uint64_t queued() const override { return 0; }

 private:
  friend class PeerPort;
  static constexpr int kBatches = 4;  // of datagrams, or trains, in a round
  void on_readable(TimePoint now) override;
  void flush(TimePoint now) override;
  void flush_later();
  void take(Datagram& datagram);
  PeerPort* find(TunnelKey key);
  bool admit(PeerPort& port, const UdpAddress& source);
  void refuse(Frame&& frame, Drop reason);
  void count_lost(std::uint64_t datagrams);
  void hand_over(TimePoint now);

  Reactor& reactor_;
  DatagramSocket socket_;
  TunnelFormat format_;
  std::uint16_t vxlan_port_;
  DatagramIntake intake_;
  DatagramOutlet outlet_;
  bool flush_asked_ = false;
  std::unordered_map<TunnelKey, std::unique_ptr<PeerPort>> ports_;
  PeerPort* last_ = nullptr;        // found last
  std::vector<PeerPort*> touched_;  // have arrived_ frames; nullptr: removed
  std::function<void(PeerPort&)> on_connect_;
};

}  // namespace violin
