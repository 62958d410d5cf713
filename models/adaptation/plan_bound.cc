#include "models/adaptation/plan_bound.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
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

double asked(const Snapshot::Entity& entity, Resource what) {
  return what == kFrames ? entity.frames_per_second : static_cast<double>(entity.memory.value);
}

struct Edge {
  std::array<std::size_t, 2> ends{};  // nodes, the earlier one first
  const Epoch* epoch = nullptr;
  std::optional<EntityId> moved{};             // between the epoch before and this one
  std::vector<const Snapshot::Link*> links{};  // between two entities
  Row together{};                 // what it costs that both are on one host; empty: nothing
  std::array<Row, 2> messages{};  // to each end
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
      add_pairs(t);
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
    const PlacedCost pinned(rest, hosts_of(pinned_), prices_.breach);
    const double alone = pinned.rate();
    pinned_uses_.assign(pinned.uses().begin(), pinned.uses().end());
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

  std::size_t node(std::size_t t, std::size_t f) const { return t * free_.size() + f; }
  EntityId id(std::size_t f) const { return EntityId{static_cast<std::uint32_t>(free_[f])}; }

  void add_move(std::size_t t, std::size_t f) {
    if (t > 0) {
      add_edge({{node(t - 1, f), node(t, f)}, &epochs_[t], id(f)});
      return;
    }
    Row& cost = nodes_.back().cost;
    for (std::size_t h = 0; h < cost.size(); ++h) {
      const Move move{id(f), start_[free_[f]], host_id(h)};
      cost[h] += adaptation::cost(epochs_[0].snapshot, prices_, move);
    }
  }

  void add_pairs(std::size_t t) {
    const Snapshot& snapshot = epochs_[t].snapshot;
    for (std::size_t f = 0; f < free_.size(); ++f) {
      for (std::size_t g = f + 1; g < free_.size(); ++g) {
        Edge edge{{node(t, f), node(t, g)}, &epochs_[t]};
        for (const std::size_t l : snapshot.entities[free_[f]].links) {
          const auto& ends = snapshot.links[l].ends;
          if (ends[0] == free_[g] || ends[1] == free_[g]) {
            edge.links.push_back(&snapshot.links[l]);
          }
        }
        edge.together = together(t, free_[f], free_[g]);
        if (!edge.links.empty() || !edge.together.empty()) {
          add_edge(std::move(edge));
        }
      }
    }
  }

  // By host: what the breach of the two is above the sum of what each alone causes.
  Row together(std::size_t t, std::size_t one, std::size_t other) const {
    const Snapshot& snapshot = epochs_[t].snapshot;
    const auto apart = static_cast<double>(std::ranges::count(snapshot.entities[one].apart, other));
    const double share = 1.0 / static_cast<double>(free_.size() - 1 + free_.size() % 2);
    Row row(snapshot.hosts.size());
    for (std::size_t h = 0; h < row.size(); ++h) {
      double breach = apart;
      for (const Resource r : {kFrames, kMemory}) {
        const auto excess = [&](double more) {
          return std::max(0.0, (pinned_uses_[h][r] + more) / snapshot.hosts[h].limits[r] - 1);
        };
        const double a = asked(snapshot.entities[one], r);
        const double b = asked(snapshot.entities[other], r);
        breach += share * (excess(a + b) - excess(a) - excess(b) + excess(0));
      }
      row[h] = prices_.breach * breach * epochs_[t].seconds();
    }
    return std::ranges::max(row) > 0 ? row : Row{};
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
    if (edge.moved) {
      return adaptation::cost(snapshot, prices_, {*edge.moved, host_id(first), host_id(second)});
    }
    double sum = 0;
    for (const Snapshot::Link* link : edge.links) {
      const bool turned = link->ends[0] > link->ends[1];
      sum += turned ? snapshot.cost(*link, second, first) : snapshot.cost(*link, first, second);
    }
    return sum * edge.epoch->seconds() +
           (first == second && !edge.together.empty() ? edge.together[first] : 0);
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
  std::vector<Resources> pinned_uses_;  // by HostId, in the epoch that was added last
  std::vector<Node> nodes_;             // epoch by epoch, the free entities of each
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
