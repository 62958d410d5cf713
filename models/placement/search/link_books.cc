#include "models/placement/search/link_books.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace violin::placement {

LinkBooks::LinkBooks(const Problem& problem, const IncidentCosts& pairs,
                     const Assignment& placement)
    : problem_(problem), pairs_(pairs) {
  if (const RouterGraph* graph = problem.substrate.graph()) {
    for (const SubstrateLink& link : graph->links()) {
      lines_.push_back({link.capacity ? static_cast<double>(link.capacity->bits_per_second())
                                      : std::numeric_limits<double>::infinity()});
    }
  }
  shares_ = MaxTree(lines_.size());
  for (std::uint32_t i = 0; i < placement.size(); ++i) {
    for (const Incident& incident : pairs.incidents(EntityId{i})) {
      carry(placement[i], placement[to_index(incident.other)], incident.bits_per_second[0]);
    }
  }
}

void LinkBooks::set(std::size_t line, double bits_per_second) {
  lines_[line].bits_per_second = bits_per_second;
  shares_.set(line, bits_per_second / lines_[line].capacity);
}

void LinkBooks::carry(std::size_t line, double bits_per_second) {
  former_.push_back({line, lines_[line].bits_per_second});
  set(line, lines_[line].bits_per_second + bits_per_second);
}

void LinkBooks::carry(HostId from, HostId to, double bits_per_second) {
  if (from == to || bits_per_second == 0) {
    return;
  }
  if (problem_.substrate.graph() != nullptr) {
    for (const SubstrateLinkId link : problem_.substrate.path(from, to)) {
      carry(violin::to_index(link), bits_per_second);
    }
  } else if (const auto line = line_between(from, to)) {
    carry(*line, bits_per_second);
  }
}

std::optional<std::size_t> LinkBooks::line_between(HostId from, HostId to) {
  const std::uint64_t pair = violin::to_index(from) * problem_.hosts() + violin::to_index(to);
  const auto known = line_of_pair_.find(pair);
  if (known != line_of_pair_.end()) {
    return known->second;
  }
  const auto bandwidth = problem_.substrate.bandwidth(from, to);
  if (!bandwidth) {
    return std::nullopt;
  }
  lines_.push_back({static_cast<double>(bandwidth->bits_per_second())});
  shares_.append();
  line_of_pair_.emplace(pair, lines_.size() - 1);
  return lines_.size() - 1;
}

void LinkBooks::carry(const Incident& incident, HostId own, HostId other, double sign) {
  carry(own, other, sign * incident.bits_per_second[0]);
  carry(other, own, sign * incident.bits_per_second[1]);
}

void LinkBooks::move(EntityId entity, HostId to, const Assignment& placement) {
  former_.clear();
  for (const Incident& incident : pairs_.incidents(entity)) {
    const HostId other = placement[to_index(incident.other)];
    carry(incident, placement[to_index(entity)], other, -1);
    carry(incident, to, other, 1);
  }
}

void LinkBooks::undo() {
  std::for_each(former_.rbegin(), former_.rend(),
                [&](const Former& former) { set(former.line, former.bits_per_second); });
  former_.clear();
}

}  // namespace violin::placement
