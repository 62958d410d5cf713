#include "datapath/agent/tunnel_underlay.h"

#include <algorithm>
#include <random>

#include "core/require.h"
#include "scenarios/build/virtual_network.h"

namespace violin {

namespace {

std::uint64_t random_token() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

}  // namespace

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

SegmentEndpoint& TunnelUnderlay::endpoint_of(HostId host) {
  auto& endpoint = endpoints_[host];
  if (!endpoint) {
    endpoint = std::make_unique<SegmentEndpoint>(kernel_, reactor_,
                                                 substrate_.host(host).name + "/tunnels",
                                                 UdpAddress{address_of(host), 0});
  }
  return *endpoint;
}

SegmentTunnel& TunnelUnderlay::tunnel_between(HostId here, HostId there) {
  const auto [low, high] = std::minmax(here, there);
  auto& tunnel = tunnels_[{low, high}];
  if (tunnel.ends[0] == nullptr) {
    const std::array hosts = {low, high};
    const std::array tokens = {random_token(), random_token()};
    const auto id = static_cast<std::uint32_t>(tunnels_.size());
    for (const std::size_t end : {0U, 1U}) {
      SegmentTunnelOptions options;
      options.id = id;
      options.peer = endpoint_of(hosts[1 - end]).local();
      options.send_token = tokens[1 - end];
      options.receive_token = tokens[end];
      tunnel.ends[end] = &endpoint_of(hosts[end])
                              .connect(substrate_.host(hosts[end]).name + "/to " +
                                           substrate_.host(hosts[1 - end]).name,
                                       options);
    }
  }
  return *tunnel.ends[here == low ? 0 : 1];
}

PeerSocket& TunnelUnderlay::guest_socket(HostId host) {
  auto& socket = guest_sockets_[host];
  if (!socket) {
    socket = std::make_unique<PeerSocket>(kernel_, reactor_, substrate_.host(host).name + "/guests",
                                          UdpAddress{address_of(host), 0}, TunnelFormat::kL2tpv3);
  }
  return *socket;
}

void TunnelUnderlay::release(const Component& component) {
  ended_.ledger().add(component.ledger());
  std::erase(others_, &component);
}

void TunnelUnderlay::end_guest(PeerSocket& socket, PeerPort& port) {
  ended_.ledger().add(socket.remove(port));
}

TunnelUnderlay::Channel TunnelUnderlay::open(const std::string& name, std::array<HostId, 2> hosts) {
  Channel channel{ChannelId{++ids_}, hosts, {}};
  for (const std::size_t end : {0U, 1U}) {
    channel.ends[end] = &tunnel_between(hosts[end], hosts[1 - end])
                             .open(channel.id, name + "/channel" + std::to_string(ids_) + "." +
                                                   std::to_string(end));
  }
  return channel;
}

void TunnelUnderlay::close(const Channel& channel) {
  for (const std::size_t end : {0U, 1U}) {
    ended_.ledger().add(
        tunnel_between(channel.hosts[end], channel.hosts[1 - end]).close(*channel.ends[end]));
  }
}

TunnelUnderlay::Channel& TunnelUnderlay::channel_for(const VirtualLink& link,
                                                     std::array<HostId, 2> hosts) {
  auto& channels = channels_[&link];
  const auto found = std::ranges::find(channels, hosts, &Channel::hosts);
  if (found != channels.end()) {
    return *found;
  }
  return channels.emplace_back(open(link.direction(0).pipe().name(), hosts));
}

Attachment TunnelUnderlay::carry(const VirtualLink& link, std::size_t direction, HostId from,
                                 HostId to, Attachment far) {
  const std::array hosts = direction == 0 ? std::array{from, to} : std::array{to, from};
  if (const Channel& wanted = channel_for(link, hosts); !wanted.used[direction]) {
    leave(link, direction);
  }
  Channel& channel = channel_for(link, hosts);
  channel.used[direction] = true;
  channel.ends[1 - direction]->connect(far);
  return {channel.ends[direction], PortIndex{}};
}

void TunnelUnderlay::leave(const VirtualLink& link, std::size_t direction) {
  auto& channels = channels_[&link];
  for (auto channel = channels.begin(); channel != channels.end(); ++channel) {
    if (channel->used[direction]) {
      channel->used[direction] = false;
      if (!channel->used[1 - direction]) {
        draining_.push_back({&link, *channel, kernel_.now() + kDrain});
        timer_.arm(draining_.front().until);
        channels.erase(channel);
      }
      return;
    }
  }
}

void TunnelUnderlay::end_old_ways(const VirtualLink& link) {
  std::erase_if(draining_, [&](const Draining& old) {
    if (old.link == &link) {
      close(old.channel);
    }
    return old.link == &link;
  });
}

void TunnelUnderlay::end(const VirtualLink& link) {
  for (const Channel& channel : channels_[&link]) {
    close(channel);
  }
  channels_.erase(&link);
  end_old_ways(link);
}

Attachment TunnelUnderlay::open_way(const std::string& name, HostId from, HostId to,
                                    Attachment far) {
  const Channel& way = ways_.emplace_back(open(name, {from, to}));
  way.ends[1]->connect(far);
  return {way.ends[0], PortIndex{}};
}

void TunnelUnderlay::end_way(Attachment way) {
  const auto found =
      std::ranges::find(ways_, way.sink, [](const Channel& c) -> FrameSink* { return c.ends[0]; });
  require(found != ways_.end(), "a way that ends was opened");
  close(*found);
  ways_.erase(found);
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
  for (const auto& [host, endpoint] : endpoints_) {
    visit(*endpoint);
  }
  for (const auto& [hosts, tunnel] : tunnels_) {
    for (const SegmentTunnel* end : tunnel.ends) {
      visit(*end);
      end->for_each_channel(visit);
    }
  }
  for (const auto& [host, socket] : guest_sockets_) {
    visit(*socket);
    socket->for_each_port(visit);
  }
  for (const Component* component : others_) {
    visit(*component);
  }
}

std::vector<TunnelUnderlay::Measured> TunnelUnderlay::measurements() const {
  std::vector<Measured> measured;
  for (const auto& [hosts, tunnel] : tunnels_) {
    measured.push_back({hosts.first, hosts.second, tunnel.ends[0]->statistics()});
    measured.push_back({hosts.second, hosts.first, tunnel.ends[1]->statistics()});
  }
  return measured;
}

}  // namespace violin
