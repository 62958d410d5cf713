#include "models/placement/exact/busiest_link_bound.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "models/placement/exact/cuts.h"

namespace violin::placement {

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

HostId host(std::size_t index) { return HostId{static_cast<std::uint32_t>(index)}; }

// Of what may be crossed on the way out of a part, or into it.
struct Capacity {
  double sum = 0;
  double largest = 0;

  void add(std::optional<BitRate> rate) {
    const double bits = rate ? static_cast<double>(rate->bits_per_second()) : kInfinite;
    sum += bits;
    largest = std::max(largest, bits);
  }
  double share(const Crossing& crossing) const {
    return crossing.bits_per_second > 0
               ? std::max(crossing.bits_per_second / sum, crossing.largest / largest)
               : 0;
  }
};

class Bound {
 public:
  explicit Bound(const Problem& problem) : problem_(problem), substrate_(problem.substrate) {
    substrate_.graph() == nullptr ? part_by_host() : part_by_router();
  }

  double run(const KeepGoing& keep_going) const {
    double bound = 0;
    const std::vector<Cut> all = cuts(problem_, part_of_);
    for (std::size_t part = 0; part < all.size() && keep_going(); ++part) {
      if (all[part].out.bits_per_second > 0) {
        bound = std::max(bound, capacity(part, &Bound::first_link).share(all[part].out));
      }
      if (all[part].in.bits_per_second > 0) {
        bound = std::max(bound, capacity(part, &Bound::last_link).share(all[part].in));
      }
    }
    return bound;
  }

 private:
  // The link of the path that is at the part, which `inside` is in and `outside` is not; nullopt:
  // there is none to be told.
  using LinkAt = std::optional<SubstrateLinkId> (Bound::*)(HostId inside, HostId outside) const;
  std::optional<SubstrateLinkId> first_link(HostId inside, HostId outside) const {
    const auto path = substrate_.path(inside, outside);
    return path.empty() ? std::nullopt : std::optional(path.front());
  }
  std::optional<SubstrateLinkId> last_link(HostId inside, HostId outside) const {
    const auto path = substrate_.path(outside, inside);
    return path.empty() ? std::nullopt : std::optional(path.back());
  }

  void part_by_host() {
    part_of_.resize(problem_.hosts());
    std::iota(part_of_.begin(), part_of_.end(), std::size_t{0});
  }

  // A host without a way to another router is a part of its own.
  void part_by_router() {
    std::map<RouterId, std::size_t> part_at;
    std::size_t parts = 0;
    for (std::size_t h = 0; h < problem_.hosts(); ++h) {
      std::optional<SubstrateLinkId> link;
      for (std::size_t other = 0; !link && other < problem_.hosts(); ++other) {
        link = first_link(host(h), host(other));
      }
      if (!link) {
        part_of_.push_back(parts++);
        continue;
      }
      const auto [found, is_new] = part_at.try_emplace(substrate_.graph()->link(*link).from, parts);
      parts += is_new ? 1 : 0;
      part_of_.push_back(found->second);
    }
  }

  bool has_way(std::size_t from, std::size_t to) const {
    return problem_.delays.row(from)[to] != DelayMatrix::kUnreachable;
  }

  Capacity capacity(std::size_t part, LinkAt link_at) const {
    Capacity capacity;
    std::set<SubstrateLinkId> counted;
    for (std::size_t in = 0; in < part_of_.size(); ++in) {
      for (std::size_t out = 0; part_of_[in] == part && out < part_of_.size(); ++out) {
        const bool leaves = link_at == &Bound::first_link;
        if (part_of_[out] == part || !(leaves ? has_way(in, out) : has_way(out, in))) {
          continue;
        }
        if (substrate_.graph() == nullptr) {
          capacity.add(leaves ? substrate_.bandwidth(host(in), host(out))
                              : substrate_.bandwidth(host(out), host(in)));
        } else if (const auto link = (this->*link_at)(host(in), host(out)); !link) {
          capacity.add(std::nullopt);  // a delay that was set, without a path
        } else if (counted.insert(*link).second) {
          capacity.add(substrate_.graph()->link(*link).capacity);
        }
      }
    }
    return capacity;
  }

  const Problem& problem_;
  const Substrate& substrate_;
  std::vector<std::size_t> part_of_;  // by host
};

}  // namespace

double busiest_link_bound(const Problem& problem, const KeepGoing& keep_going) {
  return Bound(problem).run(keep_going);
}

}  // namespace violin::placement
