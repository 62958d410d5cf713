// A run's result as tables for people.
#pragma once

#include <string>
#include <vector>

#include "scenarios/run/run_result.h"

namespace violin {

// Columns are as wide as their widest cell; a column whose cells are all numbers stands right.
class Table {
 public:
  explicit Table(std::vector<std::string> header) : rows_{std::move(header)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.size() == 1; }
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// Flows, paths, links, hosts, substrate links, timeline, books and fingerprint. Of long tables the
// rows that matter most: at most `most_rows` each, and how many were left out.
std::string to_tables(const RunResult& result, std::size_t most_rows = 30);

}  // namespace violin
