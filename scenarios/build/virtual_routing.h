// Static shortest-path routes for all vRouters of a VIOLIN, and gateways for its vHosts.
//
// Two vRouters are adjacent where vNICs of theirs have addresses of one subnet and are joined by a
// cable or over vSwitches. The length of a virtual link is its configured mean delay, plus that
// between its hosts, plus 1 us. Links that are down, and entities whose hosts are, do not count.
#pragma once

#include "scenarios/build/network.h"

namespace violin {

// Replaces every vRouter's computed routes; routes that the scenario gave stay, and go before
// computed ones. vHosts with an automatic gateway get the nearest vRouter of their first vNIC's
// vLAN; without any they keep the one that they have.
void install_shortest_paths(Network& network, VirtualNetwork& violin);

}  // namespace violin
