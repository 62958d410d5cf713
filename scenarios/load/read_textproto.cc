#include <fmt/format.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <utility>

#include "scenarios/load/readers.h"

namespace violin::scenario {

namespace {

using google::protobuf::io::Tokenizer;

// Protobuf's tokenizer counts a tab as going on to the next multiple of 8; we count bytes.
class LineColumns {
 public:
  explicit LineColumns(std::string_view text) : rest_(text) {}

  Place place(int line, int column) {
    for (; line_ < line; ++line_) {
      const std::size_t newline = rest_.find('\n');
      rest_.remove_prefix(newline == std::string_view::npos ? rest_.size() : newline + 1);
    }
    int shown = 0;
    std::uint32_t bytes = 0;
    while (shown < column && bytes < rest_.size()) {
      shown += rest_[bytes] == '\t' ? 8 - shown % 8 : 1;
      ++bytes;
    }
    return {static_cast<std::uint32_t>(line_) + 1, bytes + 1};
  }

 private:
  std::string_view rest_;  // from the start of line_
  int line_ = 0;
};

// A reader by recursive descent; the tree's bound on nesting bounds the recursion.
class TextprotoReader final : private google::protobuf::io::ErrorCollector {
 public:
  TextprotoReader(std::string_view text, const std::string& file)
      : columns_(text),
        tree_(file),
        stream_(text.data(), static_cast<int>(text.size())),
        tokens_(&stream_, this) {
    tokens_.set_comment_style(Tokenizer::SH_COMMENT_STYLE);
    tokens_.set_allow_f_after_float(true);
  }

  Node read() {
    next();
    tree_.begin(Node::Kind::kMap, {1, 1});
    while (tokens_.current().type != Tokenizer::TYPE_END) {
      field();
    }
    tree_.end();
    Node root = tree_.take();
    let_keys_repeat(root);
    return root;
  }

 private:
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    if (error_.empty()) {
      error_place_ = columns_.place(line, column);
      error_ = message;
    }
  }

  static void let_keys_repeat(Node& node) {
    node.keys_repeat = true;
    for (Node& item : node.items) {
      let_keys_repeat(item);
    }
  }

  [[noreturn]] void fail(Place place, const std::string& message) const {
    tree_.fail(place, "not well-formed text format: " + message);
  }
  [[noreturn]] void fail_expecting(const std::string& what) {
    const bool ended = tokens_.current().type == Tokenizer::TYPE_END;
    fail(here(), fmt::format("expected {}, got {}", what,
                             ended ? "the end of the file" : tokens_.current().text));
  }

  Place here() { return columns_.place(tokens_.current().line, tokens_.current().column); }
  void next() {
    tokens_.Next();
    if (!error_.empty()) {
      fail(error_place_, error_);
    }
  }
  bool at(std::string_view symbol) { return tokens_.current().text == symbol; }
  bool accept(std::string_view symbol) {
    const bool there = at(symbol);
    if (there) {
      next();
    }
    return there;
  }

  void field() {
    if (tokens_.current().type != Tokenizer::TYPE_IDENTIFIER) {
      fail_expecting("a field's name");
    }
    tree_.scalar(tokens_.current().text, here());
    next();
    const bool colon = accept(":");
    if (!colon && !at("{") && !at("<") && !at("[")) {
      fail_expecting("':' or '{'");
    }
    value();
    if (!accept(",")) {
      accept(";");
    }
  }

  void value() {
    if (at("{") || at("<")) {
      message();
    } else if (at("[")) {
      list();
    } else {
      scalar();
    }
  }

  void message() {
    const std::string_view closing = at("{") ? "}" : ">";
    tree_.begin(Node::Kind::kMap, here());
    next();
    while (!accept(closing)) {
      field();
    }
    tree_.end();
  }

  void list() {
    tree_.begin(Node::Kind::kList, here());
    next();
    if (!accept("]")) {
      do {
        value();
      } while (accept(","));
      if (!accept("]")) {
        fail_expecting("',' or ']'");
      }
    }
    tree_.end();
  }

  void scalar() {
    const Place place = here();
    std::string text;
    if (tokens_.current().type == Tokenizer::TYPE_STRING) {
      for (; tokens_.current().type == Tokenizer::TYPE_STRING; next()) {
        Tokenizer::ParseStringAppend(tokens_.current().text, &text);
      }
      tree_.scalar(std::move(text), place);
      return;
    }
    if (accept("-")) {
      text.push_back('-');
    }
    const Tokenizer::TokenType type = tokens_.current().type;
    if (type == Tokenizer::TYPE_SYMBOL || type == Tokenizer::TYPE_END ||
        type == Tokenizer::TYPE_STRING) {
      fail_expecting("a value");
    }
    text += tokens_.current().text;
    next();
    tree_.scalar(std::move(text), place);
  }

  LineColumns columns_;
  TreeBuilder tree_;
  std::string error_;
  Place error_place_;
  google::protobuf::io::ArrayInputStream stream_;
  Tokenizer tokens_;
};

}  // namespace

Node read_textproto(std::string_view text, const std::string& file) {
  return TextprotoReader(text, file).read();
}

}  // namespace violin::scenario
