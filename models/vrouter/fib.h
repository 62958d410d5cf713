// The forwarding table: longest-prefix match over IPv4 routes, one route per prefix.
//
// A tree bitmap (Eatherton, Varghese, Dittia, "Tree bitmap: hardware/software IP lookups with
// incremental updates", CCR 34(2), 2004) with nodes of 6 bits, whose routes and children are
// counted with population counts as in Poptrie (Asai, Ohara, SIGCOMM 2015); a table over the first
// bits stands in front of it. The nodes' depths are 1, 7, 13, 19, 25 and 31 bits, so a /24 ends in
// the node at depth 19.
//
//   first 7 bits (13 from 4096 routes on)      node at 13           node at 19
//   +-------------------+                   +-------------+      +-------------+
//   | best short route  |-----------------> | routes 1..6 |----> | routes ..24 |--> next hops
//   | node below        |                   | children    |      | children    |
//   +-------------------+                   +-------------+      +-------------+
//
// The tree holds every route, so a change touches the nodes on one path and, for a prefix shorter
// than the front table's, the entries under it: no change rebuilds the table, except that the
// front table is made anew when the number of routes passes its threshold. Memory: 8 bytes a route
// in a table of 500 neighbouring /24, at most 32 in a million prefixes of the lengths that BGP has.
// Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "models/vrouter/block_pool.h"
#include "models/vrouter/next_hop_table.h"
#include "models/vrouter/route.h"

namespace violin {

class Fib {
 public:
  // The next hop of the longest prefix that contains `destination`; nullptr if none does. Valid
  // until the next change.
  const NextHop* lookup(Ipv4Address destination) const;
  // lookup() of up to 64 destinations, whose walks go in step, so that their cache misses overlap:
  // pays where the table is larger than the cache. The rest of the answer is unspecified.
  static constexpr std::size_t kMostAtOnce = 64;
  std::array<const NextHop*, kMostAtOnce> lookup(std::span<const Ipv4Address> destinations) const;
  // Whether it is larger than the cache.
  bool is_large() const { return front_depth_ == kLargeFront; }
  // The route of exactly this prefix.
  const NextHop* find(Ipv4Prefix prefix) const;

  // Replaces the prefix's route, if it has one.
  void insert(const Route& route);
  // False if the prefix has no route.
  bool erase(Ipv4Prefix prefix);
  // Replaces the whole table. Of several routes for one prefix the most preferred is taken.
  // O(n log n), O(n) if they are in order.
  void assign(std::span<const Route> routes);
  void clear() { assign({}); }

  std::size_t size() const { return size_; }
  // In order of prefix.
  std::vector<Route> routes() const;
  // Changes with every change of the table.
  std::uint64_t version() const { return version_; }
  std::size_t memory() const;  // bytes

 private:
  // The key of an address is its 32 bits behind 5 zeros, so that /24 ends a node and the default
  // route is in the root. Depths count key bits, in steps of 6.
  static constexpr unsigned kStride = 6;
  static constexpr unsigned kPadding = 5;
  static constexpr unsigned kMaxDepth = 36;
  static constexpr unsigned kSmallFront = 12;  // depth of the nodes below the front table
  static constexpr unsigned kLargeFront = 18;
  static constexpr std::size_t kLargeFrom = 4096;  // routes
  static constexpr std::size_t kSmallBelow = 1024;
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  struct Node {
    std::uint64_t routes = 0;    // bit 2^d - 1 + v: the prefix that is d bits of value v, d < 6
    std::uint64_t children = 0;  // bit v: 6 bits of value v
    std::uint32_t first_route = 0;
    std::uint32_t first_child = 0;
  };
  struct Front {
    std::uint32_t node = kNone;
    std::uint32_t hop = kNone;  // the best route that is shorter than the front's bits
  };
  struct Walk {  // of a look-up
    std::uint64_t key;
    std::uint32_t at;             // node; kNone at the end
    std::uint32_t route = kNone;  // the best so far, in routes_
  };
  void step(Walk& walk, unsigned depth) const;
  void walk_in_step(std::span<Walk> walks) const;
  const NextHop* end(const Walk& walk) const;
  Walk begin(Ipv4Address destination) const;

  struct Place {  // of a prefix in the tree
    std::uint64_t key;
    unsigned depth;  // of its node
    unsigned bit;    // in Node::routes
  };
  struct Path {  // the nodes above and at a place, as far as there are any
    std::array<std::uint32_t, kMaxDepth / kStride + 1> nodes;
    unsigned count;
  };

  static std::uint64_t key_of(Ipv4Address a) { return std::uint64_t{a.bits()} << kPadding; }
  static unsigned index_at(std::uint64_t key, unsigned depth) {
    return static_cast<unsigned>(key >> (kMaxDepth - depth)) & 63;
  }
  static Place place_of(Ipv4Prefix prefix);
  Path descend(const Place& place) const;
  const NextHopTable::Id* route_at(const Place& place) const;
  std::uint32_t add_child(std::uint32_t node, unsigned index);
  void remove_child(std::uint32_t node, unsigned index);
  void prune(const Path& path, std::uint64_t key);
  void build(std::uint32_t node, unsigned depth, std::span<const Route> routes);
  void build_children(std::uint32_t node, unsigned depth, std::span<const Route> routes);
  void collect(std::uint32_t node, unsigned depth, std::uint64_t key,
               std::vector<Route>& out) const;

  unsigned front_bits() const { return front_depth_ - kPadding; }
  Front front_of(std::size_t entry) const;
  void fill_front(std::size_t first, std::size_t count);
  void update_front(Ipv4Prefix changed);
  void make_front();

  BlockPool<Node> nodes_;  // empty, or the root is node 0
  BlockPool<NextHopTable::Id> routes_;
  NextHopTable hops_;
  std::vector<Front> front_;  // empty while there are no routes
  unsigned front_depth_ = kSmallFront;
  std::size_t size_ = 0;
  std::uint64_t version_ = 0;
};

}  // namespace violin
