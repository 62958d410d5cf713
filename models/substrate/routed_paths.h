// Paths between hosts that are attached to the routers of a graph.
//
// Delay is access + sum of links + access; a frame survives if it survives every link; the
// bandwidth is the smallest capacity. Paths follow the graph as it is when they are asked for.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/quantity.h"
#include "models/substrate/overlay_host.h"
#include "models/substrate/router_graph.h"
#include "models/substrate/shortest_paths.h"

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
  // 1 where there is no way.
  double loss(HostId from, HostId to) const;
  std::optional<BitRate> bandwidth(HostId from, HostId to) const;
  // In order of travel; empty within a router and where there is no way.
  std::vector<SubstrateLinkId> links(HostId from, HostId to) const;

  RouterGraph& graph() { return graph_; }
  const RouterGraph& graph() const { return graph_; }

 private:
  const ShortestPathTree& tree(HostId from) const;
  RouterId router(HostId host) const { return hosts_[to_index(host)].router; }

  RouterGraph graph_;
  std::vector<HostAttachment> hosts_;
  mutable std::unique_ptr<ShortestPaths> paths_;  // of the graph's present topology, or older
};

// One host on every router, named as the router, where the router is.
std::vector<OverlayHost> host_per_router(const RouterGraph& graph);
std::vector<HostAttachment> attachment_per_router(const RouterGraph& graph);

}  // namespace violin
