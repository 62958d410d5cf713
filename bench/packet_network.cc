#include "bench/packet_network.h"

#include <stdexcept>
#include <string>
#include <utility>

#include "models/app/udp_flow.h"

namespace violin::bench {

namespace {

constexpr HostId kHere{0};
constexpr std::uint16_t kFirstPort = 10'000;

// All entities on one overlay host: the virtual links alone have rates and delays.
Substrate one_host() {
  const std::vector<OverlayHost> hosts{{.name = "here", .position = Coordinates{0, 0}}};
  return Substrate(hosts, GeographicPaths(hosts));
}

std::shared_ptr<const LinkSpec> link_spec(const PacketScenario& scenario) {
  PipeParameters pipe;
  pipe.rate = scenario.link_rate;
  pipe.overhead = Bytes{24};
  pipe.queue.max_frames = PacketScenario::kQueueFrames;
  pipe.delay = ConstantDelay{scenario.link_delay};
  return std::make_shared<const LinkSpec>(LinkSpec{pipe, pipe});
}

// Number `index` of the subnets of `length` bits from `base` on.
Ipv4Prefix subnet(Ipv4Address base, unsigned length, std::size_t index) {
  return Ipv4Prefix(Ipv4Address(base.bits() + (static_cast<std::uint32_t>(index) << (32 - length))),
                    length);
}

Ipv4Interface interface(Ipv4Prefix subnet, std::uint32_t host) {
  return {Ipv4Address(subnet.address().bits() + host), static_cast<std::uint8_t>(subnet.length())};
}

}  // namespace

PacketNetwork::PacketNetwork(const PacketScenario& scenario)
    : scenario_(scenario),
      network_(kernel_, one_host()),
      violin_(network_.add_network("v", nullptr, {})),
      spec_(link_spec(scenario)),
      hosts_(scenario.sites) {
  if (scenario_.lan == PacketScenario::Lan::kNone) {
    build_routers();
  } else {
    build_lan();
  }
  for (std::uint32_t i = 0; i < scenario_.flows.size(); ++i) {
    if (scenario_.lan == PacketScenario::Lan::kBroadcast) {
      add_broadcast(scenario_.flows[i], i);
    } else {
      add_flow(scenario_.flows[i], i);
    }
  }
}

void PacketNetwork::build_lan() {
  Node& lan = network_.add_vswitch(violin_, "lan", kHere);
  const Ipv4Prefix addresses = subnet({10, 0, 0, 0}, 16, 0);
  for (std::uint32_t i = 0; i < scenario_.sites; ++i) {
    Node& host = add_host(i, interface(addresses, i + 1));
    network_.connect(host, host.nics.data(), lan, nullptr, spec_);
  }
}

void PacketNetwork::build_routers() {
  for (std::uint32_t i = 0; i < scenario_.sites; ++i) {
    routers_.push_back(&network_.add_vrouter(violin_, "router" + std::to_string(i), kHere));
  }
  for (std::size_t i = 0; i < scenario_.cables.size(); ++i) {
    const auto [a, b] = scenario_.cables[i];
    add_cable(a, b, subnet({10, 0, 0, 0}, 30, i));
  }
  for (const PacketFlow& flow : scenario_.flows) {
    add_host_at(flow.from);
    add_host_at(flow.to);
  }
  network_.compute_routes(violin_);
}

void PacketNetwork::add_cable(std::uint32_t a, std::uint32_t b, Ipv4Prefix addresses) {
  Node& near = *routers_[a];
  Node& far = *routers_[b];
  Nic& near_nic =
      network_.add_nic(near, {"to" + std::to_string(b), std::nullopt, interface(addresses, 1)});
  Nic& far_nic =
      network_.add_nic(far, {"to" + std::to_string(a), std::nullopt, interface(addresses, 2)});
  network_.connect(near, &near_nic, far, &far_nic, spec_);
}

void PacketNetwork::add_host_at(std::uint32_t site) {
  if (hosts_[site] != nullptr) {
    return;
  }
  const Ipv4Prefix addresses = subnet({172, 16, 0, 0}, 30, site);
  Node& router = *routers_[site];
  Nic& nic = network_.add_nic(router, {"hosts", std::nullopt, interface(addresses, 1)});
  Node& host = add_host(site, interface(addresses, 2));
  network_.connect(router, &nic, host, host.nics.data(), spec_);
}

Node& PacketNetwork::add_host(std::uint32_t site, Ipv4Interface address) {
  Node& host = network_.add_vhost(violin_, "host" + std::to_string(site), kHere);
  host.automatic_gateway = true;
  network_.add_nic(host, {"eth0", std::nullopt, address});
  hosts_[site] = &host;
  return host;
}

void PacketNetwork::add_source(const PacketFlow& flow, std::uint32_t number,
                               Ipv4Address destination) {
  UdpSourceConfig config;
  config.flow = number;
  config.destination = destination;
  config.port = static_cast<std::uint16_t>(kFirstPort + number);
  auto traffic = std::make_unique<ConstantTraffic>(PacketScenario::kPayload, scenario_.flow_rate);
  sources_.push_back(std::make_unique<UdpSource>(hosts_[flow.from]->vhost(), FlowLabel{}, config,
                                                 std::move(traffic)));
}

void PacketNetwork::add_flow(const PacketFlow& flow, std::uint32_t number) {
  Node& to = *hosts_[flow.to];
  add_source(flow, number, to.nics.front().address->address);
  sinks_.push_back(std::make_unique<UdpSink>(to.vhost(), FlowLabel{}, number,
                                             static_cast<std::uint16_t>(kFirstPort + number)));
}

void PacketNetwork::add_broadcast(const PacketFlow& flow, std::uint32_t number) {
  Node& from = *hosts_[flow.from];
  add_source(flow, number, *from.nics.front().address->subnet().broadcast());
  for (Node* to : hosts_) {
    if (to != &from) {
      sinks_.push_back(std::make_unique<UdpSink>(to->vhost(), FlowLabel{}, number,
                                                 static_cast<std::uint16_t>(kFirstPort + number)));
    }
  }
}

// Flows are in order of their starts.
void PacketNetwork::start_flows() {
  const TimePoint begin = kernel_.now();
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    kernel_.run_until(begin + scenario_.flows[i].start);
    sources_[i]->start(kernel_.now());
  }
}

void PacketNetwork::check() const {
  std::uint64_t unexpected = 0;
  network_.for_each_component([&](const Component& component) {
    const Ledger& books = component.ledger();
    if (!books.balances(component.queued())) {
      throw std::runtime_error("the books of " + component.name() + " do not balance");
    }
    unexpected += books.total_drops() - books.drops(Drop::kNeighborQueueFull);
  });
  if (unexpected > 0) {
    throw std::runtime_error(std::to_string(unexpected) + " packets were lost");
  }
}

}  // namespace violin::bench
