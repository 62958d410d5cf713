#include "models/substrate/zoo_graphml.h"

#include <algorithm>
#include <map>
#include <pugixml.hpp>
#include <set>
#include <string>

#include "models/substrate/text_fields.h"

namespace violin {
namespace {

constexpr double kMostBitsPerSecond = 1e15;

// A text's words with one blank between them.
std::string one_line(std::string_view text) {
  std::string result;
  const std::string_view blanks = " \t\r\n";
  for (std::size_t begin = text.find_first_not_of(blanks); begin != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(blanks, begin), text.size());
    result.append(result.empty() ? "" : " ").append(text.substr(begin, end - begin));
    begin = text.find_first_not_of(blanks, end);
  }
  return result;
}

// Gives "label", then "label#2", "label#3", ... where these are free.
class UniqueNames {
 public:
  std::string next(const std::string& label) {
    std::string name = label;
    for (std::size_t& number = numbers_[label]; !names_.insert(name).second;) {
      number = std::max<std::size_t>(number + 1, 2);
      name = label + "#" + std::to_string(number);
    }
    return name;
  }

 private:
  std::set<std::string> names_;
  std::map<std::string, std::size_t> numbers_;
};

class ZooReader {
 public:
  explicit ZooReader(const SourceText& source) : problems_(source.name), lines_(source.text) {
    const pugi::xml_parse_result parsed = document_.load_buffer(
        source.text.data(), source.text.size(), pugi::parse_default, pugi::encoding_utf8);
    if (!parsed) {
      const auto offset = static_cast<std::size_t>(std::max<std::ptrdiff_t>(parsed.offset, 0));
      problems_.fail(lines_.at(std::min(offset, source.text.size())),
                     std::string("not well-formed XML: ").append(parsed.description()));
    }
    read_keys();
  }

  ZooNetwork read() {
    std::vector<pugi::xml_node> graphs{document_.child("graphml").child("graph")};
    for (std::size_t i = 0; i < graphs.size(); ++i) {
      for (const pugi::xml_node node : graphs[i].children("node")) {
        if (const pugi::xml_node inner = node.child("graph")) {
          graphs.push_back(inner);
        } else {
          read_node(node);
        }
      }
    }
    for (const pugi::xml_node graph : graphs) {
      for (const pugi::xml_node edge : graph.children("edge")) {
        read_edge(edge);
      }
    }
    if (network_.routers.empty()) {
      problems_.add(place(graphs.front()), "the graph has no nodes");
    }
    problems_.throw_if_any();
    return std::move(network_);
  }

 private:
  void read_keys() {
    const pugi::xml_node root = document_.child("graphml");
    if (!root.child("graph")) {
      problems_.fail(place(document_.document_element()),
                     "there is no <graph> in a <graphml>: expected GraphML");
    }
    for (const pugi::xml_node key : root.children("key")) {
      keys_.emplace(key.attribute("id").value(), key.attribute("attr.name").value());
    }
  }

  TextPlace place(pugi::xml_node node) const {
    return lines_.at(static_cast<std::size_t>(std::max<std::ptrdiff_t>(node.offset_debug(), 0)));
  }

  // The element's <data> for the key of that attr.name.
  pugi::xml_node data(pugi::xml_node element, std::string_view name) const {
    for (const pugi::xml_node each : element.children("data")) {
      const auto key = keys_.find(std::string_view(each.attribute("key").value()));
      if (key != keys_.end() && key->second == name) {
        return each;
      }
    }
    return {};
  }

  std::string label(pugi::xml_node node) const {
    std::string text = one_line(data(node, "label").text().get());
    if (text.empty()) {
      const auto is_label = [](pugi::xml_node n) {
        return std::string_view(n.name()).ends_with("NodeLabel");
      };
      text = one_line(node.find_node(is_label).text().get());
    }
    return text.empty() ? node.attribute("id").value() : text;
  }

  std::optional<double> number(pugi::xml_node datum, double low, double high,
                               std::string_view what) {
    return number_within({datum.text().get(), place(datum)}, low, high, what, problems_);
  }

  std::optional<Coordinates> position(pugi::xml_node node) {
    const pugi::xml_node latitude = data(node, "Latitude");
    const pugi::xml_node longitude = data(node, "Longitude");
    if (!latitude && !longitude) {
      return std::nullopt;
    }
    if (!latitude || !longitude) {
      problems_.add(place(node), "a node with one coordinate of the two",
                    "give both Latitude and Longitude, or none");
      return std::nullopt;
    }
    const auto north = number(latitude, -90, 90, "a latitude in degrees");
    const auto east = number(longitude, -180, 180, "a longitude in degrees");
    return north && east ? std::optional(Coordinates{*north, *east}) : std::nullopt;
  }

  void read_node(pugi::xml_node node) {
    const std::string id = node.attribute("id").value();
    const RouterId router{static_cast<std::uint32_t>(network_.routers.size())};
    if (id.empty()) {
      problems_.add(place(node), "a node without an id");
    } else if (!ids_.emplace(id, router).second) {
      problems_.add(place(node), "a second node with the id " + in_quotes(id));
    } else {
      network_.routers.push_back(
          {names_.next(label(node)), position(node), one_line(data(node, "Country").text().get())});
      network_.places.push_back(place(node));
    }
  }

  std::optional<RouterId> end(pugi::xml_node edge, const char* attribute) {
    const std::string_view id = edge.attribute(attribute).value();
    const auto found = ids_.find(id);
    if (found == ids_.end()) {
      problems_.add(place(edge), std::string("the edge's ")
                                     .append(attribute)
                                     .append(" ")
                                     .append(in_quotes(id))
                                     .append(" is the id of no node"));
      return std::nullopt;
    }
    return found->second;
  }

  void read_edge(pugi::xml_node edge) {
    const std::optional<RouterId> from = end(edge, "source");
    const std::optional<RouterId> to = end(edge, "target");
    if (from && to && from != to) {
      network_.edges.push_back({{*from, *to}, capacity(edge)});
    }
  }

  std::optional<BitRate> capacity(pugi::xml_node edge) {
    const pugi::xml_node raw = data(edge, "LinkSpeedRaw");
    const auto speed = raw ? number(raw, 0, kMostBitsPerSecond, "bits per second") : std::nullopt;
    return speed && *speed >= 1 ? std::optional(BitRate::bps(static_cast<std::uint64_t>(*speed)))
                                : std::nullopt;
  }

  LoadProblems problems_;
  LineIndex lines_;
  pugi::xml_document document_;
  std::map<std::string, std::string, std::less<>> keys_;  // attr.name by id
  std::map<std::string, RouterId, std::less<>> ids_;
  UniqueNames names_;
  ZooNetwork network_;
};

}  // namespace

ZooNetwork read_zoo_graphml(const SourceText& source) { return ZooReader(source).read(); }

}  // namespace violin
