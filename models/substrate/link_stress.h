// How heavily the links of the substrate are used by virtual links.
//
// Stress of a link is the number of identical copies of a packet that cross it: Chu, Rao, Zhang, "A
// case for end system multicast", SIGMETRICS 2000(Narada). With one copy per virtual
// link that is the number of virtual links whose path contains it. Links are directed here; the
// paper's physical link is the sum over a cable's two directions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/substrate/substrate.h"

namespace violin {

// What one virtual link sends in one direction.
struct VirtualLoad {
  HostId from{};
  HostId to{};
  std::uint64_t copies = 1;  // of a packet
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
};

struct LinkLoad {
  std::uint64_t stress = 0;
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
};

class LinkStress {
 public:
  // Along the substrate's present paths; of a substrate without a graph there is none to tell
  // (links() is empty). Loads between hosts that have no way are counted in unrouted().
  LinkStress(const Substrate& substrate, std::span<const VirtualLoad> loads);

  std::span<const LinkLoad> links() const { return links_; }  // by SubstrateLinkId
  std::size_t unrouted() const { return unrouted_; }
  std::uint64_t worst() const;
  // Mean over the links that carry anything, as the paper takes it; 0 if none does.
  double mean() const;
  // Sum over all links of stress x delay, in milliseconds: the paper's resource usage.
  double resource_usage_ms() const { return resource_usage_ms_; }

 private:
  std::vector<LinkLoad> links_;
  std::size_t unrouted_ = 0;
  double resource_usage_ms_ = 0;
};

}  // namespace violin
