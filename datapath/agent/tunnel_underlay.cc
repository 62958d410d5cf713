#include "datapath/agent/tunnel_underlay.h"

#include <algorithm>

#include "datapath/tunnel/vxlan.h"
#include "scenarios/build/virtual_network.h"

namespace violin {

TunnelUnderlay::TunnelUnderlay(Kernel& kernel, Reactor& reactor, const Substrate& substrate)
    : kernel_(kernel),
      reactor_(reactor),
      substrate_(substrate),
      origin_(kernel),
      ended_(kernel, "tunnels that ended"),
      timer_(Timer::calling<&TunnelUnderlay::on_timer>(kernel, origin_, *this)) {}

TunnelUnderlay::~TunnelUnderlay() = default;

Ipv4Address TunnelUnderlay::address_of(HostId host) {
  constexpr std::uint32_t kPerOctet = 254;  // 1 to 254
  const auto index = static_cast<std::uint32_t>(to_index(host));
  return Ipv4Address((127U << 24) | ((index / kPerOctet) << 16) | ((index % kPerOctet + 1) << 8) |
                     1);
}

PeerSocket& TunnelUnderlay::socket_of(HostId host) {
  auto& socket = sockets_[host];
  if (!socket) {
    socket =
        std::make_unique<PeerSocket>(kernel_, reactor_, substrate_.host(host).name + "/tunnels",
                                     UdpAddress{address_of(host), 0}, TunnelFormat::kVxlan);
  }
  return *socket;
}

PeerSocket& TunnelUnderlay::guest_socket(HostId host) {
  auto& socket = guest_sockets_[host];
  if (!socket) {
    socket = std::make_unique<PeerSocket>(kernel_, reactor_, substrate_.host(host).name + "/guests",
                                          UdpAddress{address_of(host), 0}, TunnelFormat::kL2tpv3);
  }
  return *socket;
}

void TunnelUnderlay::end_guest(PeerSocket& socket, PeerPort& port) {
  ended_.ledger().add(socket.remove(port));
}

TunnelUnderlay::Channel TunnelUnderlay::open(const VirtualLink& link, std::array<HostId, 2> hosts) {
  Channel channel{++vnis_, hosts, {}};
  for (const std::size_t end : {0U, 1U}) {
    channel.ports[end] =
        &socket_of(hosts[end])
             .expect(link.cable.a().entity.name() + "/channel" + std::to_string(channel.vni) +
                         (end == 0 ? "a" : "b"),
                     std::make_unique<Vxlan>(channel.vni), socket_of(hosts[1 - end]).local());
  }
  return channel;
}

void TunnelUnderlay::close(const Channel& channel) {
  for (const std::size_t end : {0U, 1U}) {
    ended_.ledger().add(socket_of(channel.hosts[end]).remove(*channel.ports[end]));
  }
}

Attachment TunnelUnderlay::carry(const VirtualLink& link, std::size_t direction, HostId from,
                                 HostId to, Attachment far) {
  const std::array hosts = direction == 0 ? std::array{from, to} : std::array{to, from};
  auto found = channels_.find(&link);
  if (found != channels_.end() && found->second.hosts != hosts) {
    draining_.push_back({&link, found->second, kernel_.now() + kDrain});
    timer_.arm(draining_.front().until);
    channels_.erase(found);
    found = channels_.end();
  }
  if (found == channels_.end()) {
    found = channels_.emplace(&link, open(link, hosts)).first;
  }
  const Channel& channel = found->second;
  channel.ports[1 - direction]->connect(far);
  return {channel.ports[direction], PortIndex{}};
}

void TunnelUnderlay::end(const VirtualLink& link) {
  if (const auto found = channels_.find(&link); found != channels_.end()) {
    close(found->second);
    channels_.erase(found);
  }
  std::erase_if(draining_, [&](const Draining& old) {
    if (old.link == &link) {
      close(old.channel);
    }
    return old.link == &link;
  });
}

void TunnelUnderlay::on_timer() {
  while (!draining_.empty() && draining_.front().until <= kernel_.now()) {
    close(draining_.front().channel);
    draining_.erase(draining_.begin());
  }
  if (!draining_.empty()) {
    timer_.arm(draining_.front().until);
  }
}

void TunnelUnderlay::for_each_component(const std::function<void(const Component&)>& visit) const {
  visit(ended_);
  for (const auto& [host, socket] : sockets_) {
    visit(*socket);
  }
  for (const auto& [host, socket] : guest_sockets_) {
    visit(*socket);
    socket->for_each_port(visit);
  }
  for (const auto& [link, channel] : channels_) {
    for (const PeerPort* port : channel.ports) {
      visit(*port);
    }
  }
  for (const Draining& old : draining_) {
    for (const PeerPort* port : old.channel.ports) {
      visit(*port);
    }
  }
}

}  // namespace violin
