#include "models/adaptation/plan_bound.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace violin::adaptation {

namespace {

using Row = std::vector<double>;  // by HostId

HostId host_id(std::size_t host) { return HostId{static_cast<std::uint32_t>(host)}; }

// Makes the least element 0; returns what it was.
double normalise(Row& row) {
  const double least = *std::ranges::min_element(row);
  for (double& value : row) {
    value -= least;
  }
  return least;
}

struct Edge {
  std::array<std::size_t, 2> ends{};  // nodes, the earlier one first
  const Epoch* epoch = nullptr;
  const Snapshot::Link* link = nullptr;  // nullptr: a move
  bool turned = false;                   // the link's first end is the later node
  EntityId entity{};                     // that moves
  std::array<Row, 2> messages{};         // to each end
};

struct Node {
  Row cost;
  std::vector<std::size_t> before;  // edges to earlier nodes
  std::vector<std::size_t> after;
};

class Field {
 public:
  Field(const Epochs& epochs, const Assignment& start, const Prices& prices)
      : epochs_(epochs), start_(start), prices_(prices) {
    for (std::size_t e = 0; e < start.size(); ++e) {
      (epochs[0].snapshot.movable(e) ? free_ : pinned_).push_back(e);
    }
    for (std::size_t t = 0; t < epochs.size(); ++t) {
      add_nodes(t);
      add_links(t);
    }
  }

  double pass(bool forward) {
    double bound = constant_;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      bound += visit(forward ? i : nodes_.size() - 1 - i, forward);
    }
    return bound;
  }

