#include "models/substrate/router_graph.h"

#include <stdexcept>

#include "core/require.h"
#include "models/substrate/delay_matrix.h"

namespace violin {
namespace {

bool valid_delay(Duration delay) { return delay >= Duration{0} && delay <= DelayMatrix::kMax; }
bool valid_loss(double loss) { return loss >= 0 && loss <= 1; }

void refuse_unless(bool valid, const SubstrateLink& link, const char* reason) {
  if (!valid) {
    throw std::invalid_argument("substrate link '" + link.name + "': " + reason);
  }
}

}  // namespace

RouterId RouterGraph::add_router(Router router) {
  const RouterId id{static_cast<std::uint32_t>(routers_.size())};
  if (router.name.empty()) {
    throw std::invalid_argument("a router without a name");
  }
  if (!by_name_.emplace(router.name, id).second) {
    throw std::invalid_argument("two routers are called '" + router.name + "'");
  }
  routers_.push_back(std::move(router));
  ++topology_version_;
  return id;
}

SubstrateLinkId RouterGraph::add_link(SubstrateLink link) {
  refuse_unless(to_index(link.from) < routers_.size() && to_index(link.to) < routers_.size(), link,
                "both ends are routers of the graph");
  refuse_unless(valid_delay(link.delay), link, "its delay is between 0 and 536 s");
  refuse_unless(valid_loss(link.loss), link, "its loss is between 0 and 1");
  refuse_unless(link.weight <= kMaxWeight, link, "its weight is at most 10^12");
  const SubstrateLinkId id{static_cast<std::uint32_t>(links_.size())};
  links_.push_back(std::move(link));
  ++topology_version_;
  return id;
}

SubstrateLinkId RouterGraph::add_cable(SubstrateLink link) {
  SubstrateLink back = link;
  std::swap(back.from, back.to);
  const SubstrateLinkId there = add_link(std::move(link));
  join(there, add_link(std::move(back)));
  return there;
}

void RouterGraph::join(SubstrateLinkId a, SubstrateLinkId b) {
  SubstrateLink& there = mutable_link(a);
  SubstrateLink& back = mutable_link(b);
  require(
      a != b && there.from == back.to && there.to == back.from && !there.reverse && !back.reverse,
      "a cable is two links, there and back, of no other cable");
  there.reverse = b;
  back.reverse = a;
}

const Router& RouterGraph::router(RouterId id) const {
  require(to_index(id) < routers_.size(), "the router is in the graph");
  return routers_[to_index(id)];
}

const SubstrateLink& RouterGraph::link(SubstrateLinkId id) const {
  require(to_index(id) < links_.size(), "the link is in the graph");
  return links_[to_index(id)];
}

SubstrateLink& RouterGraph::mutable_link(SubstrateLinkId id) {
  require(to_index(id) < links_.size(), "the link is in the graph");
  return links_[to_index(id)];
}

std::optional<RouterId> RouterGraph::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<SubstrateLinkId> RouterGraph::find_link(RouterId from, RouterId to) const {
  for (std::uint32_t id = 0; id < links_.size(); ++id) {
    if (links_[id].from == from && links_[id].to == to) {
      return SubstrateLinkId{id};
    }
  }
  return std::nullopt;
}

void RouterGraph::set_link_delay(SubstrateLinkId id, Duration delay) {
  require(valid_delay(delay), "a link's delay is between 0 and DelayMatrix::kMax");
  mutable_link(id).delay = delay;
  topology_version_ += metric_ == Metric::kDelay ? 1 : 0;
}

void RouterGraph::set_link_weight(SubstrateLinkId id, std::uint64_t weight) {
  require(weight <= kMaxWeight, "a link's weight is at most kMaxWeight");
  mutable_link(id).weight = weight;
  topology_version_ += metric_ == Metric::kWeight ? 1 : 0;
}

void RouterGraph::set_link_capacity(SubstrateLinkId id, std::optional<BitRate> capacity) {
  mutable_link(id).capacity = capacity;
}

void RouterGraph::set_link_loss(SubstrateLinkId id, double loss) {
  require(valid_loss(loss), "a link's loss is between 0 and 1");
  mutable_link(id).loss = loss;
}

void RouterGraph::set_link_up(SubstrateLinkId id, bool up) {
  mutable_link(id).up = up;
  ++topology_version_;
}

}  // namespace violin
