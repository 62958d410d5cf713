#include "models/placement/search/tree_move.h"

#include <algorithm>
#include <limits>

namespace violin::placement {

namespace {

constexpr std::size_t kSweeps = 24;  // entities whose best host is looked for among all
constexpr std::size_t kFewHosts = 8;
constexpr double kSteps = 8e6;        // of a move over all hosts, at most
constexpr std::size_t kMatrices = 8;  // they take as long as so many entities
constexpr float kForbidden = std::numeric_limits<float>::max() / 4;

}  // namespace

TreeMover::TreeMover(Incremental& state, RandomStream& random)
    : state_(state),
      random_(random),
      joined_(state.placement().size()),
      chosen_(state.problem().hosts()),
      by_host_(state.problem().hosts()) {}

bool TreeMover::joins_as_leaf(EntityId entity) const {
  return !joined_[to_index(entity)] && !state_.problem().entity(entity).pinned() &&
         std::ranges::count_if(state_.pairs().incidents(entity), [&](const Incident& incident) {
           return joined_[to_index(incident.other)];
         }) == 1;
}

void TreeMover::grow(EntityId first, std::size_t size) {
  for (const Node& node : nodes_) {
    joined_[to_index(node.entity)] = false;
  }
  nodes_.clear();
  nodes_.push_back({first, 0, nullptr, {}, {}});
  joined_[to_index(first)] = true;
  for (std::size_t at = 0; at < nodes_.size(); ++at) {
    for (const Incident& incident : state_.pairs().incidents(nodes_[at].entity)) {
      if (nodes_.size() < size && joins_as_leaf(incident.other)) {
        joined_[to_index(incident.other)] = true;
        const auto back = state_.pairs().incidents(incident.other);
        const auto upward = std::ranges::find(back, nodes_[at].entity, &Incident::other);
        nodes_.push_back({incident.other, at, &*upward, {}, {}});
      }
    }
  }
}

void TreeMover::choose(HostId host) {
  if (!chosen_[violin::to_index(host)]) {
    chosen_[violin::to_index(host)] = true;
    hosts_.push_back(host);
  }
}

void TreeMover::choose_best(EntityId entity, float price) {
  std::ranges::fill(by_host_, 0.0F);
  state_.add_links(entity, by_host_);
  if (price > 0) {
    state_.add_growth(entity, price, by_host_);
  }
  choose(cheapest_host(by_host_));
}

bool TreeMover::can_afford_all() const {
  const double hosts = static_cast<double>(chosen_.size());
  return hosts * hosts * static_cast<double>(nodes_.size() + kMatrices) < kSteps;
}

void TreeMover::choose_hosts(float price) {
  for (const HostId host : hosts_) {
    chosen_[violin::to_index(host)] = false;
  }
  hosts_.clear();
  if (can_afford_all()) {
    for (std::uint32_t h = 0; h < chosen_.size(); ++h) {
      choose(HostId{h});
    }
    return;
  }
  for (const Node& node : nodes_) {
    choose(state_.host(node.entity));
    const auto& allowed = state_.problem().entity(node.entity).allowed;
    for (std::size_t i = 0; i < std::min(allowed.size(), kFewHosts); ++i) {
      choose(allowed[random_() % allowed.size()]);
    }
  }
  for (std::size_t i = 0; i < std::min(nodes_.size(), kSweeps); ++i) {
    const Node& node = nodes_[nodes_.size() <= kSweeps ? i : random_() % nodes_.size()];
    choose_best(node.entity, price);
    const auto incidents = state_.pairs().incidents(node.entity);
    for (std::size_t k = 0; k < std::min(incidents.size(), kFewHosts); ++k) {
      choose(state_.host(incidents[random_() % incidents.size()].other));
    }
  }
  for (std::size_t i = 0; i < kFewHosts; ++i) {
    choose(HostId{static_cast<std::uint32_t>(random_() % chosen_.size())});
  }
}

void TreeMover::measure_hosts() {
  const auto n = static_cast<Eigen::Index>(hosts_.size());
  const auto measure = [&](Eigen::ArrayXXf& matrix, const Incident& unit) {
    matrix.resize(n, n);
    for (Eigen::Index child = 0; child < n; ++child) {
      for (Eigen::Index parent = 0; parent < n; ++parent) {
        matrix(parent, child) =
            static_cast<float>(state_.pairs().cost(unit, hosts_[static_cast<std::size_t>(child)],
                                                   hosts_[static_cast<std::size_t>(parent)]));
      }
    }
  };
  measure(delay_up_, {.delay = {1, 0}});
  if (!state_.pairs().symmetric()) {
    measure(delay_down_, {.delay = {0, 1}});
  }
  if (state_.pairs().lossy()) {
    measure(loss_up_, {.loss = {1, 0}});
    measure(loss_down_, {.loss = {0, 1}});
  }
}

void TreeMover::price_alone(Node& node, float price) {
  const auto n = static_cast<Eigen::Index>(hosts_.size());
  node.cost.resize(n);
  if (state_.constrained()) {
    node.growth.resize(n);
    std::ranges::fill(by_host_, 0.0F);
    state_.add_growth(node.entity, 1, by_host_);
  }
  const auto& allowed = state_.problem().entity(node.entity).allowed;
  for (Eigen::Index i = 0; i < n; ++i) {
    double sum = 0;
    for (const Incident& incident : state_.pairs().incidents(node.entity)) {
      if (!joined_[to_index(incident.other)]) {
        sum += state_.pairs().cost(incident, host_at(i), state_.host(incident.other));
      }
    }
    if (state_.constrained()) {
      node.growth[i] = by_host_[violin::to_index(host_at(i))];
      sum += price * node.growth[i];
    }
    const bool may = allowed.empty() || std::ranges::binary_search(allowed, host_at(i));
    node.cost[i] = may ? static_cast<float>(sum) : kForbidden;
  }
}

void TreeMover::fill_edge(const Incident& upward, Eigen::Index own,
                          Eigen::ArrayXf& by_parent) const {
  const auto weight = [](double w) { return static_cast<float>(w); };
  if (state_.pairs().symmetric()) {
    by_parent = weight(upward.delay[0] + upward.delay[1]) * delay_up_.col(own);
  } else {
    by_parent = weight(upward.delay[0]) * delay_up_.col(own) +
                weight(upward.delay[1]) * delay_down_.col(own);
  }
  if (state_.pairs().lossy()) {
    by_parent +=
        weight(upward.loss[0]) * loss_up_.col(own) + weight(upward.loss[1]) * loss_down_.col(own);
  }
}

// Of a node's subtree, for each host of the parent.
Eigen::ArrayXf TreeMover::cheapest(const Node& node) const {
  const Eigen::Index n = node.cost.size();
  Eigen::ArrayXf best = Eigen::ArrayXf::Constant(n, std::numeric_limits<float>::max());
  Eigen::ArrayXf edge(n);
  for (Eigen::Index own = 0; own < n; ++own) {
    if (node.cost[own] < kForbidden) {
      fill_edge(*node.upward, own, edge);
      best = best.min(edge + node.cost[own]);
    }
  }
  return best;
}

// The best host, now that the parent and others before it are where they will be.
HostId TreeMover::settle(Node& node, float price) {
  const HostId home = state_.host(node.entity);
  for (Eigen::Index i = 0; node.upward != nullptr && i < node.cost.size(); ++i) {
    node.cost[i] += static_cast<float>(
        state_.pairs().cost(*node.upward, host_at(i), state_.host(nodes_[node.parent].entity)));
  }
  std::vector<bool> counted(hosts_.size());
  Eigen::Index best = 0;
  node.cost.minCoeff(&best);
  const auto at_home = std::ranges::find(hosts_, home) - hosts_.begin();
  while (state_.constrained() && !counted[static_cast<std::size_t>(best)]) {
    counted[static_cast<std::size_t>(best)] = true;
    const auto now = static_cast<float>(state_.move_cost(node.entity, host_at(best)).excess.amount);
    node.cost[best] += price * (now - (node.growth[best] - node.growth[at_home]));
    node.cost.minCoeff(&best);
  }
  return host_at(best);
}

void TreeMover::move(EntityId first, std::size_t size, float price, const Apply& apply) {
  grow(first, size);
  choose_hosts(price);
  measure_hosts();
  for (Node& node : nodes_) {
    price_alone(node, price);
  }
  for (std::size_t i = nodes_.size() - 1; i > 0; --i) {
    nodes_[nodes_[i].parent].cost += cheapest(nodes_[i]);
  }
  for (Node& node : nodes_) {
    const HostId to = settle(node, price);
    if (to != state_.host(node.entity)) {
      apply(node.entity, to);
    }
  }
}

}  // namespace violin::placement
