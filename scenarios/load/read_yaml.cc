#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <sstream>
#include <utility>

#include "scenarios/load/readers.h"

namespace violin::scenario {

namespace {

Place to_place(const YAML::Mark& mark) {
  if (mark.is_null()) {
    return {};
  }
  return {static_cast<std::uint32_t>(mark.line + 1), static_cast<std::uint32_t>(mark.column + 1)};
}

class YamlEvents final : public YAML::EventHandler {
 public:
  explicit YamlEvents(std::string file) : tree_(std::move(file)) {}

  Node take() { return tree_.take(); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    tree_.null(to_place(mark));
    remember(anchor, Node{});
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    if (anchor != 0) {
      Node node;
      node.kind = Node::Kind::kScalar;
      node.place = to_place(mark);
      node.text = value;
      remember(anchor, std::move(node));
    }
    tree_.scalar(value, to_place(mark));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin(Node::Kind::kList, mark, tag, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    begin(Node::Kind::kMap, mark, tag, anchor);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapEnd() override { end(); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end()) {
      tree_.fail(to_place(mark), "an alias inside of what it stands for");
    }
    tree_.copy(found->second, to_place(mark));
  }

 private:
  // yaml-cpp calls plain scalars and collections "?" and quoted ones "!".
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (!tag.empty() && tag != "?" && tag != "!") {
      tree_.fail(to_place(mark), "tags such as '" + tag + "' are not supported; remove it");
    }
  }

  void begin(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
             YAML::anchor_t anchor) {
    refuse_tag(mark, tag);
    tree_.begin(kind, to_place(mark));
    open_anchors_.push_back(anchor);
  }

  void end() {
    const Node& ended = tree_.end();
    if (open_anchors_.back() != 0) {
      remember(open_anchors_.back(), ended);
    }
    open_anchors_.pop_back();
  }

  void remember(YAML::anchor_t anchor, Node node) {
    if (anchor != 0) {
      tree_.charge(node, node.place);
      anchored_.insert_or_assign(anchor, std::move(node));
    }
  }

  TreeBuilder tree_;
  std::vector<YAML::anchor_t> open_anchors_;  // 0 for none
  std::map<YAML::anchor_t, Node> anchored_;
};

}  // namespace

Node read_yaml(std::string_view text, const std::string& file) {
  std::istringstream stream{std::string(text)};
  YamlEvents events(file);
  try {
    YAML::Parser parser(stream);
    parser.HandleNextDocument(events);
    YamlEvents rest(file);
    if (parser.HandleNextDocument(rest)) {
      const Place place = rest.take().place;
      throw ScenarioError(file, place, "a second YAML document; a scenario is one");
    }
  } catch (const YAML::Exception& error) {
    throw ScenarioError(file, to_place(error.mark), "not well-formed YAML: " + error.msg);
  }
  return events.take();
}

}  // namespace violin::scenario
