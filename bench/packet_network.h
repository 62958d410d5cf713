// A packet scenario as a running network of ours, put together from what the scenario builder uses:
// Network with its vHosts, vSwitches, vRouters and cables, computed routes, UDP applications.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "bench/engine.h"
#include "bench/packet_scenario.h"
#include "core/kernel.h"
#include "models/app/app.h"
#include "scenarios/build/network.h"

namespace violin::bench {

class PacketNetwork final : public Engine {
 public:
  // Everything is built, no flow has begun.
  explicit PacketNetwork(const PacketScenario& scenario);

  void start_flows();
  void run_for(Duration d) override { kernel_.run_until(kernel_.now() + d); }
  std::uint64_t items() const override { return network_.deliveries(); }

  // The books of every component balance, and no packet was lost but those that waited for ARP when
  // their flow began. Throws std::runtime_error otherwise: then the figures mean nothing.
  void check() const;

 private:
  using Spec = std::shared_ptr<const LinkSpec>;

  void build_lan();
  void build_routers();
  void add_cable(std::uint32_t a, std::uint32_t b, Ipv4Prefix subnet);
  void add_host_at(std::uint32_t site);
  Node& add_host(std::uint32_t site, Ipv4Interface address);
  void add_flow(const PacketFlow& flow, std::uint32_t number);
  void add_broadcast(const PacketFlow& flow, std::uint32_t number);
  void add_source(const PacketFlow& flow, std::uint32_t number, Ipv4Address destination);

  PacketScenario scenario_;
  Kernel kernel_;
  Network network_;
  VirtualNetwork& violin_;
  Spec spec_;
  std::vector<Node*> routers_;
  std::vector<Node*> hosts_;  // by site, nullptr where no flow begins or ends
  std::vector<std::unique_ptr<App>> sources_;
  std::vector<std::unique_ptr<App>> sinks_;
};

}  // namespace violin::bench
