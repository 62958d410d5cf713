#include "models/substrate/link_stress.h"

#include <algorithm>

namespace violin {

LinkStress::LinkStress(const Substrate& substrate, std::span<const VirtualLoad> loads) {
  const RouterGraph* graph = substrate.graph();
  if (graph == nullptr) {
    return;
  }
  links_.resize(graph->links().size());
  for (const VirtualLoad& load : loads) {
    unrouted_ += substrate.delay(load.from, load.to) ? 0 : 1;
    for (const SubstrateLinkId id : substrate.path(load.from, load.to)) {
      LinkLoad& link = links_[to_index(id)];
      link.stress += load.copies;
      link.frames += load.frames;
      link.bytes += load.bytes;
      resource_usage_ms_ +=
          static_cast<double>(load.copies) * to_seconds(graph->link(id).delay) * 1e3;
    }
  }
}

std::uint64_t LinkStress::worst() const {
  std::uint64_t worst = 0;
  for (const LinkLoad& link : links_) {
    worst = std::max(worst, link.stress);
  }
  return worst;
}

double LinkStress::mean() const {
  std::uint64_t sum = 0;
  std::uint64_t used = 0;
  for (const LinkLoad& link : links_) {
    sum += link.stress;
    used += link.stress > 0 ? 1 : 0;
  }
  return used == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(used);
}

}  // namespace violin
