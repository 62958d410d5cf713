// Multicast in a VIOLIN: the tree by which what a source sends to a group reaches its members, and
// what vSwitches and vRouters on it are told.
//
// The tree is made of the ways that unicast takes from the source to each member, as in MOSPF
// (RFC 1584 section 2): a member is grafted where its way last meets the tree. So each vRouter
// takes the group from one interface, each vLAN is fed by one station, and each link carries a
// frame once.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <vector>

#include "scenarios/build/network.h"
#include "scenarios/build/trace.h"

namespace violin {

// For each member the virtual links to its first vNIC, in order of travel; none where there is no
// way that begins with the vNIC from which the source, a vHost of ours, sends to the group.
std::vector<std::optional<std::vector<Crossing>>> multicast_tree(const Node& source,
                                                                 Ipv4Address group,
                                                                 std::span<Node* const> members);

// For what the VIOLIN's hosts send to that group, by the tables of hosts and routers as they are
// now: gives vSwitches their filter and vRouters their routes, and joins members at the vNICs that
// are reached.
void install_group(VirtualNetwork& violin, Ipv4Address group);

}  // namespace violin
