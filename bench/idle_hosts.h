// vHosts with their links on 10,000 overlay hosts, in vLANs of 100, with nothing to do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/kernel.h"
#include "scenarios/build/network.h"

namespace violin::bench {

class IdleHosts {
 public:
  // Built through Network, as a scenario's are; vSwitches are one in a hundred entities.
  explicit IdleHosts(std::uint32_t hosts);

 private:
  void add_lan(std::uint32_t lan, std::uint32_t first, std::uint32_t count);

  Kernel kernel_;
  Network network_;
  VirtualNetwork& violin_;
  std::shared_ptr<const LinkSpec> spec_;
};

// Of this process, after giving back what is free.
std::size_t resident_bytes();

}  // namespace violin::bench
