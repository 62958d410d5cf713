#include "models/placement/mip/mip_cost.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "models/placement/pairwise.h"

namespace violin::placement {

namespace {

constexpr int kCostBits = 26;
constexpr double kEqual = 1e-9;  // relative, of sums of doubles
constexpr double kMsPerCell = 1e-6 * static_cast<double>(DelayMatrix::kUnit.count());

bool ends_are_pinned(const Problem& problem) {
  return std::ranges::all_of(problem.demands, [&](const Demand& demand) {
    return demand.receivers.empty() ||
           (problem.entity(demand.source).pinned() &&
            std::ranges::all_of(demand.receivers, [&](const Receiver& receiver) {
              return problem.entity(receiver.entity).pinned().has_value();
            }));
  });
}

class CostWriter {
 public:
  CostWriter(MipDraft& draft, const Problem& problem)
      : draft_(draft), problem_(problem), loads_(link_loads(problem)) {}

  bool add() {
    return add_pairwise_cost() && add_worst_paths(Term::kWorstDelay) &&
           add_worst_paths(Term::kWorstStretch) && add_busiest_host() && add_busiest_link();
  }

  MipCost finish(double worth) && {
    leave_out(std::max(0.0, worth - cost_.fixed) + kEqual * worth);
    make_cost_integral();
    return std::move(cost_);
  }

 private:
  bool add_pairwise_cost() {
    const auto weights = pair_weights(problem_);
    const bool lossy = problem_.weight(Term::kLoss) > 0;
    Linear cost;
    for (std::uint32_t link = 0; link < weights.size(); ++link) {
      for (const std::uint32_t d : {0U, 1U}) {
        const double per_cell = weights[link].delay[d];
        const double per_loss = lossy ? weights[link].loss[d] : 0;
        if (per_cell == 0 && per_loss == 0) {
          continue;
        }
        if (!draft_.need_product(link)) {
          return false;
        }
        draft_.add_hop(cost, {link, d}, [&](HostId from, HostId to) {
          if (!draft_.joined(from, to)) {
            return 0.0;  // costs nothing since it is forbidden
          }
          return per_cell * draft_.cells(from, to) +
                 (per_loss > 0 ? per_loss * log_loss(problem_.substrate.loss(from, to)) : 0);
        });
      }
    }
    cost_.fixed = cost.constant;
    for (const auto& [column, amount] : cost.terms) {
      draft_.program().columns[column].cost += amount;
    }
    return true;
  }

  void open_largest() { cost_.largest.push_back({draft_.program().add({.upper = 0}), {}}); }

  // The column opened last is at least `weight` times this.
  bool add_at_least(Linear least, double weight) {
    Largest& largest = cost_.largest.back();
    Row row{.lower = weight * least.constant, .entries = merged(std::move(least))};
    for (auto& [column, amount] : row.entries) {
      amount *= -weight;
    }
    row.entries.emplace_back(largest.column, 1);
    largest.rows.push_back(draft_.program().rows.size());
    return draft_.add_row(std::move(row));
  }

  bool add_worst_paths(Term term) {
    if (problem_.weight(term) == 0) {
      return true;
    }
    open_largest();
    for (const Demand& demand : problem_.demands) {
      for (const Receiver& receiver : demand.receivers) {
        const double scale =
            term == Term::kWorstDelay ? kMsPerCell : per_direct_cell(demand, receiver);
        if (scale > 0 && !add_path(receiver, problem_.weight(term) * scale)) {
          return false;
        }
      }
    }
    return true;
  }

  double per_direct_cell(const Demand& demand, const Receiver& receiver) const {
    const HostId from = *problem_.entity(demand.source).pinned();
    const HostId to = *problem_.entity(receiver.entity).pinned();
    return draft_.joined(from, to) && draft_.cells(from, to) > 0 ? 1 / draft_.cells(from, to) : 0;
  }

  bool add_path(const Receiver& receiver, double weight) {
    Linear length;
    for (const Hop& hop : receiver.path) {
      if (!draft_.need_product(hop.link)) {
        return false;
      }
      draft_.add_hop(length, hop, [&](HostId from, HostId to) {
        return draft_.joined(from, to) ? draft_.cells(from, to) : 0;
      });
    }
    return add_at_least(std::move(length), weight);
  }

  bool add_busiest_host() {
    if (problem_.weight(Term::kBusiestHost) == 0) {
      return true;
    }
    open_largest();
    const auto frames = entity_loads(problem_);
    for (const HostId host : all_hosts(problem_)) {
      const auto& capacity = problem_.substrate.host(host).capacity;
      if (!capacity || capacity->per_second == 0) {
        continue;  // one of 0 holds nothing that is sent frames
      }
      Linear used;
      for (std::uint32_t i = 0; i < frames.size(); ++i) {
        draft_.columns().add_place(used, EntityId{i}, host, frames[i]);
      }
      if (!add_at_least(std::move(used), problem_.weight(Term::kBusiestHost) /
                                             static_cast<double>(capacity->per_second))) {
        return false;
      }
    }
    return true;
  }

