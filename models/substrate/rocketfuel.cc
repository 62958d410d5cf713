#include "models/substrate/rocketfuel.h"

#include <cmath>
#include <map>
#include <utility>

#include "models/substrate/text_fields.h"

namespace violin {
namespace {

constexpr double kMostWeight = 1e6;
constexpr double kWeightUnits = 1e6;  // weights are kept in millionths
constexpr double kMostLatencyMs = 5e5;

using Ends = std::pair<std::string_view, std::string_view>;

struct Line {
  Ends ends;
  double value = 0;
  TextPlace place;
};

// Lines of `from to value`, each pair of ends once.
std::vector<Line> read_lines(const SourceText& source, std::string_view what, double most) {
  LoadProblems problems(source.name);
  std::vector<Line> result;
  std::map<Ends, std::size_t> seen;
  Lines lines(source.text);
  for (auto line = lines.next(); line && !problems.full(); line = lines.next()) {
    const std::vector<Field> fields = words(*line);
    if (fields.empty()) {
      continue;
    }
    if (fields.size() != 3) {
      problems.add(line->place, "a line of " + std::to_string(fields.size()) +
                                    " words: expected `from to value`");
      continue;
    }
    const std::optional<double> value = number_within(fields[2], 0, most, what, problems);
    const Ends ends{fields[0].text, fields[1].text};
    const auto [first, fresh] = seen.emplace(ends, line->place.line);
    if (!fresh) {
      problems.add(line->place, "a second link from " + in_quotes(ends.first) + " to " +
                                    in_quotes(ends.second) + ": the first is in line " +
                                    std::to_string(first->second));
    } else if (ends.first == ends.second) {
      problems.add(line->place, "a link from " + in_quotes(ends.first) + " to itself");
    } else if (value) {
      result.push_back({ends, *value, line->place});
    }
  }
  problems.throw_if_any();
  return result;
}

RouterId router(RouterGraph& graph, std::string_view name) {
  const std::optional<RouterId> known = graph.find(name);
  return known ? *known : graph.add_router({std::string(name), std::nullopt, {}});
}

std::map<Ends, Line> by_ends(const std::vector<Line>& lines) {
  std::map<Ends, Line> result;
  for (const Line& line : lines) {
    result.emplace(line.ends, line);
  }
  return result;
}

SubstrateLink link_of(const Line& line) {
  SubstrateLink link;
  link.name = std::string(line.ends.first).append(" - ").append(line.ends.second);
  link.delay = from_seconds(line.value * 1e-3);
  return link;
}

// Both files tell of the same links.
void check_same_links(const std::map<Ends, Line>& latencies, const SourceText& latency_source,
                      const std::map<Ends, Line>& weights, const SourceText& weight_source) {
  const auto check = [](const auto& of, const SourceText& source, const auto& in,
                        const SourceText& other) {
    LoadProblems problems(source.name);
    for (const auto& [ends, line] : of) {
      if (!in.contains(ends)) {
        problems.add(line.place, "the link from " + in_quotes(ends.first) + " to " +
                                     in_quotes(ends.second) + " is missing in " + other.name);
      }
    }
    problems.throw_if_any();
  };
  check(latencies, latency_source, weights, weight_source);
  check(weights, weight_source, latencies, latency_source);
}

void join_cables(RouterGraph& graph, const std::map<Ends, SubstrateLinkId>& links) {
  for (const auto& [ends, id] : links) {
    const auto back = links.find({ends.second, ends.first});
    if (back != links.end() && !graph.link(id).reverse) {
      graph.join(id, back->second);
    }
  }
}

}  // namespace

RouterGraph load_rocketfuel(const SourceText& latencies, const std::optional<SourceText>& weights,
                            std::size_t max_bytes) {
  check_source(latencies, max_bytes);
  const std::vector<Line> lines = read_lines(latencies, "milliseconds", kMostLatencyMs);
  std::map<Ends, Line> weight_of;
  if (weights) {
    check_source(*weights, max_bytes);
    weight_of = by_ends(read_lines(*weights, "a weight", kMostWeight));
    check_same_links(by_ends(lines), latencies, weight_of, *weights);
  }
  RouterGraph graph(weights ? RouterGraph::Metric::kWeight : RouterGraph::Metric::kDelay);
  std::map<Ends, SubstrateLinkId> ids;
  for (const Line& line : lines) {
    SubstrateLink link = link_of(line);
    link.from = router(graph, line.ends.first);
    link.to = router(graph, line.ends.second);
    if (weights) {
      link.weight =
          static_cast<std::uint64_t>(std::llround(weight_of.at(line.ends).value * kWeightUnits));
    }
    ids.emplace(line.ends, graph.add_link(std::move(link)));
  }
  join_cables(graph, ids);
  return graph;
}

}  // namespace violin
