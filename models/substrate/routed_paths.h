// Paths between hosts that are attached to the routers of a graph.
//
// Delay is access + sum of links + access; a frame survives if it survives every link; the
// bandwidth is the smallest capacity. Shortest-path trees (Dijkstra) are computed when first asked
// for, one per source router, and kept until the graph changes: 4 bytes per router each.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/quantity.h"
#include "models/substrate/overlay_host.h"
#include "models/substrate/router_graph.h"

namespace violin {

// The cable between a host and its router.
struct HostAttachment {
  RouterId router{};
  Duration delay{0};  // one way
};

class RoutedPaths {
 public:
  // Host number i hangs at hosts[i]. Throws std::invalid_argument for a router that does not exist
  // or a negative delay.
  RoutedPaths(RouterGraph graph, std::vector<HostAttachment> hosts);

  std::size_t size() const { return hosts_.size(); }
  std::optional<Duration> delay(HostId from, HostId to) const;
  double loss(HostId from, HostId to) const;
  std::optional<BitRate> bandwidth(HostId from, HostId to) const;
  // In order of travel; empty within a router and where there is no way.
  std::vector<SubstrateLinkId> links(HostId from, HostId to) const;

  const RouterGraph& graph() const { return graph_; }
  // Applies `change(RouterGraph&)` to the links and forgets the trees.
  template <typename Change>
  void change(Change&& change) {
    change(graph_);
    trees_.assign(graph_.routers().size(), {});
  }

 private:
  using Tree = std::vector<std::uint32_t>;  // by router: the link that enters it, or kNoLink
  const Tree& tree(RouterId source) const;
  bool reachable(HostId from, HostId to) const;
  // Calls `visit(link)` from the last link to the first.
  template <typename Visit>
  void walk_back(HostId from, HostId to, Visit&& visit) const;

  RouterGraph graph_;
  std::vector<HostAttachment> hosts_;
  mutable std::vector<Tree> trees_;  // by source; empty: not computed
};

// One host on every router, named as the router, where the router is.
std::vector<OverlayHost> host_per_router(const RouterGraph& graph);
std::vector<HostAttachment> attachment_per_router(const RouterGraph& graph);

}  // namespace violin
