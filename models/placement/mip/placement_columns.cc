#include "models/placement/mip/placement_columns.h"

#include <algorithm>

namespace violin::placement {

namespace {

EntityId entity_at(std::size_t index) { return EntityId{static_cast<std::uint32_t>(index)}; }

}  // namespace

PlacementColumns::PlacementColumns(std::vector<std::vector<HostId>> hosts, IntegerProgram& program)
    : hosts_(std::move(hosts)), places_(hosts_.size()) {
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    if (!is_free(entity_at(i))) {
      continue;
    }
    ++free_entities_;
    places_[i] = program.columns.size();
    Row somewhere{.lower = 1, .upper = 1, .entries = {}};
    for (std::size_t h = 0; h < hosts_[i].size(); ++h) {
      somewhere.entries.emplace_back(program.add({.integer = true}), 1);
    }
    program.rows.push_back(std::move(somewhere));
  }
}

PlacementColumns::Ends PlacementColumns::ends(EntityId a, EntityId b) {
  return std::minmax({to_index(a), to_index(b)});
}

std::optional<std::size_t> PlacementColumns::index_of(EntityId entity, HostId host) const {
  const auto& all = hosts(entity);
  const auto found = std::ranges::lower_bound(all, host);
  if (found == all.end() || *found != host) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - all.begin());
}

std::size_t PlacementColumns::nonzeros_of_product(EntityId a, EntityId b) const {
  if (a == b || !is_free(a) || !is_free(b) || products_.contains(ends(a, b))) {
    return 0;
  }
  return 2 * hosts(a).size() * hosts(b).size() + hosts(a).size() + hosts(b).size();
}

void PlacementColumns::add_product(EntityId a, EntityId b, IntegerProgram& program) {
  if (nonzeros_of_product(a, b) == 0) {
    return;
  }
  const Ends pair = ends(a, b);
  const std::size_t rows = hosts_[pair.first].size();
  const std::size_t width = hosts_[pair.second].size();
  const std::size_t first = program.columns.size();
  products_[pair] = first;
  for (std::size_t i = 0; i < rows * width; ++i) {
    program.add({});
  }
  for (std::size_t i = 0; i < rows; ++i) {
    Row sum{.lower = 0, .upper = 0, .entries = {{places_[pair.first] + i, -1}}};
    for (std::size_t j = 0; j < width; ++j) {
      sum.entries.emplace_back(first + i * width + j, 1);
    }
    program.rows.push_back(std::move(sum));
  }
  for (std::size_t j = 0; j < width; ++j) {
    Row sum{.lower = 0, .upper = 0, .entries = {{places_[pair.second] + j, -1}}};
    for (std::size_t i = 0; i < rows; ++i) {
      sum.entries.emplace_back(first + i * width + j, 1);
    }
    program.rows.push_back(std::move(sum));
  }
}

void PlacementColumns::add_place(Linear& to, EntityId entity, HostId host, double amount) const {
  const auto index = index_of(entity, host);
  if (!index || amount == 0) {
    return;
  }
  if (is_free(entity)) {
    to.terms.emplace_back(places_[to_index(entity)] + *index, amount);
  } else {
    to.constant += amount;
  }
}

void PlacementColumns::add_pair(Linear& to, EntityId a, HostId on, EntityId b, HostId other,
                                double amount) const {
  const auto index_a = index_of(a, on);
  const auto index_b = index_of(b, other);
  if (!index_a || !index_b || amount == 0) {
    return;
  }
  if (!is_free(a)) {
    add_place(to, b, other, amount);
  } else if (!is_free(b)) {
    add_place(to, a, on, amount);
  } else {
    const std::size_t first = products_.at(ends(a, b));
    to.terms.emplace_back(a < b ? first + *index_a * hosts(b).size() + *index_b
                                : first + *index_b * hosts(a).size() + *index_a,
                          amount);
  }
}

Assignment PlacementColumns::placement(const std::vector<double>& values) const {
  Assignment placement;
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(places_[i]);
    const auto most =
        is_free(entity_at(i))
            ? std::max_element(first, first + static_cast<std::ptrdiff_t>(hosts_[i].size())) - first
            : 0;
    placement.push_back(hosts_[i][static_cast<std::size_t>(most)]);
  }
  return placement;
}

bool PlacementColumns::set(std::vector<double>& values, const Assignment& placement) const {
  Linear ones;
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    if (!index_of(entity_at(i), placement[i])) {
      return false;
    }
    add_place(ones, entity_at(i), placement[i], 1);
  }
  for (const auto& [pair, first] : products_) {
    add_pair(ones, entity_at(pair.first), placement[pair.first], entity_at(pair.second),
             placement[pair.second], 1);
  }
  for (const auto& [column, one] : ones.terms) {
    values[column] = one;
  }
  return true;
}

Row PlacementColumns::without(const Assignment& placement) const {
  Linear ones;
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    if (is_free(entity_at(i))) {
      add_place(ones, entity_at(i), placement[i], 1);
    }
  }
  return {.upper = static_cast<double>(free_entities_) - 1, .entries = std::move(ones.terms)};
}

}  // namespace violin::placement
