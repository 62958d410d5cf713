#include "scenarios/build/virtual_network.h"

#include <algorithm>

#include "core/require.h"

namespace violin {

std::string_view Node::name() const {
  return std::string_view(entity->name()).substr(network.name().size() + 1);
}

Nic* Node::find_nic(std::string_view nic_name) {
  const auto found = std::ranges::find(nics, nic_name, &Nic::name);
  return found == nics.end() ? nullptr : &*found;
}

Nic& Node::nic_at(PortIndex port) {
  const auto found = std::ranges::find(nics, port, &Nic::port);
  require(found != nics.end(), "a link ends at a vNIC");
  return *found;
}

void HostGroup::Member::leave(Ipv4Address group) {
  if (joined && !node->outside) {
    node->vhost().leave(*joined, group);
  }
  joined.reset();
}

Node* VirtualNetwork::find(std::string_view node_name) const {
  const auto found = by_name_.find(node_name);
  return found == by_name_.end() ? nullptr : found->second;
}

Node* VirtualNetwork::owner_of(Ipv4Address address) const {
  const auto has_it = [&](const Nic& nic) {
    return nic.address && nic.address->address == address;
  };
  const auto found = std::ranges::find_if(
      nodes_, [&](const auto& node) { return std::ranges::any_of(node->nics, has_it); });
  return found == nodes_.end() ? nullptr : found->get();
}

}  // namespace violin
