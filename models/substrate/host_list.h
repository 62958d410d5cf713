// Lists of overlay hosts.
#pragma once

#include <string>
#include <vector>

#include "models/substrate/load_error.h"
#include "models/substrate/overlay_host.h"

namespace violin {

// One name per line; blank lines and those that begin with '#' are skipped. A name that is not a
// word of letters, digits, '-', '_' and '.', or is there twice, is an error. Throws LoadError.
std::vector<std::string> load_host_names(const SourceText& source,
                                         std::size_t max_bytes = kMaxSourceBytes);

// The PlanetLab user list of WS-DREAM data set 1 (Zheng, Zhang, Lyu, "Investigating QoS of
// real-world web services", IEEE TSC 7, 2014): a header line, then id, address, country, number,
// AS, latitude, longitude, separated by tabs. The address is the name. Throws LoadError.
std::vector<OverlayHost> load_planetlab_hosts(const SourceText& source,
                                              std::size_t max_bytes = kMaxSourceBytes);

}  // namespace violin
