#include "models/substrate/routed_paths.h"

#include <algorithm>
#include <stdexcept>

#include "models/substrate/delay_matrix.h"

namespace violin {
namespace {

// Calls `visit(id, link)` for each link of the path to `to`, the last one first.
template <typename Visit>
void walk_back(const RouterGraph& graph, const ShortestPathTree& tree, RouterId to, Visit visit) {
  for (auto id = tree.entered_by(to); id; id = tree.entered_by(graph.link(*id).from)) {
    visit(*id, graph.link(*id));
  }
}

}  // namespace

RoutedPaths::RoutedPaths(RouterGraph graph, std::vector<HostAttachment> hosts)
    : graph_(std::move(graph)), hosts_(std::move(hosts)) {
  for (const HostAttachment& host : hosts_) {
    if (to_index(host.router) >= graph_.routers().size()) {
      throw std::invalid_argument("a host is attached to a router that does not exist");
    }
    if (host.delay < Duration{0} || host.delay > DelayMatrix::kMax) {
      throw std::invalid_argument("the delay between a host and router '" +
                                  graph_.router(host.router).name + "' is not between 0 and 536 s");
    }
  }
}

const ShortestPathTree& RoutedPaths::tree(HostId from) const {
  if (!paths_ || paths_->topology_version() != graph_.topology_version()) {
    paths_ = std::make_unique<ShortestPaths>(graph_);
  }
  return paths_->from(router(from));
}

std::optional<Duration> RoutedPaths::delay(HostId from, HostId to) const {
  const ShortestPathTree& paths = tree(from);
  if (!paths.reaches(router(to))) {
    return std::nullopt;
  }
  Duration total = hosts_[to_index(from)].delay + hosts_[to_index(to)].delay;
  walk_back(graph_, paths, router(to),
            [&](SubstrateLinkId, const SubstrateLink& link) { total += link.delay; });
  return total;
}

double RoutedPaths::loss(HostId from, HostId to) const {
  const ShortestPathTree& paths = tree(from);
  double survival = paths.reaches(router(to)) ? 1 : 0;
  walk_back(graph_, paths, router(to),
            [&](SubstrateLinkId, const SubstrateLink& link) { survival *= 1 - link.loss; });
  return 1 - survival;
}

std::optional<BitRate> RoutedPaths::bandwidth(HostId from, HostId to) const {
  std::optional<BitRate> narrowest;
  walk_back(graph_, tree(from), router(to), [&](SubstrateLinkId, const SubstrateLink& link) {
    if (link.capacity && (!narrowest || *link.capacity < *narrowest)) {
      narrowest = link.capacity;
    }
  });
  return narrowest;
}

std::vector<SubstrateLinkId> RoutedPaths::links(HostId from, HostId to) const {
  std::vector<SubstrateLinkId> links;
  walk_back(graph_, tree(from), router(to),
            [&](SubstrateLinkId id, const SubstrateLink&) { links.push_back(id); });
  std::reverse(links.begin(), links.end());
  return links;
}

std::vector<OverlayHost> host_per_router(const RouterGraph& graph) {
  std::vector<OverlayHost> hosts;
  hosts.reserve(graph.routers().size());
  for (const Router& router : graph.routers()) {
    OverlayHost host;
    host.name = router.name;
    host.position = router.position;
    host.country = router.country;
    hosts.push_back(std::move(host));
  }
  return hosts;
}

std::vector<HostAttachment> attachment_per_router(const RouterGraph& graph) {
  std::vector<HostAttachment> attachments(graph.routers().size());
  for (std::uint32_t id = 0; id < attachments.size(); ++id) {
    attachments[id].router = RouterId{id};
  }
  return attachments;
}

}  // namespace violin
