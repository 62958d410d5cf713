#include "analysis/sweep/deliver.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "analysis/sweep/alternative.h"
#include "analysis/sweep/curves.h"
#include "analysis/sweep/gnuplot.h"
#include "analysis/sweep/placement_map.h"
#include "scenarios/place/plan_file.h"

namespace violin::sweep {

namespace fs = std::filesystem;

namespace {

void write(const fs::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  if (!(out << text << std::flush)) {
    throw std::runtime_error("cannot write '" + file.string() + "': " + std::strerror(errno));
  }
}

void write_rows(const Findings& findings, const fs::path& folder) {
  const Questions& questions = findings.study.questions();
  std::vector<Sheet> sheets{alternatives(findings.study, findings.outcomes, findings.ranking)};
  write(folder / "rows.csv", to_csv(sheets.front()));
  if (questions.fail_each_host) {
    sheets.push_back(failures(findings.outcomes));
    write(folder / "failures.csv", to_csv(sheets.back()));
  }
  if (questions.replications > 0) {
    sheets.push_back(simulations(findings.outcomes));
    write(folder / "simulations.csv", to_csv(sheets.back()));
  }
  fs::remove(folder / "run.db");  // of a study that was resumed after its end
  write_database(sheets,
                 {{"scenario", findings.study.scenario().message.name()},
                  {"seed", std::to_string(findings.study.seed())},
                  {"rank_by", to_string(findings.by)},
                  {"study", findings.study.identity()}},
                 folder / "run.db");
}

std::vector<Drawing> drawings(const Findings& findings,
                              std::pair<placement::Term, placement::Term> pareto) {
  std::vector<Drawing> all;
  const auto add = [&](std::optional<Drawing> drawing) {
    if (drawing) {
      all.push_back(std::move(*drawing));
    }
  };
  add(pareto_front(findings.outcomes, pareto.first, pareto.second));
  const auto& axes = findings.study.axes();
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    if (is_numeric(axes[axis].variation.subject)) {
      add(curve(findings.study, findings.outcomes, axis, RankBy::kCost));
      if (findings.study.questions().replications > 0) {
        add(curve(findings.study, findings.outcomes, axis, RankBy::kGoodput));
        add(curve(findings.study, findings.outcomes, axis, RankBy::kP99));
        add(curve(findings.study, findings.outcomes, axis, RankBy::kLoss));
      }
    }
  }
  return all;
}

}  // namespace

std::vector<std::string> deliver(const Findings& findings,
                                 std::pair<placement::Term, placement::Term> pareto,
                                 const fs::path& folder) {
  write_rows(findings, folder);
  std::vector<Drawing> all = drawings(findings, pareto);
  if (const Outcome* best = findings.best()) {
    Evaluator evaluator(findings.study);
    const Realised realised = evaluator.realise(best->alternative);
    all.push_back(placement_map(realised, fmt::format("{}: alternative {}, the best by {}",
                                                      findings.study.scenario().message.name(),
                                                      best->alternative, to_string(findings.by))));
    write(folder / "best.yaml",
          plan_text(evaluator.scenario_of(best->alternative, realised), folder));
  }
  fs::create_directories(folder / "plots");
  return draw(all, folder / "plots");
}

}  // namespace violin::sweep