  // The limits that the traffic between two hosts meets, each by an index of its own: the links of
  // the router graph or, without one, the pair's bandwidth.
  std::vector<std::pair<std::size_t, BitRate>> bottlenecks(HostId from, HostId to) const {
    std::vector<std::pair<std::size_t, BitRate>> found;
    if (const RouterGraph* graph = problem_.substrate.graph()) {
      for (const SubstrateLinkId link : problem_.substrate.path(from, to)) {
        if (const auto capacity = graph->links()[violin::to_index(link)].capacity) {
          found.emplace_back(violin::to_index(link), *capacity);
        }
      }
    } else if (const auto rate = problem_.substrate.bandwidth(from, to)) {
      found.emplace_back(violin::to_index(from) * problem_.hosts() + violin::to_index(to), *rate);
    }
    return found;
  }

  bool add_busiest_link() {
    if (problem_.weight(Term::kBusiestLink) == 0) {
      return true;
    }
    open_largest();
    std::map<std::size_t, Linear> shares;
    for (const HostId from : all_hosts(problem_)) {
      for (const HostId to : all_hosts(problem_)) {
        if (from == to) {
          continue;
        }
        for (const auto& [index, capacity] : bottlenecks(from, to)) {
          if (!add_traffic(shares[index], from, to, capacity)) {
            return false;
          }
        }
      }
    }
    return std::ranges::all_of(shares, [&](auto& share) {
      return add_at_least(std::move(share.second), problem_.weight(Term::kBusiestLink));
    });
  }

  bool add_traffic(Linear& share, HostId from, HostId to, BitRate capacity) {
    const std::size_t before = share.terms.size();
    for (std::size_t link = 0; link < loads_.size(); ++link) {
      for (const std::size_t d : {0U, 1U}) {
        const double bits = loads_[link][d].bits_per_second;
        if (bits == 0 || draft_.is_loop(link)) {
          continue;
        }
        if (!draft_.need_product(link)) {
          return false;
        }
        draft_.columns().add_pair(share, draft_.end(link, d), from, draft_.end(link, 1 - d), to,
                                  bits / static_cast<double>(capacity.bits_per_second()));
      }
    }
    growing_ += share.terms.size() - before;
    return draft_.fits(growing_);
  }

  // Calls f(column, cost) for whatever adds a cost, or part of a largest one, when its column is 1.
  template <typename F>
  void each_cost(const F& f) {
    for (Column& column : draft_.program().columns) {
      f(column, column.cost);
    }
    for (const Largest& of : cost_.largest) {
      for (const std::size_t index : of.rows) {
        Row& row = draft_.program().rows[index];
        for (std::size_t i = 0; i + 1 < row.entries.size(); ++i) {
          f(draft_.program().columns[row.entries[i].first], row.entries[i].second);
        }
      }
    }
  }

  void leave_out(double dearer) {
    each_cost([&](Column& column, double& cost) {
      if (std::abs(cost) > dearer) {
        column.upper = 0;
        cost = 0;
      }
    });
  }

  void make_cost_integral() {
    constexpr int kMostBits = 900;
    double largest = 0;
    each_cost([&](Column&, double& cost) { largest = std::max(largest, std::abs(cost)); });
    for (const Largest& of : cost_.largest) {
      for (const std::size_t row : of.rows) {
        largest = std::max(largest, draft_.program().rows[row].lower);
      }
    }
    if (largest > 0) {
      cost_.scale = std::ldexp(1.0, std::min(kMostBits, kCostBits - 1 - std::ilogb(largest)));
    }
    each_cost([&](Column&, double& cost) { cost = std::trunc(cost * cost_.scale); });
    for (const Largest& of : cost_.largest) {
      Column& column = draft_.program().columns[of.column];
      column.cost = 1;
      for (const std::size_t index : of.rows) {
        Row& row = draft_.program().rows[index];
        row.lower = std::floor(row.lower * cost_.scale);
        column.upper = std::max(column.upper, most(row));
      }
    }
    draft_.program().integral_cost = true;
    const auto summands = draft_.columns().free_entities() + draft_.columns().products() + 1;
    cost_.roundings = static_cast<double>(summands * (1 + cost_.largest.size()));
  }

  // What a row may ask of its largest, whose entry is the last.
  static double most(const Row& row) {
    double most = row.lower;
    for (std::size_t i = 0; i + 1 < row.entries.size(); ++i) {
      most -= row.entries[i].second;
    }
    return most;
  }

  MipDraft& draft_;
  const Problem& problem_;
  std::vector<std::array<Load, 2>> loads_;
  std::size_t growing_ = 0;  // nonzeros of rows that are not yet there
  MipCost cost_;
};

}  // namespace

std::optional<MipCost> add_cost(MipDraft& draft, const Problem& problem, double worth) {
  const bool stretched =
      problem.weight(Term::kStretch) > 0 || problem.weight(Term::kWorstStretch) > 0;
  CostWriter writer(draft, problem);
  if ((stretched && !ends_are_pinned(problem)) || !writer.add()) {
    return std::nullopt;
  }
  return std::move(writer).finish(worth);
}

}  // namespace violin::placement
