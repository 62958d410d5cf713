#include "models/placement/search/path_books.h"

#include <utility>

namespace violin::placement {

namespace {

constexpr double kMsPerCell = 1e-6 * static_cast<double>(DelayMatrix::kUnit.count());

std::size_t receivers(const Problem& problem) {
  std::size_t count = 0;
  for (const Demand& demand : problem.demands) {
    count += demand.receivers.size();
  }
  return count;
}

}  // namespace

PathBooks::PathBooks(const Problem& problem, const Assignment& placement)
    : problem_(problem),
      crossings_(problem.entities.size()),
      delays_(receivers(problem)),
      stretches_(receivers(problem)) {
  for (const Demand& demand : problem.demands) {
    for (const Receiver& receiver : demand.receivers) {
      add_receiver(demand, receiver, placement);
    }
  }
}

void PathBooks::add_receiver(const Demand& demand, const Receiver& receiver,
                             const Assignment& placement) {
  const auto index = static_cast<std::uint32_t>(ends_.size());
  const Ends& ends = ends_.emplace_back(Ends{demand.source, receiver.entity});
  std::uint64_t cells = 0;
  for (const Hop& hop : receiver.path) {
    const auto& link = problem_.links[hop.link];
    const EntityId from = link.ends[hop.direction];
    const EntityId to = link.ends[1 - hop.direction];
    if (from != to) {
      cells += delay(placement[to_index(from)], placement[to_index(to)]);
      crossings_[to_index(from)].push_back({index, hop});
      crossings_[to_index(to)].push_back({index, hop});
    }
  }
  cells_.push_back(0);
  stretch_.emplace_back();
  set(index, cells, stretch(ends, cells, ends.source, placement[to_index(ends.source)], placement));
}

DelayMatrix::Cell PathBooks::delay(HostId from, HostId to) const {
  return problem_.delays.cells()[violin::to_index(from) * problem_.hosts() + violin::to_index(to)];
}

double PathBooks::worst_delay() const { return kMsPerCell * delays_.max(); }

double PathBooks::mean_stretch() const {
  return sums_.stretched > 0 ? sums_.stretch / sums_.stretched : 0;
}

std::optional<double> PathBooks::stretch(const Ends& ends, std::uint64_t cells, EntityId moved,
                                         HostId host, const Assignment& placement) const {
  const HostId from = ends.source == moved ? host : placement[to_index(ends.source)];
  const HostId to = ends.target == moved ? host : placement[to_index(ends.target)];
  const DelayMatrix::Cell direct = delay(from, to);
  if (direct == 0 || direct == DelayMatrix::kUnreachable) {
    return std::nullopt;
  }
  return static_cast<double>(cells) / direct;
}

void PathBooks::set(std::uint32_t receiver, std::uint64_t cells, std::optional<double> stretch) {
  const std::optional<double> old = std::exchange(stretch_[receiver], stretch);
  sums_.stretch += stretch.value_or(0) - old.value_or(0);
  sums_.stretched += (stretch ? 1 : 0) - (old ? 1 : 0);
  cells_[receiver] = cells;
  delays_.set(receiver, static_cast<double>(cells));
  stretches_.set(receiver, stretch.value_or(0));
}

void PathBooks::move(EntityId entity, HostId to, const Assignment& placement) {
  const HostId from = placement[to_index(entity)];
  former_sums_ = sums_;
  former_.clear();
  const auto& crossings = crossings_[to_index(entity)];
  for (auto it = crossings.begin(); it != crossings.end();) {
    const std::uint32_t receiver = it->receiver;
    std::uint64_t cells = cells_[receiver];
    for (; it != crossings.end() && it->receiver == receiver; ++it) {
      const auto& ends = problem_.links[it->hop.link].ends;
      const bool leaving = ends[it->hop.direction] == entity;
      const HostId other =
          placement[to_index(ends[leaving ? 1 - it->hop.direction : it->hop.direction])];
      cells += leaving ? delay(to, other) : delay(other, to);
      cells -= leaving ? delay(from, other) : delay(other, from);
    }
    former_.push_back({receiver, cells_[receiver], stretch_[receiver]});
    set(receiver, cells, stretch(ends_[receiver], cells, entity, to, placement));
  }
}

void PathBooks::undo() {
  for (const Former& former : former_) {
    set(former.receiver, former.cells, former.stretch);
  }
  sums_ = former_sums_;
  former_.clear();
}

}  // namespace violin::placement
