// Small random placement problems, and their optimum by trying every placement.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "models/placement/problem.h"

namespace violin::placement {

enum class Shape : std::uint8_t { kTree, kRing, kLadder, kGraph };
std::string to_string(Shape shape);

struct ProblemOptions {
  Shape shape = Shape::kTree;
  std::size_t hosts = 5;
  std::size_t inner = 3;   // free vSwitches and vRouters, joined as `shape` says
  std::size_t leaves = 4;  // vHosts, each plugged into an inner entity and pinned to a host
  std::size_t demands = 5;
  bool symmetric = true;     // delays; random ones need not keep the triangle inequality
  bool constrained = false;  // random allowed hosts, memory, capacity, access, anti-affinity
  bool multicast = false;
  bool lossy = false;  // random losses of some pairs
  double gaps = 0;     // the share of pairs that have no way
  Terms weights{1};
};

// A problem with the substrate that it is on.
struct OwnedProblem {
  std::unique_ptr<Substrate> substrate;
  std::unique_ptr<Problem> problem;

  Problem& operator*() const { return *problem; }
  Problem* operator->() const { return problem.get(); }
};

OwnedProblem random_problem(std::uint64_t seed, const ProblemOptions& options);

// The way with the fewest links that passes through no leaf; there must be one.
std::vector<Hop> fewest_links(const Problem& problem, EntityId from, EntityId to);

// All hosts so far from each other.
DelayMatrix evenly_apart(std::size_t hosts, Duration delay);

struct Optimum {
  Assignment placement;
  double cost;
};

// The cheapest placement that keeps all constraints; nullopt if none does.
std::optional<Optimum> brute_force(const Problem& problem);

}  // namespace violin::placement
