// What each host is asked for, kept up to date while entities move: by how much memory, forwarding
// capacity and access bandwidth are exceeded, and the busiest host.
//
// An excess is told in loads of one mean entity (of one mean link, for access bandwidth), so that
// kinds can be added up: 1 means that about one entity is too many.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "models/placement/evaluation.h"
#include "models/placement/problem.h"
#include "models/placement/search/incident_costs.h"
#include "models/placement/search/max_tree.h"

namespace violin::placement {

// By how much constraints are broken, and how many of them are.
struct Excess {
  double amount = 0;
  std::int64_t broken = 0;

  Excess& operator+=(const Excess& other);
  Excess& operator-=(const Excess& other);
};

class HostBooks {
 public:
  // Where entities are that have no host yet: beside the hosts, without limits.
  static HostId nowhere(const Problem& problem) {
    return HostId{static_cast<std::uint32_t>(problem.hosts())};
  }

  // Problem and pairs outlive this.
  HostBooks(const Problem& problem, const IncidentCosts& pairs, const Assignment& placement);
  void reset(const Assignment& placement);

  const HostUse& use(HostId host) const { return uses_[violin::to_index(host)]; }
  Excess excess() const;  // of all hosts, counted afresh
  // Whether any host has a limit.
  bool limited() const { return std::ranges::find(limited_, true) != limited_.end(); }
  // The largest share of a host's capacity that is used, if its weight makes it count; else 0.
  double busiest() const { return shares_.max(); }

  // An entity moves to another host.
  struct Move {
    HostId from;
    HostId to;
    HostUse left;    // what `from` is asked for thereafter
    HostUse joined;  // likewise `to`
    Excess growth;
  };
  Move plan(EntityId entity, HostId to, const Assignment& placement) const;
  double busiest_after(const Move& move);
  void apply(const Move& move);

  // Adds `price` x the growth of each host's excess of memory and forwarding capacity if the
  // entity, which is on `own`, were there instead of nowhere.
  void add_growth(EntityId entity, HostId own, float price, std::span<float> by_host) const;

 private:
  static constexpr std::size_t kKinds = 4;  // memory, frames, up, down
  using Amounts = std::array<double, kKinds>;
  static Amounts amounts(const HostUse& use);
  Amounts limits(const OverlayHost& host) const;
  Amounts mean_loads() const;
  // Bits per second through a host's access that an entity on it makes; what stays within the host
  // no longer crosses it.
  struct Traffic {
    double up = 0;
    double down = 0;
  };
  Traffic traffic(EntityId entity, HostId host, const Assignment& placement) const;
  void add_alone(EntityId entity, const Assignment& placement);
  HostUse with(HostUse use, EntityId entity, HostId host, const Assignment& placement) const;
  HostUse without(HostUse use, EntityId entity, HostId host, const Assignment& placement) const;
  Excess excess_of(HostId host, const HostUse& use) const;
  double share(HostId host, const HostUse& use) const;
  void set_use(HostId host, const HostUse& use);

  const Problem& problem_;
  const IncidentCosts& pairs_;
  std::vector<double> entity_frames_;
  Amounts scales_;
  std::vector<Amounts> limits_;  // by host and nowhere; infinite where there is none
  std::vector<HostUse> uses_;
  std::array<bool, kKinds> limited_{};      // whether any host has such a limit
  std::array<std::vector<float>, 2> room_;  // memory and frames that are left, at least 0
  MaxTree shares_;
};

}  // namespace violin::placement
