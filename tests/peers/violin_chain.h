// The same row of routers in ours.
#pragma once

#include <vector>

#include "tests/peers/ns3_chain.h"

namespace violin {

std::vector<ChainOutcome> run_in_violin(const Chain& chain);

}  // namespace violin
