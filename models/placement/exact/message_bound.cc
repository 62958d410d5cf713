#include "models/placement/exact/message_bound.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace violin::placement {

namespace {

// Beyond this, a sum contains a host or a pair that is out of the question.
constexpr double kOut = kFar / 4;

}  // namespace

struct MessageBound::Sweep {
  HostCosts alone;
  const AccessPrices& prices;
  bool backwards = false;
  bool impossible = false;
  Result result{};

  bool before(std::uint32_t a, std::uint32_t b) const { return backwards ? a > b : a < b; }
};

MessageBound::MessageBound(const PairModel& model, const PairCosts& costs)
    : model_(model),
      costs_(costs),
      into_(model.edges.size()),
      excluded_(model.variables.size(), std::vector<bool>(costs.hosts())) {
  for (auto& ends : into_) {
    ends.fill(std::vector<double>(costs.hosts()));
  }
}

// A variable's part in each of its chains.
double MessageBound::share(std::uint32_t variable) const {
  std::size_t after = 0;
  for (const std::uint32_t e : model_.edges_of[variable]) {
    after += model_.edges[e].other(variable) > variable ? 1 : 0;
  }
  const std::size_t before = model_.edges_of[variable].size() - after;
  return 1 / static_cast<double>(std::max({after, before, std::size_t{1}}));
}

MessageBound::Result MessageBound::pass(HostCosts alone, const AccessPrices& prices) {
  Sweep sweep{std::move(alone), prices};
  std::vector<std::uint32_t> order(model_.variables.size());
  std::iota(order.begin(), order.end(), 0U);
  Result best;
  for (const bool backwards : {false, true}) {
    sweep.backwards = backwards;
    sweep.result = {model_.fixed, std::abs(model_.fixed), Hosts(order.size())};
    for (const std::uint32_t v : order) {
      visit(v, sweep);
    }
    if (sweep.impossible) {
      return {kFar, 0, sweep.result.hosts};
    }
    if (!backwards || sweep.result.bound > best.bound) {
      best = sweep.result;
    }
    std::ranges::reverse(order);
  }
  return best;
}

// After a sweep each chain's least cost is the sum of what its messages were lowered by, and of
// the least of its last variable's part.
void MessageBound::visit(std::uint32_t variable, Sweep& sweep) {
  sweep.result.hosts[variable] = place(variable, sweep);
  std::vector<double>& all = sweep.alone[variable];
  std::vector<double> sum = all;
  std::vector<std::uint32_t> onward;
  for (const std::uint32_t e : model_.edges_of[variable]) {
    const auto& message = into_[e][model_.edges[e].ends[0] == variable ? 0 : 1];
    for (std::size_t h = 0; h < sum.size(); ++h) {
      sum[h] += message[h];
    }
    if (sweep.before(variable, model_.edges[e].other(variable))) {
      onward.push_back(e);
    }
  }
  for (std::size_t h = 0; h < sum.size(); ++h) {
    excluded_[variable][h] = excluded_[variable][h] || sum[h] >= kOut;
    sum[h] = excluded_[variable][h] ? kFar : sum[h];
  }
  const double least = *std::ranges::min_element(sum);
  const double ending = 1 - share(variable) * static_cast<double>(onward.size());
  sweep.result.bound += ending * least;
  sweep.result.scale += std::abs(ending * least);
  if (least >= kOut) {
    sweep.impossible = true;
    return;
  }
  std::swap(sum, all);
  send(onward, variable, sweep);
  std::swap(sum, all);
}

// While it runs, the sweep has the variable's whole sum in place of its own costs.
void MessageBound::send(const std::vector<std::uint32_t>& edges, std::uint32_t from, Sweep& sweep) {
  constexpr std::size_t kBatch = 16;
  const std::size_t n = costs_.hosts();
  const double part = share(from);
  for (std::size_t first = 0; first < edges.size(); first += kBatch) {
    const std::size_t count = std::min(kBatch, edges.size() - first);
    HostCosts in(count);
    HostCosts together(count);
    HostCosts out(count, std::vector<double>(n));
    std::vector<Product> products;
    for (std::size_t i = 0; i < count; ++i) {
      const PairEdge& edge = model_.edges[edges[first + i]];
      const auto& back = into_[edges[first + i]][edge.ends[0] == from ? 0 : 1];
      const PairEdge mine = seen_from(edge, from);
      for (std::size_t h = 0; h < n; ++h) {
        const bool out_of_question = sweep.alone[from][h] >= kOut;
        together[i].push_back(out_of_question ? kFar : part * sweep.alone[from][h] - back[h]);
        in[i].push_back(together[i][h] + sweep.prices.part(mine, h));
      }
      products.push_back({reversed(mine.weights), in[i], out[i]});
    }
    costs_.multiply(products);
    for (std::size_t i = 0; i < count; ++i) {
      const PairEdge& edge = model_.edges[edges[first + i]];
      const std::uint32_t to = edge.other(from);
      for (std::size_t h = 0; !sweep.prices.up.empty() && h < n; ++h) {
        out[i][h] = std::min(together[i][h], out[i][h] + sweep.prices.part(seen_from(edge, to), h));
      }
      accept(edges[first + i], to, std::move(out[i]), sweep);
    }
  }
}

void MessageBound::accept(std::uint32_t edge, std::uint32_t to, std::vector<double> message,
                          Sweep& sweep) {
  const double least = *std::ranges::min_element(message);
  for (std::size_t h = 0; h < message.size(); ++h) {
    excluded_[to][h] = excluded_[to][h] || message[h] >= kOut;
    message[h] = excluded_[to][h] ? 0 : message[h] - least;
  }
  sweep.result.bound += least;
  sweep.result.scale += std::abs(least);
  into_[edge][model_.edges[edge].ends[0] == to ? 0 : 1] = std::move(message);
}

// The best host given those before it in this sweep and the messages of those after it.
std::uint32_t MessageBound::place(std::uint32_t variable, const Sweep& sweep) const {
  std::vector<double> sum = sweep.alone[variable];
  std::vector<double> row(sum.size());
  for (const std::uint32_t e : model_.edges_of[variable]) {
    const PairEdge& edge = model_.edges[e];
    const std::uint32_t other = edge.other(variable);
    if (sweep.before(other, variable)) {
      costs_.row(seen_from(edge, other).weights, sweep.result.hosts[other], row);
    } else {
      row = into_[e][edge.ends[0] == variable ? 0 : 1];
    }
    for (std::size_t h = 0; h < sum.size(); ++h) {
      sum[h] += excluded_[variable][h] ? kFar : row[h];
    }
  }
  return static_cast<std::uint32_t>(std::ranges::min_element(sum) - sum.begin());
}

}  // namespace violin::placement
