// The constraints of hosts and of groups as sums over free entities, for solvers: what the pinned
// entities leave of each limit, and what a placement of the others takes of it.
//
// evaluate() remains the judge; both see a limit as kept if it is exceeded by less than 1e-9 of it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "models/placement/exact/pair_model.h"

namespace violin::placement {

// Resources of a host.
enum class Resource : std::uint8_t { kMemory, kFrames, kUp, kDown };
inline constexpr std::size_t kResources = 4;
// By resource and host, in bytes, frames or bits per second.
using Uses = std::array<std::vector<double>, kResources>;

class HostLimits {
 public:
  // A link between a variable and a pinned entity, if it uses access bandwidth.
  struct PinnedLink {
    std::uint32_t variable;
    std::uint32_t host;
    std::array<double, 2> bits;  // direction 0 leads from the variable
  };
  using Group = std::vector<std::uint32_t>;  // variables that no two may share a host

  HostLimits(const Problem& problem, const PairModel& model);

  // The pinned entities alone break a limit, or what demands between them send across access links
  // (cuts.h) does, or a group contradicts itself.
  bool broken() const { return broken_; }
  // Whether there is any limit, once forbid_full() has been applied.
  bool any() const;
  bool limits(Resource resource) const;

  // Infinite where there is no limit; the other variables are nowhere.
  const std::vector<double>& room(Resource resource) const {
    return room_[static_cast<std::size_t>(resource)];
  }
  // What the host has in all, at least 1; a unit to measure excess in.
  const std::vector<double>& capacity(Resource resource) const {
    return capacity_[static_cast<std::size_t>(resource)];
  }
  // Of kMemory and kFrames.
  double need(Resource resource, std::uint32_t variable) const {
    return need_[static_cast<std::size_t>(resource)][variable];
  }
  const std::vector<PinnedLink>& pinned_links() const { return pinned_links_; }
  const std::vector<Group>& groups() const { return groups_; }

  // Makes hosts cost kFar that have no room for a variable, or that its group forbids.
  void forbid_full(HostCosts& alone) const;
  // The same for the variables of `open`, given that `variable` is on `host` and what `uses` has
  // with it. Access bandwidth is left to excess().
  void forbid_beside(std::uint32_t variable, std::uint32_t host, const Uses& uses,
                     std::span<const std::uint32_t> open, HostCosts& alone) const;

  Uses uses(const Hosts& hosts) const;
  // Adds what `variable` on hosts[variable] takes, or gives it back (sign -1), with its links to
  // pinned entities and to variables that are placed.
  void use(const Hosts& hosts, const std::vector<bool>& placed, std::uint32_t variable, double sign,
           Uses& uses) const;
  // The sum over limits of what is used beyond them, as shares of capacity, and over groups of the
  // pairs that share a host; 0: all constraints that are told here are kept.
  double excess(const Hosts& hosts, const Uses& uses) const;
  double excess_at(std::uint32_t host, const Uses& uses) const;
  // Pairs in groups of `variable` that share its host.
  double clashes(const Hosts& hosts, std::uint32_t variable) const;

 private:
  static bool exceeded_anywhere(const Problem& problem);
  void add_rooms(const Problem& problem);
  void add_entities(const Problem& problem);
  void add_links(const Problem& problem);
  void add_groups(const Problem& problem);

  const PairModel& model_;
  Uses room_;
  Uses capacity_;
  std::array<std::vector<double>, 2> need_;
  std::vector<PinnedLink> pinned_links_;
  std::vector<std::vector<std::uint32_t>> pinned_links_of_;
  std::vector<Group> groups_;
  std::vector<std::vector<std::uint32_t>> groups_of_;
  std::vector<std::vector<std::uint32_t>> forbidden_;  // hosts, by variable
  bool broken_ = false;
};

}  // namespace violin::placement
