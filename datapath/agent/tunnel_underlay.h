// What lies between the overlay hosts of a live network on this machine. Each host in use has a
// loopback address of its own with one UDP socket, any two of them that share virtual links a
// tunnel, and each virtual link a channel of it: frames cross the loopback device as they would
// cross the Internet.
//
//   link's pipe --> channel 7 at 127.0.1.1 ==segments==> channel 7 at 127.0.2.1 --> entity
//
// When an end moves to another host, its links go over new channels at once; the old ones stay a
// while for what is still under way (kDrain).
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/kernel.h"
#include "datapath/reactor/reactor.h"
#include "datapath/tunnel/peer_socket.h"
#include "datapath/tunnel/segment_tunnel.h"
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
  void leave(const VirtualLink& link, std::size_t direction) override;
  void end_old_ways(const VirtualLink& link) override;
  void end(const VirtualLink& link) override;
  Attachment open_way(const std::string& name, HostId from, HostId to, Attachment far) override;
  void end_way(Attachment way) override;
  void for_each_component(const std::function<void(const Component&)>& visit) const override;

  // What is known of the way between two hosts that share virtual links.
  struct Measured {
    HostId from;
    HostId to;
    SegmentTunnelStatistics statistics;  // as `from` has it
  };
  std::vector<Measured> measurements() const;

  // Further components of the live network whose books count, and the end of one, whose books are
  // kept.
  void adopt(const Component& component) { others_.push_back(&component); }
  void release(const Component& component);

  // The overlay host's socket for guests that run there (L2TPv3), and the end of one's port, whose
  // books are kept.
  PeerSocket& guest_socket(HostId host);
  void end_guest(PeerSocket& socket, PeerPort& port);

 private:
  // Between two hosts, the lesser first; each end as its host has it.
  struct Tunnel {
    std::array<SegmentTunnel*, 2> ends;
  };
  // Of one link, at each of its two hosts.
  struct Channel {
    ChannelId id;
    std::array<HostId, 2> hosts;  // of the link's ends
    std::array<SegmentChannel*, 2> ends;
    std::array<bool, 2> used{};  // by the link's directions
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

  SegmentEndpoint& endpoint_of(HostId host);
  // As the first host has it.
  SegmentTunnel& tunnel_between(HostId here, HostId there);
  Channel open(const std::string& name, std::array<HostId, 2> hosts);
  void close(const Channel& channel);
  Channel& channel_for(const VirtualLink& link, std::array<HostId, 2> hosts);
  void on_timer();

  Kernel& kernel_;
  Reactor& reactor_;
  const Substrate& substrate_;
  EventOrigin origin_;
  Ended ended_;
  std::map<HostId, std::unique_ptr<SegmentEndpoint>> endpoints_;
  std::map<std::pair<HostId, HostId>, Tunnel> tunnels_;
  std::map<HostId, std::unique_ptr<PeerSocket>> guest_sockets_;
  std::vector<const Component*> others_;
  // More than one while a link's directions lead between different hosts.
  std::map<const VirtualLink*, std::vector<Channel>> channels_;
  std::vector<Channel> ways_;       // that are no link's; they lead from the first end
  std::vector<Draining> draining_;  // by `until`
  std::uint32_t ids_ = 0;           // of channels; each is used once
  Timer timer_;
};

}  // namespace violin
