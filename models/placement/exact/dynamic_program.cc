#include "models/placement/exact/dynamic_program.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/require.h"
#include "models/placement/exact/table_product.h"

namespace violin::placement {

namespace {

// Products that are computed together; each has a result of its own to keep meanwhile.
constexpr std::size_t kBatch = 16;
// One host of this many, and a product by single rows takes less than one by all.
constexpr std::size_t kFew = 4;

// Outside of a variable's domain: more than any number of pairs without a way.
constexpr double kNever = 1e10 * kFar;

Elimination order_of(const PairModel& model, std::optional<std::uint32_t> last) {
  std::vector<std::array<std::uint32_t, 2>> ends;
  for (const PairEdge& edge : model.edges) {
    ends.push_back(edge.ends);
  }
  return eliminate(model.variables.size(), ends, last);
}

std::size_t least(const std::vector<double>& values) {
  return static_cast<std::size_t>(std::ranges::min_element(values) - values.begin());
}

}  // namespace

std::vector<std::uint32_t> domain(const std::vector<double>& alone) {
  std::vector<std::uint32_t> hosts;
  for (std::uint32_t h = 0; h < alone.size(); ++h) {
    if (alone[h] < kFar) {
      hosts.push_back(h);
    }
  }
  return hosts;
}

class DynamicProgram::Run {
 public:
  Run(const DynamicProgram& program, HostCosts alone, const AccessPrices& prices)
      : program_(program),
        costs_(program.costs_),
        prices_(prices),
        at_(std::move(alone)),
        row_(costs_.hosts()) {
    for (auto& costs : at_) {
      domains_.push_back(domain(costs));
      for (double& cost : costs) {
        cost = cost < kFar ? cost : kNever;
      }
    }
    for (const PairEdge& edge : program.model_.edges) {
      pairs_.emplace(edge.ends, Pair{edge, {}});
    }
  }

  Optimum run() && {
    if (std::ranges::any_of(domains_, [](const auto& hosts) { return hosts.empty(); })) {
      return {kFar, Hosts(at_.size()), std::vector<double>(costs_.hosts(), kFar)};
    }
    Optimum best{program_.model_.fixed, Hosts(at_.size()), {}};
    for (const auto& round : program_.order_.rounds) {
      for (const auto& step : round) {
        eliminate(step);
      }
      flush();
      for (const auto& step : round) {
        best.cost += step.into.empty() ? at_[step.variable][least(at_[step.variable])] : 0;
      }
    }
    tell_last(best);
    trace(best.hosts);
    return best;
  }

 private:
  // The cost of two variables together.
  struct Pair {
    PairEdge edge;
    std::vector<double> table;  // to be added; by both domains, ends[0] chooses the row
  };
  struct Message {
    std::uint32_t to;
    PairWeights weights;
    std::vector<double> in;
    std::vector<double> out;
    std::vector<double> apart;  // what `to` pays unless both are on one host; empty: nothing
    const std::vector<double>* together;
  };

  const Pair& pair(std::uint32_t a, std::uint32_t b) const {
    return pairs_.at({std::min(a, b), std::max(a, b)});
  }

  void eliminate(const Elimination::Step& step) {
    if (step.into.size() == 1) {
      send(step.variable, step.into[0]);
    } else if (step.into.size() == 2) {
      join(step.variable, step.into[0], step.into[1]);
    }
  }

  // What the pair costs for each host of the other variable, `variable` being on `host`.
  void fill_row(const Pair& pair, std::uint32_t variable, std::uint32_t host) {
    const PairEdge edge = seen_from(pair.edge, variable);
    costs_.row(edge.weights, host, row_);
    if (!prices_.up.empty()) {
      const double part = prices_.part(edge, host);
      const PairEdge back = seen_from(pair.edge, edge.ends[1]);
      for (std::size_t y = 0; y < row_.size(); ++y) {
        row_[y] += y == host ? 0 : part + prices_.part(back, y);
      }
    }
    if (!pair.table.empty()) {
      add_table_row(pair, variable, host);
    }
  }

  void add_table_row(const Pair& pair, std::uint32_t variable, std::uint32_t host) {
    const auto& rows = domains_[pair.edge.ends[0]];
    const auto& columns = domains_[pair.edge.ends[1]];
    const bool by_row = variable == pair.edge.ends[0];
    const auto& mine = by_row ? rows : columns;
    const auto& others = by_row ? columns : rows;
    const auto index =
        static_cast<std::size_t>(std::ranges::lower_bound(mine, host) - mine.begin());
    const double* from = &pair.table[by_row ? index * columns.size() : index];
    const std::size_t stride = by_row ? 1 : columns.size();
    for (std::size_t i = 0; i < others.size(); ++i) {
      row_[others[i]] += from[i * stride];
    }
  }

  void send(std::uint32_t from, std::uint32_t to) {
    const Pair& shared = pair(from, to);
    const std::size_t rows = std::min(domains_[from].size(), domains_[to].size());
    if (shared.table.empty() && rows * kFew > costs_.hosts()) {
      enqueue(shared.edge, from, to);
    } else if (domains_[to].size() <= domains_[from].size()) {
      send_by_target(shared, from, to);
    } else {
      send_by_source(shared, from, to);
    }
  }

  void send_by_target(const Pair& shared, std::uint32_t from, std::uint32_t to) {
    for (const std::uint32_t x : domains_[to]) {
      fill_row(shared, to, x);
      double best = 4 * kFar;
      for (const std::uint32_t y : domains_[from]) {
        best = std::min(best, row_[y] + at_[from][y]);
      }
      at_[to][x] += best;
    }
  }

