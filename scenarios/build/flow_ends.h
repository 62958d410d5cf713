// Between whom the flows of a scenario go.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scenarios/build/builder.h"

namespace violin {

// A flow with `pairs` as that many flows, named and numbered from 1; any other as it is.
std::vector<scenario::Flow> one_by_one(const scenario::Flow& flow, const ScenarioBuilder& builder);

struct Destination {
  Node* node;                          // nullptr: only an address is known
  std::optional<Ipv4Address> address;  // none: there is no such entity or vNIC now
};

// What a flow's `to` means; a bare name is looked for in the sender's VIOLIN.
Destination resolve(const ScenarioBuilder& builder, const Node& from, const std::string& written);

// The vHosts that a datagram to this broadcast address is for; none if it is no such address.
std::vector<Node*> broadcast_receivers(const Node& from, Ipv4Address destination);

// The vHosts that a flow to a multicast group is for, as far as they are there now.
std::vector<Node*> members_of(const ScenarioBuilder& builder, const Node& from,
                              const scenario::Flow& flow);

}  // namespace violin
