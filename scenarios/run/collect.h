// What a network tells when its run is over.
#pragma once

#include <vector>

#include "scenarios/build/network.h"
#include "scenarios/run/run_result.h"

namespace violin {

RunLedger collect_ledger(const Network& network);
// Both directions of every virtual link that carried or dropped anything, by name.
std::vector<LinkResult> collect_links(const Network& network, Duration run);
// Every overlay host that entities run on, in the substrate's order.
std::vector<HostResult> collect_hosts(const Network& network, Duration run);
// Of a router-graph substrate: its links that virtual links use, most stressed first.
std::vector<SubstrateLinkResult> collect_substrate_links(const Network& network);

}  // namespace violin
