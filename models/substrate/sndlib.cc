#include "models/substrate/sndlib.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include "models/substrate/text_fields.h"

namespace violin {
namespace {

constexpr double kMostQuantity = 1e12;
constexpr double kMostBitsPerSecond = 1e18;

struct Unit {
  std::string_view name;
  double bits_per_second;
};
constexpr Unit kMegabit{"MBITPERSEC", 1e6};
constexpr std::array<Unit, 9> kUnits{{{"BITPERSEC", 1},
                                      {"KBITPERSEC", 1e3},
                                      kMegabit,
                                      {"GBITPERSEC", 1e9},
                                      {"E1", 2.048e6},
                                      {"STM1", 155.52e6},
                                      {"STM4", 622.08e6},
                                      {"STM16", 2488.32e6},
                                      {"STM64", 9953.28e6}}};

double unit_named(std::string_view name) {
  const auto found = std::find_if(kUnits.begin(), kUnits.end(),
                                  [&](const Unit& unit) { return unit.name == name; });
  return (found == kUnits.end() ? kMegabit : *found).bits_per_second;
}

// Words and parentheses; what follows a '#' in a line is a comment.
class Tokens {
 public:
  explicit Tokens(std::string_view text) : text_(text), lines_(text) {}

  // Empty text at the end.
  Field next() {
    skip_blanks();
    const std::size_t begin = at_;
    const bool parenthesis = at_ < text_.size() && (text_[at_] == '(' || text_[at_] == ')');
    const std::size_t end =
        parenthesis ? at_ + 1 : std::min(text_.find_first_of(" \t\r\n()#", at_), text_.size());
    at_ = end;
    return {text_.substr(begin, end - begin), lines_.at(begin)};
  }
  Field peek() {
    const std::size_t begin = at_;
    const Field token = next();
    at_ = begin;
    return token;
  }
  // What is left of the line, for attributes whose values are free text.
  std::string_view rest_of_line() {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    const std::string_view rest = text_.substr(at_, end - at_);
    at_ = std::min(end + 1, text_.size());
    return rest;
  }
  bool at_end() const { return at_ == text_.size(); }

 private:
  void skip_blanks() {
    while (at_ < text_.size()) {
      at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
      if (at_ == text_.size() || text_[at_] != '#') {
        return;
      }
      at_ = std::min(text_.find('\n', at_), text_.size());
    }
  }

  std::string_view text_;
  LineIndex lines_;
  std::size_t at_ = 0;
};

class SndlibReader {
 public:
  SndlibReader(const SourceText& source, const SndlibOptions& options)
      : options_(options), problems_(source.name), tokens_(source.text) {}

  SndlibNetwork read() {
    read_header();
    for (Field section = tokens_.next(); !section.text.empty(); section = tokens_.next()) {
      expect("(");
      read_section(section.text);
    }
    if (network_.graph.routers().empty()) {
      problems_.add(tokens_.peek().place, "there is no NODES section with a node",
                    "is the file truncated?");
    }
    problems_.throw_if_any();
    return std::move(network_);
  }

 private:
  void read_header() {
    if (!tokens_.peek().text.starts_with('?')) {
      problems_.fail(tokens_.peek().place,
                     "expected the header `?SNDlib native format; type: network; version: 1.0`");
    }
    tokens_.rest_of_line();
  }

  void read_section(std::string_view name) {
    if (name == "META") {
      read_meta();
    } else if (name == "NODES") {
      read_entries([this](const Field& id) { read_node(id); });
    } else if (name == "LINKS") {
      read_entries([this](const Field& id) { read_link(id); });
    } else if (name == "DEMANDS") {
      read_entries([this](const Field& id) { read_demand(id); });
    } else {
      skip_section();
    }
  }

  // Lines of `attribute = value` up to one with nothing but the parenthesis.
  void read_meta() {
    while (!tokens_.at_end()) {
      const std::string_view line = trimmed(tokens_.rest_of_line());
      const std::size_t equals = line.find('=');
      if (line == ")") {
        return;
      }
      if (equals != std::string_view::npos && trimmed(line.substr(0, equals)) == "unit") {
        unit_ = unit_named(trimmed(line.substr(equals + 1)));
      }
    }
  }

  template <typename ReadEntry>
  void read_entries(ReadEntry read_entry) {
    while (tokens_.peek().text != ")") {
      const Field id = tokens_.next();
      if (id.text.empty() || id.text == "(") {
        problems_.fail(id.place, "expected an id, or ')' at the end of the section",
                       "is the file truncated?");
      }
      read_entry(id);
    }
    tokens_.next();
  }

  void skip_section() {
    for (std::size_t depth = 1; depth > 0;) {
      const Field token = tokens_.next();
      if (token.text.empty()) {
        problems_.fail(token.place, "a section that is not closed", "is the file truncated?");
      }
      depth += token.text == "(" ? 1 : 0;
      depth -= token.text == ")" ? 1 : 0;
    }
  }

