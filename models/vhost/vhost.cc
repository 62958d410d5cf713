#include "models/vhost/vhost.h"

#include <algorithm>
#include <stdexcept>

#include "core/require.h"

namespace violin {

VHost::VHost(Kernel& kernel, std::string name, const VHostConfig& config)
    : Entity(kernel, std::move(name)), config_(config) {}

VHost::~VHost() = default;

bool VHost::exists(PortIndex port) const {
  return to_index(port) < vnics_.size() && vnics_[to_index(port)].mtu != 0;
}

void VHost::check(const VNicConfig& config, const VNic* except) const {
  const auto fail = [&](const std::string& what) {
    throw std::invalid_argument("vHost '" + name() + "', vNIC '" + config.name + "': " + what);
  };
  const Ipv4Interface& own = config.address;
  const auto another = [&](auto same) {
    return std::ranges::any_of(
        vnics_, [&](const VNic& v) { return &v != except && v.mtu != 0 && same(v); });
  };
  if (another([&](const VNic& v) { return v.name == config.name; })) {
    fail("the host has a vNIC of that name");
  }
  if (config.mac.is_group() || config.mac.is_zero()) {
    fail("MAC " + to_string(config.mac) + " is no station's");
  }
  if (another([&](const VNic& v) { return v.mac == config.mac; })) {
    fail("MAC " + to_string(config.mac) + " is taken on this host");
  }
  if (own.prefix_length > 32 || !is_single_host(own.address)) {
    fail("address " + to_string(own) + " is no single host's");
  }
  if (own.prefix_length < 31 &&
      (own.address == own.subnet().broadcast() || own.address == own.subnet().address())) {
    fail("address " + to_string(own) + " names its whole subnet");
  }
  if (another([&](const VNic& v) { return v.address.address == own.address; })) {
    fail("address " + to_string(own.address) + " is taken on this host");
  }
  if (config.mtu < PathMtuCache::kMinimum || config.mtu > 65535) {
    fail("MTU " + std::to_string(config.mtu) + " is not in 68..65535");
  }
}

PortIndex VHost::add_vnic(const VNicConfig& config) {
  check(config, nullptr);
  const auto free = std::ranges::find(vnics_, 0U, &VNic::mtu);
  const PortIndex port{static_cast<std::uint32_t>(free - vnics_.begin())};
  if (free == vnics_.end()) {
    vnics_.emplace_back();
    open_port(port);
  }
  vnics_[to_index(port)] = {config.name, config.mac, config.address, config.mtu, nullptr};
  routes_.add({config.address.subnet(), std::nullopt, port});
  ++route_version_;
  return port;
}

void VHost::remove_vnic(PortIndex port) {
  require(exists(port), "a vNIC that is removed exists");
  VNic& vnic = vnics_[to_index(port)];
  forget_neighbors(vnic, Drop::kDetached);
  vnic = {};
  if (groups_) {
    groups_->remove(port);
  }
  Entity::unplug(port);
  routes_.remove(port);
  ++route_version_;
}

void VHost::set_address(PortIndex port, Ipv4Interface address) {
  VNicConfig config = vnic(port);
  config.address = address;
  VNic& changed = vnics_[to_index(port)];
  check(config, &changed);
  forget_neighbors(changed, Drop::kNeighborUnresolved);
  changed.address = address;
  std::vector<HostRoute> kept = routes_.all();
  std::erase_if(kept, [&](const HostRoute& route) {
    return route.port != port || !route.gateway || !address.subnet().contains(*route.gateway);
  });
  routes_.remove(port);
  routes_.add({address.subnet(), std::nullopt, port});
  for (const HostRoute& route : kept) {
    routes_.add(route);
  }
  ++route_version_;
}

VNicConfig VHost::vnic(PortIndex port) const {
  require(exists(port), "a vNIC that is asked for exists");
  const VNic& vnic = vnics_[to_index(port)];
  return {vnic.name, vnic.mac, vnic.address, vnic.mtu};
}

std::optional<PortIndex> VHost::find_vnic(std::string_view name) const {
  const auto at = std::ranges::find_if(
      vnics_, [&](const VNic& vnic) { return vnic.mtu != 0 && vnic.name == name; });
  if (at == vnics_.end()) {
    return std::nullopt;
  }
  return PortIndex{static_cast<std::uint32_t>(at - vnics_.begin())};
}

NeighborCache& VHost::neighbors(PortIndex port) {
  require(exists(port), "a vNIC that has neighbors exists");
  VNic& vnic = vnics_[to_index(port)];
  if (!vnic.neighbors) {
    vnic.neighbors = std::make_unique<NeighborCache>(config_.neighbor);
  }
  return *vnic.neighbors;
}

void VHost::forget_neighbors(VNic& vnic, Drop reason) {
  if (vnic.neighbors) {
    for (WaitingFrame& waiting : vnic.neighbors->clear()) {
      ledger_.drop(std::move(waiting.frame), reason);
    }
    vnic.neighbors.reset();
    arm_neighbor_timer();
  }
}

PortIndex VHost::port_towards(Ipv4Address gateway) const {
  const auto port = routes_.on_link(gateway);
  if (!port || owns(gateway)) {
    throw std::invalid_argument("vHost '" + name() + "': gateway " + to_string(gateway) +
                                " is not a neighbor of its vNICs");
  }
  return *port;
}

void VHost::add_route(Ipv4Prefix prefix, Ipv4Address gateway) {
  routes_.add({prefix, gateway, port_towards(gateway)});
  ++route_version_;
}

void VHost::set_default_gateway(Ipv4Address gateway) {
  const HostRoute route{Ipv4Prefix(), gateway, port_towards(gateway)};
  routes_.remove_default();
  routes_.add(route);
  ++route_version_;
}

bool VHost::remove_route(Ipv4Prefix prefix, Ipv4Address gateway) {
  ++route_version_;
  return routes_.remove(prefix, gateway);
}

bool VHost::owns(Ipv4Address address) const {
  for (const VNic& vnic : vnics_) {
    if (vnic.address.address == address && vnic.mtu != 0) {
      return true;
    }
  }
  return address.is_loopback();
}

TransportProtocol* VHost::transport(wire::IpProtocol protocol) const {
  const auto at = std::ranges::find(transports_, protocol, &Installed::protocol);
  return at == transports_.end() ? nullptr : at->transport.get();
}

TransportProtocol& VHost::install(wire::IpProtocol protocol,
                                  std::unique_ptr<TransportProtocol> transport) {
  require(protocol != wire::IpProtocol::kUdp && protocol != wire::IpProtocol::kIcmp &&
              this->transport(protocol) == nullptr,
          "a transport protocol is installed once, and UDP and ICMP are part of the host");
  return *transports_.emplace_back(Installed{protocol, std::move(transport)}).transport;
}

void VHost::join(PortIndex port, Ipv4Address group) {
  require(exists(port) && group.is_multicast(), "a vNIC that exists joins a multicast group");
  if (!groups_) {
    groups_ = std::make_unique<HostGroups>();
  }
  groups_->join(port, group);
}

void VHost::leave(PortIndex port, Ipv4Address group) {
  if (groups_) {
    groups_->leave(port, group);
  }
}

void VHost::plug(PortIndex port, Attachment egress) {
  Entity::plug(port, egress);
  if (config_.announce_on_plug) {
    deferred().announcements.push_back(port);
  }
}

void VHost::unplug(PortIndex port) {
  Entity::unplug(port);
  if (exists(port)) {
    forget_neighbors(vnics_[to_index(port)], Drop::kDetached);
  }
}

VHost::Deferred& VHost::deferred() {
  if (!deferred_) {
    deferred_ = std::unique_ptr<Deferred>(
        new Deferred{Timer::calling<&VHost::run_deferred>(kernel_, origin_, *this), {}, {}});
  }
  if (!deferred_->timer.armed()) {
    deferred_->timer.arm(kernel_.now());
  }
  return *deferred_;
}

void VHost::run_deferred() {
  const TimePoint now = kernel_.now();
  std::vector<Frame> local = std::exchange(deferred_->local, {});
  const std::vector<PortIndex> announcements = std::exchange(deferred_->announcements, {});
  for (const PortIndex port : announcements) {
    if (exists(port)) {
      announce(port, now);
    }
  }
  for (Frame& frame : local) {
    IpPacket packet{std::move(frame)};
    const auto header = wire::Ipv4Header::parse(packet.bytes(), packet.frame.size().value);
    require(static_cast<bool>(header), "a host understands its own datagrams");
    deliver({*header, false}, std::move(packet), now);
  }
}

void VHost::abandon(Drop reason) {
  for (VNic& vnic : vnics_) {
    forget_neighbors(vnic, reason);
  }
  if (fragments_) {
    fragments_->abandon(reason);
  }
  if (deferred_) {
    for (Frame& frame : deferred_->local) {
      ledger_.drop(std::move(frame), reason);
    }
  }
  for (const Installed& installed : transports_) {
    installed.transport->abandon(reason);
  }
  fragments_.reset();
  deferred_.reset();
  neighbor_timer_.reset();
}

std::uint64_t VHost::queued() const {
  std::uint64_t frames = fragments_ ? fragments_->queued() : 0;
  for (const VNic& vnic : vnics_) {
    frames += vnic.neighbors ? vnic.neighbors->queued() : 0;
  }
  for (const Installed& installed : transports_) {
    frames += installed.transport->queued();
  }
  return frames + (deferred_ ? deferred_->local.size() : 0);
}

}  // namespace violin
