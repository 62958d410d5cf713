// What a branch of the search for the best single allocation has decided: which sites are hubs, and
// at which sites each point may still be.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "models/placement/hub/allocation_model.h"

namespace violin {

class AllocationDomain {
 public:
  enum class Site : char { kFree, kHub, kClosed };

  // Everything is allowed.
  explicit AllocationDomain(const AllocationModel& model);

  Site site(std::size_t k) const { return sites_[k]; }
  // In ascending order.
  const std::vector<std::size_t>& allowed(std::size_t point) const { return allowed_[point]; }
  bool allows(std::size_t point, std::size_t site) const;
  bool settled() const;  // every point may be at one site only

  void make_hub(std::size_t k) { sites_[k] = Site::kHub; }
  void close(std::size_t k) { sites_[k] = Site::kClosed; }
  void forbid(std::size_t point, std::size_t site);
  void put(std::size_t point, std::size_t site) { allowed_[point] = {site}; }

  // Draws conclusions: points may be at sites that are not closed, at home if that is a hub; what
  // one point needs is a hub; the number of hubs holds; no site takes more than its capacity. False
  // if nothing is left.
  bool propagate(const AllocationModel& model);

  bool operator==(const AllocationDomain& other) const {
    return sites_ == other.sites_ && allowed_ == other.allowed_;
  }

  std::vector<std::size_t> open_or_free() const;
  // Only these sites, as AllocationModel::keep.
  void keep(std::span<const std::size_t> sites);

 private:
  bool restrict_points(const AllocationModel& model);
  bool count_hubs(const AllocationModel& model);
  bool fill_hubs(const AllocationModel& model);
  // True if that is new.
  bool decide(std::size_t k, Site what);

  std::vector<Site> sites_;
  std::vector<std::vector<std::size_t>> allowed_;
  bool changed_ = false;
};

}  // namespace violin
