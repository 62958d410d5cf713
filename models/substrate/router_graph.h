// A substrate's routers and the directed links between them, and the shortest paths over the links
// that are up.
//
// Shortest is by IGP weight or by delay; among equals by number of links; among these each router
// is entered by the link with the lowest id (and so on back to the source). The outcome depends on
// nothing else.
//
// A cable is two links, one per direction, that know each other as `reverse`.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/quantity.h"
#include "models/substrate/geography.h"

namespace violin {

enum class RouterId : std::uint32_t {};
constexpr std::size_t to_index(RouterId router) { return static_cast<std::size_t>(router); }

enum class SubstrateLinkId : std::uint32_t {};
constexpr std::size_t to_index(SubstrateLinkId link) { return static_cast<std::size_t>(link); }

struct Router {
  std::string name{};  // unique in its graph
  std::optional<Coordinates> position{};
  std::string country{};
};

// Of a link.
inline constexpr std::uint64_t kMaxWeight = 1'000'000'000'000;

struct SubstrateLink {
  std::string name{};
  RouterId from{};
  RouterId to{};
  Duration delay{};
  std::uint64_t weight = 1;  // IGP weight up to kMaxWeight; only sums count, so any unit will do
  std::optional<BitRate> capacity{};
  double loss = 0;  // probability per frame
  bool up = true;
  std::optional<SubstrateLinkId> reverse{};
};

class RouterGraph {
 public:
  enum class Metric { kDelay, kWeight };

  explicit RouterGraph(Metric metric = Metric::kDelay) : metric_(metric) {}

  // Both throw std::invalid_argument where the thing is not as described above: a name that is
  // empty or there twice, an unknown router, a negative delay or one above DelayMatrix::kMax, a
  // weight above kMaxWeight, a loss outside [0, 1].
  RouterId add_router(Router router);
  SubstrateLinkId add_link(SubstrateLink link);
  // The link and its reverse, with the same properties. Returns the one as told.
  SubstrateLinkId add_cable(SubstrateLink link);
  // Makes two links, which lead there and back, one cable.
  void join(SubstrateLinkId a, SubstrateLinkId b);

  std::span<const Router> routers() const { return routers_; }
  std::span<const SubstrateLink> links() const { return links_; }
  const Router& router(RouterId id) const;
  const SubstrateLink& link(SubstrateLinkId id) const;
  std::optional<RouterId> find(std::string_view name) const;
  // The link of lowest id from one to the other.
  std::optional<SubstrateLinkId> find_link(RouterId from, RouterId to) const;
  Metric metric() const { return metric_; }

  void set_link_delay(SubstrateLinkId id, Duration delay);
  void set_link_weight(SubstrateLinkId id, std::uint64_t weight);
  void set_link_capacity(SubstrateLinkId id, std::optional<BitRate> capacity);
  void set_link_loss(SubstrateLinkId id, double loss);
  void set_link_up(SubstrateLinkId id, bool up);
  // Advances with every change that may lead paths elsewhere.
  std::uint64_t topology_version() const { return topology_version_; }

 private:
  SubstrateLink& mutable_link(SubstrateLinkId id);

  Metric metric_;
  std::vector<Router> routers_;
  std::vector<SubstrateLink> links_;
  std::map<std::string, RouterId, std::less<>> by_name_;
  std::uint64_t topology_version_ = 0;
};

}  // namespace violin
