// Shortest paths over the links of a router graph that are up: Dijkstra, one tree per source, each
// computed when first asked for and kept (4 bytes per router).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "models/substrate/router_graph.h"

namespace violin {

// From one source to every router.
class ShortestPathTree {
 public:
  ShortestPathTree(RouterId source, std::vector<std::uint32_t> entered_by)
      : source_(source), entered_by_(std::move(entered_by)) {}

  bool reaches(RouterId router) const { return router == source_ || entered_by(router); }
  // The last link of the path to the router; nullopt at the source and where there is no path.
  std::optional<SubstrateLinkId> entered_by(RouterId router) const {
    const std::uint32_t link = entered_by_[to_index(router)];
    return link == kNone ? std::nullopt : std::optional(SubstrateLinkId{link});
  }
  static constexpr std::uint32_t kNone = 0xffff'ffff;

 private:
  RouterId source_;
  std::vector<std::uint32_t> entered_by_;  // link by router, or kNone
};

class ShortestPaths {
 public:
  // Of the graph as it is now; copies what it needs.
  explicit ShortestPaths(const RouterGraph& graph);
  ShortestPaths(const ShortestPaths&) = delete;
  ShortestPaths& operator=(const ShortestPaths&) = delete;
  ~ShortestPaths();

  // Valid as long as this.
  const ShortestPathTree& from(RouterId source);
  // That of the graph when it was copied.
  std::uint64_t topology_version() const { return topology_version_; }

 private:
  struct Topology;  // in Boost.Graph's terms
  std::uint64_t topology_version_;
  std::unique_ptr<Topology> topology_;
  std::vector<std::unique_ptr<ShortestPathTree>> trees_;
};

}  // namespace violin
