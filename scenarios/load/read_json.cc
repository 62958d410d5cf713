#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "scenarios/load/readers.h"

namespace violin::scenario {

namespace {

using Json = nlohmann::json;

// Counts what the library has consumed: it tells no places.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, std::size_t* consumed) : at_(at), consumed_(consumed) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    ++*consumed_;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  std::size_t* consumed_;
};

// Line and column of offsets that only grow.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  Place at(std::size_t offset) {
    offset = std::min(offset, text_.size());
    for (; seen_ < offset; ++seen_) {
      if (text_[seen_] == '\n') {
        ++line_;
        line_start_ = seen_ + 1;
      }
    }
    return {line_, static_cast<std::uint32_t>(offset - std::min(offset, line_start_) + 1)};
  }

 private:
  std::string_view text_;
  std::size_t seen_ = 0;
  std::uint32_t line_ = 1;
  std::size_t line_start_ = 0;
};

bool is_number_char(char c) {
  return (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.' || c == 'e' || c == 'E';
}

// Takes the parser's events, each of which comes right after the token was consumed, and finds the
// token's start by looking back in the text.
class JsonEvents final : public nlohmann::json_sax<Json> {
 public:
  JsonEvents(std::string_view text, std::string file)
      : text_(text), cursor_(text), file_(file), tree_(std::move(file)) {}

  std::size_t* consumed() { return &consumed_; }
  Node take() { return tree_.take(); }

  bool null() override { return literal("null", true); }
  bool boolean(bool value) override { return literal(value ? "true" : "false", false); }
  bool number_integer(number_integer_t) override { return number(); }
  bool number_unsigned(number_unsigned_t) override { return number(); }
  bool number_float(number_float_t, const string_t&) override { return number(); }
  bool string(string_t& value) override { return quoted(value); }
  bool key(string_t& value) override { return quoted(value); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return begin(Node::Kind::kMap); }
  bool start_array(std::size_t) override { return begin(Node::Kind::kList); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    std::string message = error.what();
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error ..."
    if (const std::size_t colon = message.find(": "); colon != std::string::npos) {
      message.erase(0, colon + 2);
    }
    const Place place = cursor_.at(position == 0 ? 0 : position - 1);
    throw ScenarioError(file_, place, "not well-formed JSON: " + message);
  }

 private:
  bool quoted(string_t& value) {
    std::size_t start = consumed_ - 1;
    do {
      start = text_.rfind('"', start - 1);
    } while (escaped(start));
    tree_.scalar(std::move(value), cursor_.at(start));
    return true;
  }
  bool escaped(std::size_t quote) const {
    const std::size_t before = text_.substr(0, quote).find_last_not_of('\\');
    return (quote - before - 1) % 2 == 1;  // npos + 1 == 0
  }

  bool number() {
    std::size_t stop = consumed_;
    if (!is_number_char(text_[stop - 1])) {
      --stop;  // the character that ended the number was consumed with it
    }
    std::size_t start = stop;
    while (start > 0 && is_number_char(text_[start - 1])) {
      --start;
    }
    tree_.scalar(std::string(text_.substr(start, stop - start)), cursor_.at(start));
    return true;
  }

  bool literal(std::string word, bool is_null) {
    const Place place = cursor_.at(consumed_ - word.size());
    is_null ? tree_.null(place) : tree_.scalar(std::move(word), place);
    return true;
  }

  bool begin(Node::Kind kind) {
    tree_.begin(kind, cursor_.at(consumed_ - 1));
    return true;
  }
  bool end() {
    tree_.end();
    return true;
  }

  std::string_view text_;
  std::size_t consumed_ = 0;
  Cursor cursor_;
  std::string file_;
  TreeBuilder tree_;
};

}  // namespace

Node read_json(std::string_view text, const std::string& file) {
  JsonEvents events(text, file);
  const CountingIterator begin(text.data(), events.consumed());
  const CountingIterator end(text.data() + text.size(), events.consumed());
  Json::sax_parse(begin, end, &events);
  return events.take();
}

}  // namespace violin::scenario
