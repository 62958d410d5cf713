#include "models/placement/hub/pmed_file.h"

#include <algorithm>
#include <string>

#include "models/placement/hub/number_reader.h"

namespace violin {
namespace {

// Any path of kMaxPmedNodes such edges is shorter than kMaxDistance.
constexpr std::size_t kMaxEdge = 100'000;
constexpr Distance kNoPath = kMaxDistance;

void read_edge(NumberReader& numbers, Table<Distance>& distance) {
  const std::size_t n = distance.rows();
  const std::size_t from = numbers.count(1, n, "a node") - 1;
  const std::size_t to = numbers.count(1, n, "a node") - 1;
  const auto cost = static_cast<Distance>(numbers.count(0, kMaxEdge, "an edge's cost"));
  if (from != to) {
    distance(from, to) = cost;
    distance(to, from) = cost;
  }
}

// Floyd and Warshall. kNoPath twice fits into a Distance.
void close(Table<Distance>& distance) {
  const std::size_t n = distance.rows();
  for (std::size_t via = 0; via < n; ++via) {
    const Distance* onward = distance.row(via).data();
    for (std::size_t from = 0; from < n; ++from) {
      const Distance there = distance(from, via);
      if (there == kNoPath || from == via) {
        continue;
      }
      Distance* row = distance.row(from).data();
      for (std::size_t to = 0; to < n; ++to) {
        const Distance length = there + onward[to];
        row[to] = length < row[to] ? length : row[to];
      }
    }
  }
}

void expect_connected(NumberReader& numbers, const Table<Distance>& distance) {
  const auto first = distance.row(0);
  const auto away = std::ranges::find(first, kNoPath);
  if (away != first.end()) {
    numbers.fail({}, "no path from node 1 to node " + std::to_string(away - first.begin() + 1),
                 "the graph has to be connected");
  }
}

}  // namespace

MedianProblem load_pmed(const SourceText& source, std::size_t max_bytes) {
  NumberReader numbers(source, max_bytes);
  MedianProblem problem;
  const std::size_t n = numbers.count(1, kMaxPmedNodes, "the number of nodes");
  const std::size_t edges =
      numbers.count(n - 1, max_bytes, "the number of edges (a connected graph has n - 1 at least)");
  problem.medians = numbers.count(1, n, "p, the number of medians");
  numbers.expect_room_for(3 * edges, "edges, each with two nodes and a cost");
  problem.distance = Table<Distance>(n, n, kNoPath);
  for (std::size_t i = 0; i < n; ++i) {
    problem.distance(i, i) = 0;
  }
  for (std::size_t edge = 0; edge < edges; ++edge) {
    read_edge(numbers, problem.distance);
  }
  numbers.expect_end();
  close(problem.distance);
  expect_connected(numbers, problem.distance);
  return problem;
}

}  // namespace violin
