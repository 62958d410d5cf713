// Measured RTT matrices as text: one line per source host, in each line one number per destination,
// in milliseconds, separated by tabs or commas (with blanks around them or not) or by blanks. The
// format of the PlanetLab slices of Zhu et al., "Network latency estimation for personal devices",
// IEEE/ACM ToN 25, 2017: square, zero diagonal, no names.
//
// Refused, with the place: a line of another length than the first, more or fewer lines than
// columns, anything that is no number, negative or not finite, more than 10^6 ms, zero off the
// diagonal (it means "not measured": there are no two hosts at no distance), and other than zero on
// it.
#pragma once

#include <string>
#include <vector>

#include "models/substrate/delay_matrix.h"
#include "models/substrate/load_error.h"
#include "models/substrate/substrate.h"

namespace violin {

struct RttMatrixOptions {
  std::vector<std::string> names;  // of the hosts, in order; none: node0, node1, ...
  std::size_t max_bytes = kMaxSourceBytes;
};

// Throws LoadError, also if the number of names is not that of the lines.
Substrate load_rtt_matrix(const SourceText& source, const RttMatrixOptions& options = {});
// The delays alone (half of each RTT), for a change of the substrate of the same hosts.
DelayMatrix load_rtt_delays(const SourceText& source, std::size_t max_bytes = kMaxSourceBytes);

}  // namespace violin
