#include "models/vrouter/fib.h"

#include <algorithm>
#include <bit>

#include "core/require.h"

namespace violin {

namespace {

constexpr unsigned route_bit(unsigned length, unsigned value) { return (1U << length) - 1 + value; }

// For each value of a node's 6 bits, the routes of the node that contain it.
constexpr std::array<std::uint64_t, 64> kCovering = [] {
  std::array<std::uint64_t, 64> masks{};
  for (unsigned value = 0; value < 64; ++value) {
    for (unsigned length = 0; length < 6; ++length) {
      masks[value] |= std::uint64_t{1} << route_bit(length, value >> (6 - length));
    }
  }
  return masks;
}();

constexpr std::uint64_t bit(unsigned position) { return std::uint64_t{1} << position; }

unsigned count(std::uint64_t bits) { return static_cast<unsigned>(std::popcount(bits)); }
// How many bits are set below `position`.
unsigned rank(std::uint64_t bits, unsigned position) { return count(bits & (bit(position) - 1)); }
unsigned highest(std::uint64_t bits) { return static_cast<unsigned>(std::bit_width(bits)) - 1; }

}  // namespace

inline Fib::Walk Fib::begin(Ipv4Address destination) const {
  return {key_of(destination), front_[destination.bits() >> (32 - front_bits())].node};
}

inline void Fib::step(Walk& walk, unsigned depth) const {
  const Node& node = nodes_[walk.at];
  const unsigned index = index_at(walk.key, depth);
  const std::uint64_t covering = node.routes & kCovering[index];
  const std::uint32_t found = node.first_route + rank(node.routes, highest(covering | 1));
  walk.route = covering != 0 ? found : walk.route;
  const bool deeper = (node.children & bit(index)) != 0;
  walk.at = deeper ? node.first_child + rank(node.children, index) : kNone;
}

inline const NextHop* Fib::end(const Walk& walk) const {
  const NextHopTable::Id hop = walk.route == kNone
                                   ? front_[walk.key >> (kMaxDepth + kStride - front_depth_)].hop
                                   : routes_[walk.route];
  return hop == kNone ? nullptr : &hops_[hop];
}

const NextHop* Fib::lookup(Ipv4Address destination) const {
  if (front_.empty()) {
    return nullptr;
  }
  Walk walk = begin(destination);
  for (unsigned depth = front_depth_; walk.at != kNone; depth += kStride) {
    step(walk, depth);
  }
  return end(walk);
}

std::array<const NextHop*, Fib::kMostAtOnce> Fib::lookup(
    std::span<const Ipv4Address> destinations) const {
  require(destinations.size() <= kMostAtOnce, "at most 64 look-ups go in step");
  std::array<const NextHop*, kMostAtOnce> hops;
  if (front_.empty()) {
    hops.fill(nullptr);
    return hops;
  }
  std::array<Walk, kMostAtOnce> room;
  const auto walks = std::span(room).first(destinations.size());
  for (std::size_t i = 0; i < walks.size(); ++i) {
    walks[i] = begin(destinations[i]);
    nodes_.prefetch(walks[i].at == kNone ? 0 : walks[i].at);
  }
  walk_in_step(walks);
  for (std::size_t i = 0; i < walks.size(); ++i) {
    hops[i] = end(walks[i]);
  }
  return hops;
}

void Fib::walk_in_step(std::span<Walk> walks) const {
  bool going = true;
  for (unsigned depth = front_depth_; going; depth += kStride) {
    going = false;
    for (Walk& walk : walks) {
      if (walk.at != kNone) {
        step(walk, depth);
        walk.at != kNone ? nodes_.prefetch(walk.at) : routes_.prefetch(walk.route);
        going |= walk.at != kNone;
      }
    }
  }
}

Fib::Place Fib::place_of(Ipv4Prefix prefix) {
  const std::uint64_t key = key_of(prefix.address());
  const unsigned length = prefix.length() + kPadding;
  const unsigned depth = length / kStride * kStride;
  const unsigned within = length - depth;
  return {key, depth, route_bit(within, index_at(key, depth) >> (kStride - within))};
}

Fib::Path Fib::descend(const Place& place) const {
  Path path{{}, 1};
  for (unsigned depth = 0; depth < place.depth; depth += kStride) {
    const Node& node = nodes_[path.nodes[path.count - 1]];
    const unsigned index = index_at(place.key, depth);
    if ((node.children & bit(index)) == 0) {
      break;
    }
    path.nodes[path.count++] = node.first_child + rank(node.children, index);
  }
  return path;
}

const NextHopTable::Id* Fib::route_at(const Place& place) const {
  if (size_ == 0) {
    return nullptr;
  }
  const Path path = descend(place);
  if (path.count <= place.depth / kStride) {
    return nullptr;
  }
  const Node& node = nodes_[path.nodes[path.count - 1]];
  return (node.routes & bit(place.bit)) == 0
             ? nullptr
             : &routes_[node.first_route + rank(node.routes, place.bit)];
}

const NextHop* Fib::find(Ipv4Prefix prefix) const {
  const NextHopTable::Id* hop = route_at(place_of(prefix));
  return hop == nullptr ? nullptr : &hops_[*hop];
}

std::uint32_t Fib::add_child(std::uint32_t at, unsigned index) {
  const Node& parent = nodes_[at];
  const unsigned position = rank(parent.children, index);
  const std::uint32_t first =
      nodes_.insert(parent.first_child, count(parent.children), position, Node{});
  nodes_[at].first_child = first;
  nodes_[at].children |= bit(index);
  return first + position;
}

void Fib::remove_child(std::uint32_t at, unsigned index) {
  const Node& parent = nodes_[at];
  const std::uint32_t first =
      nodes_.erase(parent.first_child, count(parent.children), rank(parent.children, index));
  nodes_[at].first_child = first;
  nodes_[at].children &= ~bit(index);
}

void Fib::insert(const Route& route) {
  ++version_;
  if (size_ == 0) {
    nodes_.allocate(1);
  }
  const Place place = place_of(route.prefix);
  const Path path = descend(place);
  std::uint32_t at = path.nodes[path.count - 1];
  for (unsigned depth = (path.count - 1) * kStride; depth < place.depth; depth += kStride) {
    at = add_child(at, index_at(place.key, depth));
  }
  const NextHopTable::Id hop = hops_.acquire(route.via);
  Node& node = nodes_[at];
  const unsigned position = rank(node.routes, place.bit);
  if ((node.routes & bit(place.bit)) != 0) {
    hops_.release(routes_[node.first_route + position]);
    routes_[node.first_route + position] = hop;
  } else {
    node.first_route = routes_.insert(node.first_route, count(node.routes), position, hop);
    node.routes |= bit(place.bit);
    ++size_;
  }
  update_front(route.prefix);
}

bool Fib::erase(Ipv4Prefix prefix) {
  const Place place = place_of(prefix);
  const NextHopTable::Id* hop = route_at(place);
  if (hop == nullptr) {
    return false;
  }
  ++version_;
  hops_.release(*hop);
  const Path path = descend(place);
  Node& node = nodes_[path.nodes[path.count - 1]];
  node.first_route =
      routes_.erase(node.first_route, count(node.routes), rank(node.routes, place.bit));
  node.routes &= ~bit(place.bit);
  prune(path, place.key);
  --size_;
  update_front(prefix);
  return true;
}

// Removes the nodes at the end of the path that lead to no route any more; the root stays.
void Fib::prune(const Path& path, std::uint64_t key) {
  for (unsigned i = path.count - 1; i > 0; --i) {
    const Node& node = nodes_[path.nodes[i]];
    if (node.routes != 0 || node.children != 0) {
      return;
    }
    remove_child(path.nodes[i - 1], index_at(key, (i - 1) * kStride));
  }
}

void Fib::assign(std::span<const Route> routes) {
  std::vector<Route> sorted(routes.begin(), routes.end());
  if (!std::ranges::is_sorted(sorted)) {
    std::ranges::sort(sorted);
  }
  const auto repeated = std::ranges::unique(sorted, {}, &Route::prefix);
  sorted.erase(repeated.begin(), repeated.end());
  ++version_;
  nodes_.clear();
  routes_.clear();
  hops_.clear();
  front_.clear();
  size_ = sorted.size();
  if (size_ > 0) {
    nodes_.allocate(1);
    build(0, 0, sorted);
    make_front();
  }
}

// Makes the node of `routes`, which are all below it and in order.
void Fib::build(std::uint32_t at, unsigned depth, std::span<const Route> routes) {
  Node node;
  for (const Route& route : routes) {
    const Place place = place_of(route.prefix);
    if (place.depth == depth) {
      node.routes |= bit(place.bit);
    } else {
      node.children |= bit(index_at(place.key, depth));
    }
  }
  node.first_route = node.routes == 0 ? 0 : routes_.allocate(count(node.routes));
  node.first_child = node.children == 0 ? 0 : nodes_.allocate(count(node.children));
  nodes_[at] = node;
  for (const Route& route : routes) {
    const Place place = place_of(route.prefix);
    if (place.depth == depth) {
      routes_[node.first_route + rank(node.routes, place.bit)] = hops_.acquire(route.via);
    }
  }
  build_children(at, depth, routes);
}

void Fib::build_children(std::uint32_t at, unsigned depth, std::span<const Route> routes) {
  std::uint32_t child = nodes_[at].first_child;
  for (std::size_t first = 0; first < routes.size();) {
    const Place place = place_of(routes[first].prefix);
    if (place.depth == depth) {
      ++first;
      continue;
    }
    const unsigned index = index_at(place.key, depth);
    std::size_t end = first + 1;
    while (end < routes.size() && index_at(key_of(routes[end].prefix.address()), depth) == index &&
           place_of(routes[end].prefix).depth > depth) {
      ++end;
    }
    build(child++, depth + kStride, routes.subspan(first, end - first));
    first = end;
  }
}

std::vector<Route> Fib::routes() const {
  std::vector<Route> all;
  all.reserve(size_);
  if (size_ > 0) {
    collect(0, 0, 0, all);
  }
  return all;
}

void Fib::collect(std::uint32_t at, unsigned depth, std::uint64_t key,
                  std::vector<Route>& out) const {
  const Node node = nodes_[at];
  for (unsigned value = 0; value < 64; ++value) {
    const std::uint64_t below = key | std::uint64_t{value} << (kMaxDepth - depth);
    for (unsigned length = 0; length < kStride; ++length) {
      const unsigned position = route_bit(length, value >> (kStride - length));
      const bool starts_here = (value & ((1U << (kStride - length)) - 1)) == 0;
      if (starts_here && (node.routes & bit(position)) != 0) {
        const Ipv4Address address(static_cast<std::uint32_t>(below >> kPadding));
        out.push_back({Ipv4Prefix(address, depth + length - kPadding),
                       hops_[routes_[node.first_route + rank(node.routes, position)]]});
      }
    }
    if ((node.children & bit(value)) != 0) {
      collect(node.first_child + rank(node.children, value), depth + kStride, below, out);
    }
  }
}

Fib::Front Fib::front_of(std::size_t entry) const {
  const std::uint64_t key = entry << (32 - front_bits() + kPadding);
  Front front;
  std::uint32_t at = 0;
  for (unsigned depth = 0; depth < front_depth_; depth += kStride) {
    const Node& node = nodes_[at];
    const unsigned index = index_at(key, depth);
    if (const std::uint64_t covering = node.routes & kCovering[index]; covering != 0) {
      front.hop = routes_[node.first_route + rank(node.routes, highest(covering))];
    }
    if ((node.children & bit(index)) == 0) {
      return front;
    }
    at = node.first_child + rank(node.children, index);
  }
  front.node = at;
  return front;
}

void Fib::fill_front(std::size_t first, std::size_t entries) {
  for (std::size_t entry = first; entry < first + entries; ++entry) {
    front_[entry] = front_of(entry);
  }
}

// A short prefix concerns the entries under it; a longer one may have moved the node of its entry
// together with those of the entries under the same parent.
void Fib::update_front(Ipv4Prefix changed) {
  const bool large = front_depth_ == kLargeFront;
  const bool wrong_size = large ? size_ < kSmallBelow : size_ >= kLargeFrom;
  if (size_ == 0) {
    nodes_.clear();
    routes_.clear();
    front_.clear();
  } else if (front_.empty() || wrong_size) {
    make_front();
  } else {
    const unsigned length = std::min(changed.length(), front_bits() - kStride);
    const std::size_t count_below = std::size_t{1} << (front_bits() - length);
    const std::size_t entry = changed.address().bits() >> (32 - front_bits());
    fill_front(entry & ~(count_below - 1), count_below);
  }
}

void Fib::make_front() {
  front_depth_ = size_ >= kLargeFrom ? kLargeFront : kSmallFront;
  front_.assign(std::size_t{1} << front_bits(), Front{});
  fill_front(0, front_.size());
}

std::size_t Fib::memory() const {
  return nodes_.memory() + routes_.memory() + hops_.memory() + front_.capacity() * sizeof(Front);
}

}  // namespace violin
