#include "models/placement/mip/mip_model.h"

#include <algorithm>

#include "models/placement/mip/mip_limits.h"

namespace violin::placement {

std::optional<MipModel> MipModel::of(const Problem& problem, double worth) {
  const auto kept = constraints_of(problem);
  MipDraft draft(problem, kept);
  if (!add_limits(draft, problem, kept)) {
    return std::nullopt;
  }
  auto cost = add_cost(draft, problem, worth);
  return cost ? std::optional(MipModel(std::move(draft), std::move(*cost))) : std::nullopt;
}

std::optional<MipModel> MipModel::of(const Problem& problem, const std::vector<Constraint>& kept) {
  MipDraft draft(problem, kept);
  return add_limits(draft, problem, kept) ? std::optional(MipModel(std::move(draft), {}))
                                          : std::nullopt;
}

std::optional<std::vector<double>> MipModel::values(const Assignment& placement) const {
  std::vector<double> values(program().columns.size());
  if (!draft_.columns().set(values, placement)) {
    return std::nullopt;
  }
  for (const Largest& of : cost_.largest) {
    for (const std::size_t index : of.rows) {
      const Row& row = program().rows[index];
      double least = row.lower;
      for (std::size_t i = 0; i + 1 < row.entries.size(); ++i) {
        least -= row.entries[i].second * values[row.entries[i].first];
      }
      values[of.column] = std::max(values[of.column], least);
    }
  }
  return values;
}

}  // namespace violin::placement
