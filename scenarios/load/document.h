// A scenario file as a tree of scalars, lists and maps that know their places: what the readers of
// the three formats make, before the schema gives it meaning.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/load/diagnostic.h"

namespace violin::scenario {

struct Node {
  enum class Kind : std::uint8_t { kNull, kScalar, kList, kMap };

  struct Key {
    std::string text;
    Place place;
  };

  Kind kind = Kind::kNull;
  // The same key again in a map adds to a list (Protobuf text format) instead of being an error.
  bool keys_repeat = false;
  Place place;
  std::string text;         // of a scalar, unquoted
  std::vector<Key> keys;    // of a map, one for each item
  std::vector<Node> items;  // of a list or map
};

// Bounds of what is read, far above any real scenario: a file beyond them is refused with the place
// where it exceeds them. Text is bounded by kLargestFile in file.h.
inline constexpr std::size_t kDeepestNesting = 64;
inline constexpr std::size_t kMostNodes =
    4'000'000;  // with each alias's copy, and long text for more

// Makes the tree from a reader's events. Throws ScenarioError beyond the bounds.
class TreeBuilder {
 public:
  explicit TreeBuilder(std::string file) : file_(std::move(file)) {}

  // A key, if a map is open that waits for one.
  void scalar(std::string text, Place place);
  void null(Place place);
  void begin(Node::Kind kind, Place place);
  // Ends the list or map that was begun last, and gives it.
  const Node& end();
  // A copy of a tree that was made before.
  void copy(const Node& node, Place place);

  bool expects_key() const;
  // Counts what a reader keeps beside the tree.
  void charge(const Node& node, Place place);
  std::size_t depth() const { return open_.size(); }
  // The whole tree, once every list and map has ended; kNull if nothing was read.
  Node take() { return std::move(root_); }

  [[noreturn]] void fail(Place place, std::string message) const;

 private:
  void count(std::size_t nodes, Place place);
  Node& add(Node node);

  std::string file_;
  Node root_;
  std::vector<Node*> open_;  // from the root to the innermost; items are added to the last only
  std::size_t nodes_ = 0;
};

}  // namespace violin::scenario