  // Host after host, given those that were chosen and what messages say of the others.
  Plan decode() const {
    std::vector<std::size_t> chosen(nodes_.size());
    Plan plan(epochs_.size(), start_);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      Row row = nodes_[i].cost;
      for (const std::size_t e : nodes_[i].after) {
        add(row, edges_[e].messages[0]);
      }
      for (const std::size_t e : nodes_[i].before) {
        for (std::size_t h = 0; h < row.size(); ++h) {
          row[h] += cost(edges_[e], chosen[edges_[e].ends[0]], h);
        }
      }
      chosen[i] = static_cast<std::size_t>(std::ranges::min_element(row) - row.begin());
      plan[i / free_.size()][free_[i % free_.size()]] = host_id(chosen[i]);
    }
    return plan;
  }

 private:
  static void add(Row& row, const Row& other) {
    std::transform(row.begin(), row.end(), other.begin(), row.begin(), std::plus<>{});
  }

  Assignment hosts_of(const std::vector<std::size_t>& entities) const {
    Assignment hosts;
    for (const std::size_t e : entities) {
      hosts.push_back(start_[e]);
    }
    return hosts;
  }

  // What the pinned entities cost alone is constant; what one free entity adds to them is a node's.
  void add_nodes(std::size_t t) {
    const Snapshot& snapshot = epochs_[t].snapshot;
    const Snapshot rest = snapshot.only(pinned_);
    const double alone = PlacedCost(rest, hosts_of(pinned_), prices_.breach).rate();
    constant_ += alone * epochs_[t].seconds();
    for (std::size_t f = 0; f < free_.size(); ++f) {
      std::vector<std::size_t> kept = pinned_;
      const auto at = kept.insert(std::ranges::lower_bound(kept, free_[f]), free_[f]);
      const auto index = static_cast<std::size_t>(at - kept.begin());
      const Snapshot part = snapshot.only(kept);
      Row cost = PlacedCost(part, hosts_of(kept), prices_.breach).rates(index);
      for (double& value : cost) {
        value = (value - alone) * epochs_[t].seconds();
      }
      nodes_.push_back({std::move(cost), {}, {}});
      add_move(t, f);
    }
  }

  void add_move(std::size_t t, std::size_t f) {
    const EntityId entity{static_cast<std::uint32_t>(free_[f])};
    Row& cost = nodes_.back().cost;
    if (t > 0) {
      add_edge({{(t - 1) * free_.size() + f, t * free_.size() + f},
                &epochs_[t],
                nullptr,
                false,
                entity});
      return;
    }
    for (std::size_t h = 0; h < cost.size(); ++h) {
      cost[h] +=
          adaptation::cost(epochs_[0].snapshot, prices_, {entity, start_[free_[f]], host_id(h)});
    }
  }

  void add_links(std::size_t t) {
    for (const Snapshot::Link& link : epochs_[t].snapshot.links) {
      const auto one = std::ranges::lower_bound(free_, link.ends[0]) - free_.begin();
      const auto other = std::ranges::lower_bound(free_, link.ends[1]) - free_.begin();
      const auto& movable = epochs_[0].snapshot;
      if (movable.movable(link.ends[0]) && movable.movable(link.ends[1])) {
        const std::size_t base = t * free_.size();
        add_edge({{base + static_cast<std::size_t>(std::min(one, other)),
                   base + static_cast<std::size_t>(std::max(one, other))},
                  &epochs_[t],
                  &link,
                  other < one});
      }
    }
  }

  void add_edge(Edge edge) {
    const std::size_t n = nodes_.front().cost.size();
    edge.messages = {Row(n), Row(n)};
    nodes_[edge.ends[0]].after.push_back(edges_.size());
    nodes_[edge.ends[1]].before.push_back(edges_.size());
    edges_.push_back(std::move(edge));
  }

  double cost(const Edge& edge, std::size_t first, std::size_t second) const {
    const Snapshot& snapshot = edge.epoch->snapshot;
    if (edge.link == nullptr) {
      return adaptation::cost(snapshot, prices_, {edge.entity, host_id(first), host_id(second)});
    }
    return edge.epoch->seconds() * (edge.turned ? snapshot.cost(*edge.link, second, first)
                                                : snapshot.cost(*edge.link, first, second));
  }

  // Passes on what the node knows to those that come after it in this direction.
  double visit(std::size_t i, bool forward) {
    const Node& node = nodes_[i];
    Row total = node.cost;
    for (const std::size_t e : node.before) {
      add(total, edges_[e].messages[1]);
    }
    for (const std::size_t e : node.after) {
      add(total, edges_[e].messages[0]);
    }
    double bound = normalise(total);
    const double share =
        1.0 /
        static_cast<double>(std::max({node.before.size(), node.after.size(), std::size_t{1}}));
    for (const std::size_t e : forward ? node.after : node.before) {
      bound += send(edges_[e], forward ? 1 : 0, share, total);
    }
    return bound;
  }

  double send(Edge& edge, std::size_t to, double share, const Row& total) const {
    Row potential(total.size());
    for (std::size_t h = 0; h < total.size(); ++h) {
      potential[h] = share * total[h] - edge.messages[1 - to][h];
    }
    Row& message = edge.messages[to];
    message = min_plus(edge, to, potential);
    return normalise(message);
  }

  // For each host of the end `to`, the least of potential and edge over the hosts of the other.
  // Edges cost nothing less than 0, so a host with a potential above all results gives none.
  Row min_plus(const Edge& edge, std::size_t to, const Row& potential) const {
    std::vector<std::size_t> order(potential.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t h) { return potential[h]; });
    Row least(potential.size(), std::numeric_limits<double>::infinity());
    for (const std::size_t h : order) {
      if (potential[h] >= *std::ranges::max_element(least)) {
        break;
      }
      for (std::size_t other = 0; other < least.size(); ++other) {
        const double through =
            potential[h] + (to == 1 ? cost(edge, h, other) : cost(edge, other, h));
        least[other] = std::min(least[other], through);
      }
    }
    return least;
  }

  const Epochs& epochs_;
  const Assignment& start_;
  const Prices& prices_;
  std::vector<std::size_t> free_;
  std::vector<std::size_t> pinned_;
  std::vector<Node> nodes_;  // epoch by epoch, the free entities of each
  std::vector<Edge> edges_;
  double constant_ = 0;
};

}  // namespace

PlanBound bound_plans(const Epochs& epochs, const Assignment& start, const Prices& prices,
                      std::size_t passes) {
  if (epochs.empty()) {
    return {};
  }
  Field field(epochs, start, prices);
  double bound = field.pass(true);
  for (std::size_t pass = 1; pass < passes; ++pass) {
    const double before = bound;
    bound = std::max(before, field.pass(pass % 2 == 0));
    if (pass % 2 == 0 && bound - before < 1e-6 * bound) {
      break;
    }
  }
  return {bound, field.decode()};
}

}  // namespace violin::adaptation