  void send_by_source(const Pair& shared, std::uint32_t from, std::uint32_t to) {
    std::vector<double> best(costs_.hosts(), 4 * kFar);
    for (const std::uint32_t y : domains_[from]) {
      fill_row(shared, from, y);
      for (std::size_t x = 0; x < best.size(); ++x) {
        best[x] = std::min(best[x], row_[x] + at_[from][y]);
      }
    }
    add(best, to);
  }

  void enqueue(const PairEdge& edge, std::uint32_t from, std::uint32_t to) {
    Message message{to, seen_from(edge, to).weights, {}, {}, {}, &at_[from]};
    message.out.resize(costs_.hosts());
    if (!prices_.up.empty()) {
      message.in = at_[from];
      message.apart.resize(costs_.hosts());
      for (std::size_t h = 0; h < message.in.size(); ++h) {
        message.in[h] += prices_.part(seen_from(edge, from), h);
        message.apart[h] = prices_.part(seen_from(edge, to), h);
      }
    }
    waiting_.push_back(std::move(message));
    if (waiting_.size() == kBatch) {
      flush();
    }
  }

  void flush() {
    std::vector<Product> products;
    for (Message& message : waiting_) {
      products.push_back(
          {message.weights, message.in.empty() ? *message.together : message.in, message.out});
    }
    costs_.multiply(products);
    for (Message& message : waiting_) {
      for (std::size_t h = 0; h < message.apart.size(); ++h) {
        message.out[h] = std::min((*message.together)[h], message.out[h] + message.apart[h]);
      }
      add(message.out, message.to);
    }
    waiting_.clear();
  }

  void add(const std::vector<double>& costs, std::uint32_t to) {
    for (std::size_t h = 0; h < costs.size(); ++h) {
      at_[to][h] += costs[h];
    }
  }

  // Eliminates a variable with two neighbours into a table of theirs.
  void join(std::uint32_t variable, std::uint32_t a, std::uint32_t b) {
    std::vector<double> left = table(variable, a);
    const std::vector<double> right = table(variable, b);
    const std::size_t columns_a = domains_[a].size();
    for (std::size_t z = 0; z < domains_[variable].size(); ++z) {
      for (std::size_t i = 0; i < columns_a; ++i) {
        left[z * columns_a + i] += at_[variable][domains_[variable][z]];
      }
    }
    std::vector<double> product(columns_a * domains_[b].size());
    multiply({left, right, product, columns_a, domains_[b].size()});
    Pair& joined = pairs_.try_emplace({a, b}, Pair{{{a, b}, {}, {}}, {}}).first->second;
    if (joined.table.empty()) {
      joined.table = std::move(product);
    } else {
      std::ranges::transform(joined.table, product, joined.table.begin(), std::plus<>{});
    }
  }

  // All costs of a pair, by the domains of `row` and of `column`.
  std::vector<double> table(std::uint32_t row, std::uint32_t column) {
    std::vector<double> all;
    all.reserve(domains_[row].size() * domains_[column].size());
    for (const std::uint32_t x : domains_[row]) {
      fill_row(pair(row, column), row, x);
      for (const std::uint32_t y : domains_[column]) {
        all.push_back(row_[y]);
      }
    }
    return all;
  }

  void tell_last(Optimum& best) const {
    if (program_.last_) {
      best.by_last = at_[*program_.last_];
      const double rest = best.cost - best.by_last[least(best.by_last)];
      for (double& cost : best.by_last) {
        cost += rest;
      }
    }
  }

  // Backwards, each variable knows where its neighbours are.
  void trace(Hosts& hosts) {
    for (auto round = program_.order_.rounds.rbegin(); round != program_.order_.rounds.rend();
         ++round) {
      for (const auto& step : *round) {
        std::vector<double>& costs = at_[step.variable];
        for (const std::uint32_t to : step.into) {
          fill_row(pair(step.variable, to), to, hosts[to]);
          add(row_, step.variable);
        }
        hosts[step.variable] = static_cast<std::uint32_t>(least(costs));
      }
    }
  }

  const DynamicProgram& program_;
  const PairCosts& costs_;
  const AccessPrices& prices_;
  HostCosts at_;  // of each variable with all that went into it
  std::vector<std::vector<std::uint32_t>> domains_;
  std::map<std::array<std::uint32_t, 2>, Pair> pairs_;
  std::vector<Message> waiting_;
  std::vector<double> row_;
};

DynamicProgram::DynamicProgram(const PairModel& model, const PairCosts& costs,
                               std::optional<std::uint32_t> last)
    : model_(model), costs_(costs), last_(last), order_(order_of(model, last)) {}

double DynamicProgram::table_bytes(const HostCosts& alone) const {
  std::vector<double> size;
  for (const auto& costs : alone) {
    size.push_back(static_cast<double>(domain(costs).size()));
  }
  double kept = 0;
  double most = 0;
  for (const auto& round : order_.rounds) {
    for (const auto& [variable, into] : round) {
      if (into.size() > 1) {
        const double a = size[into[0]];
        const double b = size[into[1]];
        most = std::max(most, kept + size[variable] * (a + b) + 2 * a * b);
        kept += a * b;
      }
    }
  }
  return most * sizeof(double);
}

DynamicProgram::Optimum DynamicProgram::minimise(HostCosts alone,
                                                 const AccessPrices& prices) const {
  require(width() <= 2, "dynamic programming is for topologies of width 2");
  return Run(*this, std::move(alone), prices).run();
}

}  // namespace violin::placement
