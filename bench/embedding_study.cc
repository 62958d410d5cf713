// What node rankings admit of virtual networks that come and go, on random substrates.
//
//   embedding_study [SUBSTRATES [REQUESTS [MEAN_LIFETIME [ARRIVALS_PER_TIME]]]]
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "models/placement/online/embedding.h"
#include "tests/models/placement/vne_workload.h"

namespace violin::embedding {
namespace {

struct Sample {
  std::vector<double> values;

  double mean() const {
    double sum = 0;
    for (const double value : values) {
      sum += value;
    }
    return sum / static_cast<double>(values.size());
  }
  // Of the mean.
  double standard_error() const {
    double squares = 0;
    for (const double value : values) {
      squares += (value - mean()) * (value - mean());
    }
    const auto n = static_cast<double>(values.size());
    return std::sqrt(squares / (n - 1) / n);
  }
};

struct Row {
  Sample acceptance;
  Sample over_first;  // of acceptance, on the same substrate with the same requests
  Sample revenue;     // per time
  Sample revenue_per_cost;
};

void study(int substrates, std::size_t requests, const VneSettings& settings) {
  std::array<Row, Embedder::kNames.size()> rows;
  for (int seed = 1; seed <= substrates; ++seed) {
    const auto number = static_cast<std::uint64_t>(seed);
    const Network substrate = waxman_substrate(number, settings);
    const auto offered = arrivals(number, requests, settings);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto result = run_online(substrate, offered, Embedder(Embedder::kNames[i]));
      rows[i].acceptance.values.push_back(result.acceptance());
      rows[i].over_first.values.push_back(result.acceptance() - rows[0].acceptance.values.back());
      rows[i].revenue.values.push_back(result.revenue / result.time);
      rows[i].revenue_per_cost.values.push_back(result.revenue / result.cost);
    }
  }
  fmt::print("{:12} {:>10} {:>19} {:>12} {:>12}\n", "ranking", "accepted", "more than the first",
             "revenue/time", "revenue/cost");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    fmt::print("{:12} {:10.4f} {:9.4f} +- {:.4f} {:12.0f} {:12.4f}\n", Embedder::kNames[i],
               rows[i].acceptance.mean(), rows[i].over_first.mean(),
               rows[i].over_first.standard_error(), rows[i].revenue.mean(),
               rows[i].revenue_per_cost.mean());
  }
}

}  // namespace
}  // namespace violin::embedding

int main(int argc, char** argv) {
  const auto argument = [&](int index, double otherwise) {
    return index < argc ? std::strtod(argv[index], nullptr) : otherwise;
  };
  violin::embedding::VneSettings settings;
  settings.lifetime = argument(3, settings.lifetime);
  settings.arrivals = argument(4, settings.arrivals);
  violin::embedding::study(static_cast<int>(argument(1, 40)),
                           static_cast<std::size_t>(argument(2, 2000)), settings);
}
