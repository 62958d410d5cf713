// A move of many entities at once, for local search: of some that are joined by links which make a
// tree, each to the best of some hosts, while everything else stays.
//
// The best for the pairwise cost and for the price of each host that one more of them overloads is
// found by dynamic programming: O(entities x hosts^2). From the root on, each then also pays for
// what those before it have taken. The terms that are no sums over links are left to whoever
// accepts the move.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <functional>
#include <vector>

#include "core/random.h"
#include "models/placement/search/incremental.h"

namespace violin::placement {

class TreeMover {
 public:
  // Both outlive this.
  TreeMover(Incremental& state, RandomStream& random);

  // Up to `size` entities around `first`, none of them pinned. Calls `apply`, which is to move it,
  // for each that does not stay.
  using Apply = std::function<void(EntityId, HostId)>;
  void move(EntityId first, std::size_t size, float price, const Apply& apply);

 private:
  struct Node {
    EntityId entity;
    std::size_t parent;      // the root's is itself
    const Incident* upward;  // nullptr at the root
    Eigen::ArrayXf growth;   // of the excess, by host; empty if nothing is limited
    Eigen::ArrayXf cost;     // of its subtree, by host
  };

  void grow(EntityId first, std::size_t size);
  bool joins_as_leaf(EntityId entity) const;
  // All, if that does not take long; else those where entities and neighbours are, the best for
  // single entities, and some drawn at random.
  void choose_hosts(float price);
  bool can_afford_all() const;
  void choose(HostId host);
  void choose_best(EntityId entity, float price);
  void measure_hosts();
  void price_alone(Node& node, float price);
  Eigen::ArrayXf cheapest(const Node& node) const;
  void fill_edge(const Incident& upward, Eigen::Index own, Eigen::ArrayXf& by_parent) const;
  Eigen::ArrayXf edge_to(const Node& node, Eigen::Index parent_host) const;

  HostId host_at(Eigen::Index index) const { return hosts_[static_cast<std::size_t>(index)]; }
  HostId settle(Node& node, float price);

  Incremental& state_;
  RandomStream& random_;
  std::vector<Node> nodes_;     // parents before children
  std::vector<bool> joined_;    // by entity
  std::vector<HostId> hosts_;   // to choose from
  std::vector<bool> chosen_;    // by host
  std::vector<float> by_host_;  // room for a sweep
  // Between the hosts to choose from; a column for each host that a child may be on. Where delays
  // are symmetric `delay_up_` is for both directions.
  Eigen::ArrayXXf delay_up_, delay_down_, loss_up_, loss_down_;
};

}  // namespace violin::placement
