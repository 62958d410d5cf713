#include "models/placement/mip/mip_limits.h"

#include <algorithm>
#include <cmath>

namespace violin::placement {

namespace {

using Kind = Constraint::Kind;

constexpr double kLimitUnits = 1 << 20;

double in_units(double amount, double limit) {
  const double units = limit > 0 ? std::floor(amount / limit * kLimitUnits) : kUnlimited;
  return amount > 0 ? std::min(units, 2 * kLimitUnits) : 0;
}

class Limits {
 public:
  Limits(MipDraft& draft, const Problem& problem)
      : draft_(draft), problem_(problem), loads_(link_loads(problem)) {}

  bool add(const std::vector<Constraint>& kept) {
    for (const Constraint& constraint : kept) {
      switch (constraint.kind) {
        case Kind::kAllowed:
          break;  // by its columns
        case Kind::kApart:
          add_apart(problem_.apart[constraint.of]);
          break;
        case Kind::kWay:
          if (!add_way_constraint(constraint)) {
            return false;
          }
          break;
        case Kind::kMemory:
        case Kind::kCapacity:
          add_sum_limit(constraint);
          break;
        case Kind::kAccessUp:
        case Kind::kAccessDown:
          if (!add_access_limit(constraint)) {
            return false;
          }
      }
    }
    return draft_.fits(0);
  }

 private:
  void add_apart(const std::vector<EntityId>& group) {
    for (const HostId host : all_hosts(problem_)) {
      Linear there;
      for (const EntityId entity : group) {
        draft_.columns().add_place(there, entity, host, 1);
      }
      draft_.add_row({.upper = 1 - there.constant, .entries = merged(std::move(there))});
    }
  }

  bool has_dead_pair(const Hop& hop) const {
    const auto& sources = draft_.columns().hosts(draft_.end(hop.link, hop.direction));
    const auto& targets = draft_.columns().hosts(draft_.end(hop.link, 1 - hop.direction));
    return std::ranges::any_of(sources, [&](HostId from) {
      return std::ranges::any_of(targets, [&](HostId to) { return !draft_.joined(from, to); });
    });
  }

  bool add_way_constraint(const Constraint& constraint) {
    for (const Hop& hop : problem_.demands[constraint.of].receivers[constraint.receiver].path) {
      if (draft_.is_loop(hop.link) || !has_dead_pair(hop)) {
        continue;
      }
      if (!draft_.need_product(hop.link)) {
        return false;
      }
      Linear dead;
      draft_.add_hop(dead, hop,
                     [&](HostId from, HostId to) { return draft_.joined(from, to) ? 0 : 1; });
      for (const auto& [column, one] : dead.terms) {
        draft_.program().columns[column].upper = 0;
      }
      if (dead.constant > 0) {
        draft_.add_row({.upper = -1, .entries = {}});
      }
    }
    return true;
  }

  void add_sum_limit(const Constraint& constraint) {
    const OverlayHost& host = problem_.substrate.host(HostId{constraint.of});
    const bool memory = constraint.kind == Kind::kMemory;
    const auto limit = static_cast<double>(memory ? host.memory->value : host.capacity->per_second);
    const auto frames = entity_loads(problem_);
    Linear used;
    for (std::uint32_t i = 0; i < problem_.entities.size(); ++i) {
      const double amount =
          memory ? static_cast<double>(problem_.entities[i].memory.value) : frames[i];
      draft_.columns().add_place(used, EntityId{i}, HostId{constraint.of}, in_units(amount, limit));
    }
    const double rest = kLimitUnits - used.constant;
    for (const auto& [column, amount] : used.terms) {
      if (amount > rest) {
        draft_.program().columns[column].upper = 0;
      }
    }
    draft_.add_row({.upper = rest, .entries = merged(std::move(used))});
  }

  // What an end sends from the host unless the other end is there too.
  bool add_access_limit(const Constraint& constraint) {
    const OverlayHost& host = problem_.substrate.host(HostId{constraint.of});
    const bool up = constraint.kind == Kind::kAccessUp;
    const auto limit =
        static_cast<double>((up ? host.access_up : host.access_down)->bits_per_second());
    Linear used;
    for (std::size_t link = 0; link < loads_.size(); ++link) {
      for (const std::size_t d : {0U, 1U}) {
        const double units = in_units(loads_[link][d].bits_per_second, limit);
        if (draft_.is_loop(link) || units == 0) {
          continue;
        }
        if (!draft_.need_product(link)) {
          return false;
        }
        const EntityId here = draft_.end(link, up ? d : 1 - d);
        const EntityId other = draft_.end(link, up ? 1 - d : d);
        draft_.columns().add_place(used, here, HostId{constraint.of}, units);
        draft_.columns().add_pair(used, here, HostId{constraint.of}, other, HostId{constraint.of},
                                  -units);
      }
    }
    return draft_.add_row(
        {.upper = kLimitUnits - used.constant, .entries = merged(std::move(used))});
  }

  MipDraft& draft_;
  const Problem& problem_;
  std::vector<std::array<Load, 2>> loads_;
};

}  // namespace

bool add_limits(MipDraft& draft, const Problem& problem, const std::vector<Constraint>& kept) {
  return Limits(draft, problem).add(kept);
}

}  // namespace violin::placement
