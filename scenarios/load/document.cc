#include "scenarios/load/document.h"

#include <algorithm>
#include <utility>

#include "core/require.h"

namespace violin::scenario {

namespace {

std::size_t size_of(const Node& node) {
  constexpr std::size_t kTextOfOneNode = 64;
  std::size_t nodes = 1 + node.keys.size() + node.text.size() / kTextOfOneNode;
  for (const Node& item : node.items) {
    nodes += size_of(item);
  }
  return nodes;
}

std::size_t height_of(const Node& node) {
  std::size_t height = 0;
  for (const Node& item : node.items) {
    height = std::max(height, height_of(item));
  }
  return height + 1;
}

}  // namespace

bool TreeBuilder::expects_key() const {
  return !open_.empty() && open_.back()->kind == Node::Kind::kMap &&
         open_.back()->keys.size() == open_.back()->items.size();
}

void TreeBuilder::scalar(std::string text, Place place) {
  if (expects_key()) {
    count(1, place);
    open_.back()->keys.push_back({std::move(text), place});
    return;
  }
  Node node;
  node.kind = Node::Kind::kScalar;
  node.place = place;
  node.text = std::move(text);
  count(1, place);
  add(std::move(node));
}

void TreeBuilder::null(Place place) {
  if (expects_key()) {
    fail(place, "a key is missing before ':'");
  }
  count(1, place);
  Node node;
  // What is not there is told of at its key.
  node.place =
      open_.empty() || open_.back()->keys.empty() ? place : open_.back()->keys.back().place;
  add(std::move(node));
}

void TreeBuilder::begin(Node::Kind kind, Place place) {
  if (expects_key()) {
    fail(place, "a key is one word, not a list or a mapping");
  }
  if (open_.size() >= kDeepestNesting) {
    fail(place, "nested more than " + std::to_string(kDeepestNesting) + " levels deep");
  }
  count(1, place);
  Node node;
  node.kind = kind;
  node.place = place;
  open_.push_back(&add(std::move(node)));
}

const Node& TreeBuilder::end() {
  require(!open_.empty(), "what ends was begun");
  const Node& ended = *open_.back();
  open_.pop_back();
  return ended;
}

void TreeBuilder::copy(const Node& node, Place place) {
  if (expects_key()) {
    fail(place, "an alias cannot be a key");
  }
  if (open_.size() + height_of(node) > kDeepestNesting) {
    fail(place, "nested more than " + std::to_string(kDeepestNesting) + " levels deep");
  }
  count(size_of(node), place);
  add(node);
}

void TreeBuilder::charge(const Node& node, Place place) { count(size_of(node), place); }

void TreeBuilder::fail(Place place, std::string message) const {
  throw ScenarioError(file_, place, std::move(message));
}

void TreeBuilder::count(std::size_t nodes, Place place) {
  nodes_ += nodes;
  if (nodes_ > kMostNodes) {
    fail(place,
         "more than " + std::to_string(kMostNodes) + " values, counting what aliases repeat");
  }
}

Node& TreeBuilder::add(Node node) {
  if (open_.empty()) {
    root_ = std::move(node);
    return root_;
  }
  open_.back()->items.push_back(std::move(node));
  return open_.back()->items.back();
}

}  // namespace violin::scenario
