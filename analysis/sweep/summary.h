// A study's results for people and for programs: the best alternatives first.
#pragma once

#include <string>
#include <vector>

#include "analysis/sweep/ranking.h"
#include "analysis/sweep/sheet.h"
#include "analysis/sweep/study.h"

namespace violin::sweep {

struct Findings {
  const Study& study;
  const std::vector<Outcome>& outcomes;  // of all alternatives, by number
  RankBy by;
  Ranking ranking;

  Findings(const Study& of, const std::vector<Outcome>& all, RankBy rank_by)
      : study(of), outcomes(all), by(rank_by), ranking(rank(all, rank_by)) {}

  // nullptr if not even the best has a placement.
  const Outcome* best() const;
};

std::string to_string(RankBy by);

// The first `rows` alternatives, and how many cannot be told from the best. Of the terms those that
// count or differ.
std::string to_table(const Findings& findings, std::size_t rows);
// One document: study, alternatives and their failures, all of them.
std::string to_json(const Findings& findings);

}  // namespace violin::sweep