  // What else comes there makes no sense of the rest, so these end the load.
  void expect(std::string_view what) {
    const Field token = tokens_.next();
    if (token.text != what) {
      problems_.fail(token.place, "expected '" + std::string(what) + "', found " +
                                      (token.text.empty() ? "the end" : in_quotes(token.text)));
    }
  }
  double number(double low, double high, std::string_view what) {
    const std::optional<double> value = number_within(tokens_.next(), low, high, what, problems_);
    if (!value) {
      problems_.throw_if_any();
    }
    return *value;
  }

  void read_node(const Field& id) {
    Router router;
    router.name = std::string(id.text);
    if (tokens_.peek().text == "(") {
      tokens_.next();
      const double east = number(-kMostQuantity, kMostQuantity, "a longitude");
      const double north = number(-kMostQuantity, kMostQuantity, "a latitude");
      expect(")");
      const Coordinates position{north, east};
      router.position = position.valid() ? std::optional(position) : std::nullopt;
    }
    if (network_.graph.find(id.text)) {
      problems_.add(id.place, "a second node called " + in_quotes(id.text));
      return;
    }
    network_.graph.add_router(std::move(router));
  }

  // "( from to )"; nullopt, told, if a node is unknown.
  std::optional<std::pair<RouterId, RouterId>> read_ends() {
    expect("(");
    const Field from = tokens_.next();
    const Field to = tokens_.next();
    expect(")");
    const std::optional<RouterId> a = router(from);
    const std::optional<RouterId> b = router(to);
    return a && b ? std::optional(std::pair(*a, *b)) : std::nullopt;
  }

  std::optional<RouterId> router(const Field& name) {
    const std::optional<RouterId> found = network_.graph.find(name.text);
    if (!found) {
      problems_.add(name.place, "no node is called " + in_quotes(name.text));
    }
    return found;
  }

  void read_link(const Field& id) {
    const auto ends = read_ends();
    const double installed = number(0, kMostQuantity, "a pre-installed capacity");
    for (const char* what : {"its cost", "a routing cost", "a set-up cost"}) {
      number(-kMostQuantity, kMostQuantity, what);
    }
    const double module = smallest_module();
    if (!links_.emplace(id.text).second) {
      problems_.add(id.place, "a second link called " + in_quotes(id.text));
    } else if (ends) {
      add_cable(id, *ends, installed > 0 ? installed : module);
    }
  }

  // "( {capacity cost}* )"; 0 if there are none.
  double smallest_module() {
    double smallest = 0;
    expect("(");
    while (tokens_.peek().text != ")") {
      const double capacity = number(0, kMostQuantity, "a module's capacity");
      number(-kMostQuantity, kMostQuantity, "a module's cost");
      smallest = smallest > 0 ? std::min(smallest, capacity) : capacity;
    }
    expect(")");
    return smallest;
  }

  void add_cable(const Field& id, const std::pair<RouterId, RouterId>& ends, double capacity) {
    SubstrateLink link;
    link.name = std::string(id.text);
    link.from = ends.first;
    link.to = ends.second;
    const std::optional<Duration> delay = delay_between(link.from, link.to);
    const double rate = capacity * unit_;
    if (!delay) {
      problems_.add(id.place,
                    "an end of the link " + in_quotes(id.text) +
                        " has no coordinates in degrees, so it has no delay",
                    "give a link delay");
    } else if (rate > kMostBitsPerSecond) {
      problems_.add(id.place, "the link " + in_quotes(id.text) + " carries more than 10^18 bit/s");
    } else {
      link.delay = *delay;
      link.capacity =
          rate >= 1 ? std::optional(BitRate::bps(static_cast<std::uint64_t>(rate))) : std::nullopt;
      network_.graph.add_cable(std::move(link));
    }
  }

  std::optional<Duration> delay_between(RouterId from, RouterId to) const {
    const std::optional<Coordinates>& a = network_.graph.router(from).position;
    const std::optional<Coordinates>& b = network_.graph.router(to).position;
    return a && b ? std::optional(options_.rule.over(great_circle_km(*a, *b)))
                  : options_.link_delay;
  }

  // "( from to ) routing_unit value max_path_length"
  void read_demand(const Field& id) {
    const auto ends = read_ends();
    number(0, kMostQuantity, "a routing unit");
    const double value = number(0, kMostQuantity, "a demand");
    const Field longest = tokens_.next();
    if (longest.text != "UNLIMITED" && !to_number(longest.text)) {
      problems_.fail(longest.place, "expected a maximum path length or UNLIMITED, found " +
                                        in_quotes(longest.text));
    }
    if (!demands_.emplace(id.text).second) {
      problems_.add(id.place, "a second demand called " + in_quotes(id.text));
    } else if (ends) {
      network_.demands.push_back({std::string(id.text), ends->first, ends->second, value * unit_});
    }
  }

  const SndlibOptions& options_;
  LoadProblems problems_;
  Tokens tokens_;
  SndlibNetwork network_;
  std::set<std::string_view> links_;
  std::set<std::string_view> demands_;
  double unit_ = kMegabit.bits_per_second;
};

}  // namespace

SndlibNetwork load_sndlib(const SourceText& source, const SndlibOptions& options) {
  check_source(source, options.max_bytes);
  return SndlibReader(source, options).read();
}

}  // namespace violin
