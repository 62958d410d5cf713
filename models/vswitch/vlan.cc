#include "models/vswitch/vlan.h"

#include <stdexcept>
#include <string>

namespace violin {

namespace {

VlanId checked(VlanId vlan) {
  const auto number = static_cast<unsigned>(vlan);
  if (number < 1 || number > 4094) {
    throw std::invalid_argument("VLAN " + std::to_string(number) + " is outside 1..4094");
  }
  return vlan;
}

}  // namespace

PortVlan PortVlan::access(VlanId vlan) {
  PortVlan port;
  port.native_ = checked(vlan);
  return port;
}

PortVlan PortVlan::trunk(const VlanSet& allowed, std::optional<VlanId> native) {
  if (allowed[0] || allowed[4095]) {
    throw std::invalid_argument("a trunk allows VLANs of 1..4094 only");
  }
  if (native && !allowed[static_cast<std::size_t>(checked(*native))]) {
    throw std::invalid_argument("native VLAN " + std::to_string(static_cast<unsigned>(*native)) +
                                " is not allowed on its trunk");
  }
  PortVlan port;
  port.native_ = native.value_or(kTransparentVlan);
  port.allowed_ = std::make_unique<const VlanSet>(allowed);
  return port;
}

}  // namespace violin
