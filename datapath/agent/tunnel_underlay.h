// What lies between the overlay hosts of a live network on this machine. Each host in use has a
// loopback address of its own with one UDP socket; each virtual link between two of them crosses
// the loopback device in a tunnel, as it would cross the Internet.
//
//   link's pipe --> channel at 127.0.1.1 ==UDP==> channel at 127.0.2.1 --> entity
//
// When an end moves to another host, its links go over new channels at once; the old ones stay a
// while for what is still under way (kDrain).
#pragma once

#include <array>
#include <map>
#include <memory>
#include <vector>

#include "core/kernel.h"
#include "datapath/reactor/reactor.h"
#include "datapath/tunnel/peer_socket.h"
#include "models/substrate/substrate.h"
#include "scenarios/build/underlay.h"

namespace violin {

class TunnelUnderlay final : public Underlay {
 public:
  static constexpr Duration kDrain = std::chrono::seconds(2);

  // All of it outlives this. Sockets are opened as hosts come into use; that throws
  // std::system_error.
  TunnelUnderlay(Kernel& kernel, Reactor& reactor, const Substrate& substrate);
  ~TunnelUnderlay() override;

  // 127.0.1.1 for the first host of the substrate, 127.0.2.1 for the second.
  static Ipv4Address address_of(HostId host);

  Attachment carry(const VirtualLink& link, std::size_t direction, HostId from, HostId to,
                   Attachment far) override;
  void end(const VirtualLink& link) override;
  void for_each_component(const std::function<void(const Component&)>& visit) const override;

  // The overlay host's socket for guests that run there (L2TPv3), and the end of one's port, whose
  // books are kept.
  PeerSocket& guest_socket(HostId host);
  void end_guest(PeerSocket& socket, PeerPort& port);

 private:
  // The channel of one link, at each of its two hosts.
  struct Channel {
    std::uint32_t vni;
    std::array<HostId, 2> hosts;  // of the link's ends
    std::array<PeerPort*, 2> ports;
  };
  struct Draining {
    const VirtualLink* link;
    Channel channel;
    TimePoint until;
  };
  struct Ended final : Component {  // the books of what is gone
    using Component::Component;
    std::uint64_t queued() const override { return 0; }
  };

  PeerSocket& socket_of(HostId host);
  Channel open(const VirtualLink& link, std::array<HostId, 2> hosts);
  void close(const Channel& channel);
  void on_timer();

  Kernel& kernel_;
  Reactor& reactor_;
  const Substrate& substrate_;
  EventOrigin origin_;
  Ended ended_;
  std::map<HostId, std::unique_ptr<PeerSocket>> sockets_;
  std::map<HostId, std::unique_ptr<PeerSocket>> guest_sockets_;
  std::map<const VirtualLink*, Channel> channels_;
  std::vector<Draining> draining_;  // by `until`
  std::uint32_t vnis_ = 0;
  Timer timer_;
};

}  // namespace violin
