#include "tests/peers/violin_chain.h"

#include <memory>
#include <string>
#include <utility>

#include "core/kernel.h"
#include "core/metrics.h"
#include "models/app/udp_flow.h"
#include "models/link/cable.h"
#include "models/vhost/vhost.h"
#include "models/vrouter/vrouter.h"

namespace violin {
namespace {

constexpr std::uint16_t kFirstPort = 10'000;

// Subnet i joins node i, at .1, with node i + 1, at .2.
Ipv4Address address(std::size_t subnet, unsigned host) {
  return Ipv4Address(10, 0, static_cast<std::uint8_t>(subnet), static_cast<std::uint8_t>(host));
}
Ipv4Interface interface(std::size_t subnet, unsigned host) { return {address(subnet, host), 24}; }

// Serialisation counts the MAC frame and nothing else.
PipeParameters pipe(const ChainHop& hop, std::uint32_t queue_frames) {
  PipeParameters parameters;
  parameters.rate = hop.rate;
  parameters.queue.max_frames = queue_frames;
  parameters.delay = ConstantDelay{hop.delay};
  return parameters;
}

class Row {
 public:
  explicit Row(const Chain& chain) : first_(kernel_, "first"), last_(kernel_, "last") {
    const std::size_t end = chain.hops.size() - 1;
    first_.add_vnic({"eth0", mac(), interface(0, 1)});
    first_.set_default_gateway(address(0, 2));
    last_.add_vnic({"eth0", mac(), interface(end, 2)});
    last_.set_default_gateway(address(end, 1));
    for (std::size_t i = 1; i <= end; ++i) {
      add_router(i, end);
    }
    for (std::size_t i = 0; i <= end; ++i) {
      const CableEnd near =
          i == 0 ? CableEnd{first_, PortIndex{0}} : CableEnd{*routers_[i - 1], PortIndex{1}};
      const CableEnd far =
          i == end ? CableEnd{last_, PortIndex{0}} : CableEnd{*routers_[i], PortIndex{0}};
      cables_.push_back(std::make_unique<Cable>(kernel_, "cable" + std::to_string(i), near, far,
                                                pipe(chain.hops[i], chain.queue_frames)));
    }
  }

  std::vector<ChainOutcome> run(const Chain& chain) {
    std::vector<std::unique_ptr<UdpSource>> sources;
    std::vector<std::unique_ptr<UdpSink>> sinks;
    const Ipv4Address destination = address(chain.hops.size() - 1, 2);
    for (std::uint32_t i = 0; i < chain.flows.size(); ++i) {
      const auto port = static_cast<std::uint16_t>(kFirstPort + i);
      sinks.push_back(std::make_unique<UdpSink>(last_, FlowLabel{}, i, port));
      UdpSourceConfig config;
      config.flow = i;
      config.destination = destination;
      config.port = port;
      sources.push_back(std::make_unique<UdpSource>(
          first_, FlowLabel{}, config, std::make_unique<TraceTraffic>(chain.flows[i].emissions)));
      sources.back()->start(kernel_.now());
    }
    kernel_.run_until(kRunStart + chain.duration);
    std::vector<ChainOutcome> outcomes;
    for (std::size_t i = 0; i < sinks.size(); ++i) {
      const FlowReport flow =
          join(sources[i]->report(kernel_.now()), sinks[i]->report(kernel_.now()));
      outcomes.push_back({flow.sent, flow.received, flow.delay->mean().value() * 1e-9});
    }
    return outcomes;
  }

 private:
  MacAddress mac() { return MacAddress::local(++macs_); }

  // Router i has port 0 towards the first host and port 1 towards the last one.
  void add_router(std::size_t i, std::size_t end) {
    auto& router =
        *routers_.emplace_back(std::make_unique<VRouter>(kernel_, "router" + std::to_string(i)));
    router.add_interface({"back", mac(), interface(i - 1, 2)});
    router.add_interface({"forth", mac(), interface(i, 1)});
    std::vector<Route> routes;
    for (std::size_t subnet = 0; subnet + 1 < i; ++subnet) {
      routes.push_back(
          {interface(subnet, 0).subnet(), {Delivery::kVia, 0, PortIndex{0}, address(i - 1, 1)}});
    }
    for (std::size_t subnet = i + 1; subnet <= end; ++subnet) {
      routes.push_back(
          {interface(subnet, 0).subnet(), {Delivery::kVia, 0, PortIndex{1}, address(i, 2)}});
    }
    router.set_computed_routes(std::move(routes));
  }

  Kernel kernel_;
  VHost first_;
  VHost last_;
  std::vector<std::unique_ptr<VRouter>> routers_;
  std::vector<std::unique_ptr<Cable>> cables_;
  std::uint64_t macs_ = 0;
};

}  // namespace

std::vector<ChainOutcome> run_in_violin(const Chain& chain) { return Row(chain).run(chain); }

}  // namespace violin
