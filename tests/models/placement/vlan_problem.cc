#include "tests/models/placement/vlan_problem.h"

#include <algorithm>

#include "core/random.h"

namespace violin::placement {

namespace {

class Maker {
 public:
  Maker(const Substrate& substrate, std::uint64_t seed, const VlanOptions& options)
      : random_(seed, "vlan problem"), options_(options), problem_(substrate) {}

  Problem make() && {
    const std::size_t vswitches = options_.vrouters;
    const std::size_t vhosts = vswitches + options_.vlans;
    problem_.entities.push_back({"vrouter0", {}, {}});
    for (std::size_t i = 1; i < options_.vrouters; ++i) {
      add({named("vrouter", i), {}, {}}, below(i));
    }
    for (std::size_t i = 0; i < options_.vlans; ++i) {
      add({named("vswitch", i), {}, {}}, below(vswitches));
    }
    for (std::size_t i = 0; i < options_.vhosts; ++i) {
      const auto host = static_cast<std::uint32_t>(below(problem_.hosts()));
      add({named("vhost", i), {HostId{host}}, {}}, vswitches + below(options_.vlans));
    }
    while (problem_.demands.size() < options_.demands) {
      add_demand(vhosts + below(options_.vhosts), vhosts + below(options_.vhosts));
    }
    check(problem_);
    return std::move(problem_);
  }

 private:
  static std::string named(std::string kind, std::size_t i) {
    return kind.append(std::to_string(i));
  }
  std::size_t below(std::size_t n) { return random_() % n; }

  // Link i joins entity i + 1 with its parent, an entity before it.
  void add(Entity entity, std::size_t parent) {
    const auto id = static_cast<std::uint32_t>(problem_.entities.size());
    problem_.links.push_back(
        {entity.name, {EntityId{id}, EntityId{static_cast<std::uint32_t>(parent)}}});
    problem_.entities.push_back(std::move(entity));
  }

  std::size_t parent(std::size_t entity) const {
    return to_index(problem_.links[entity - 1].ends[1]);
  }

  void add_demand(std::size_t from, std::size_t to) {
    std::vector<Hop> up;
    std::vector<Hop> down;
    for (std::size_t a = from, b = to; a != b;) {
      std::size_t& later = a > b ? a : b;  // is below no other of the two
      (a > b ? up : down).push_back({static_cast<std::uint32_t>(later - 1), a > b ? 0U : 1U});
      later = parent(later);
    }
    up.insert(up.end(), down.rbegin(), down.rend());
    const auto id = [](std::size_t entity) { return EntityId{static_cast<std::uint32_t>(entity)}; };
    const double bits = 1e4 * static_cast<double>(1 + below(400));
    problem_.demands.push_back({named("demand", problem_.demands.size()),
                                id(from),
                                {{id(to), std::move(up)}},
                                bits,
                                bits / 8000});
  }

  RandomStream random_;
  VlanOptions options_;
  Problem problem_;
};

}  // namespace

Problem vlan_problem(const Substrate& substrate, std::uint64_t seed, const VlanOptions& options) {
  return Maker(substrate, seed, options).make();
}

}  // namespace violin::placement
