#include "bench/idle_hosts.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

namespace violin::bench {

namespace {

constexpr std::uint32_t kOverlayHosts = 10'000;
constexpr std::uint32_t kPerLan = 100;

// On a grid over the Earth: 100 by 100.
Substrate overlay() {
  std::vector<OverlayHost> hosts;
  for (std::uint32_t i = 0; i < kOverlayHosts; ++i) {
    const std::uint32_t row = i / 100;
    const std::uint32_t column = i % 100;
    const double latitude = -89.0 + 1.78 * row;
    const double longitude = -179.0 + 3.58 * column;
    hosts.push_back(
        {.name = "overlay" + std::to_string(i), .position = Coordinates{latitude, longitude}});
  }
  GeographicPaths paths(hosts);
  return Substrate(std::move(hosts), std::move(paths));
}

HostId place(std::uint32_t index) { return HostId{index % kOverlayHosts}; }

}  // namespace

IdleHosts::IdleHosts(std::uint32_t hosts)
    : network_(kernel_, overlay()), violin_(network_.add_network("idle", nullptr, {})) {
  PipeParameters pipe;
  pipe.rate = BitRate::mbps(100);
  pipe.queue.max_frames = 100;
  pipe.delay = ConstantDelay{std::chrono::microseconds(10)};
  spec_ = std::make_shared<const LinkSpec>(LinkSpec{pipe, pipe});
  for (std::uint32_t first = 0; first < hosts; first += kPerLan) {
    add_lan(first / kPerLan, first, std::min(kPerLan, hosts - first));
  }
  network_.compute_routes(violin_);
}

void IdleHosts::add_lan(std::uint32_t lan, std::uint32_t first, std::uint32_t count) {
  Node& vswitch = network_.add_vswitch(violin_, "lan" + std::to_string(lan), place(lan));
  for (std::uint32_t i = 0; i < count; ++i) {
    Node& host = network_.add_vhost(violin_, "vhost" + std::to_string(first + i), place(first + i));
    const Ipv4Address address(0x0a00'0001U + (lan << 8) + i);
    network_.add_nic(host, {"eth0", std::nullopt, {address, 24}});
    network_.connect(host, host.nics.data(), vswitch, nullptr, spec_);
  }
}

std::size_t resident_bytes() {
  malloc_trim(0);
  std::ifstream statistics("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  statistics >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace violin::bench
