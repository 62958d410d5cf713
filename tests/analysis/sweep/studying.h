// What the tests of studies share.
#pragma once

#include "analysis/sweep/alternative.h"
#include "models/placement/evaluation.h"
#include "tests/scenarios/running.h"

namespace violin::sweep {

// Four hosts on a line, 10 ms from each to the next; two vHosts at its ends, joined by a vSwitch,
// 8 Mbit/s of payload. A vHost without traffic beside them.
inline const std::string kLine = R"(
name: line
duration: 2s
seed: 5
substrate:
  pairs:
    rtts:
      - {between: [h1, h2], rtt: 20ms}
      - {between: [h2, h3], rtt: 20ms}
      - {between: [h3, h4], rtt: 20ms}
      - {between: [h1, h3], rtt: 40ms}
      - {between: [h2, h4], rtt: 40ms}
      - {between: [h1, h4], rtt: 60ms}
  hosts: [{name: h1}, {name: h2}, {name: h3}, {name: h4}]
violins:
  - name: v
    default_link: {rate: 100Mbit/s, loss: 1%}
    vswitches: [{name: s, host: h2, subnets: [10.0.0.0/24]}]
    vhosts:
      - {name: a, host: h1, nics: [{address: 10.0.0.1/24, to: s}]}
      - {name: b, host: h4, nics: [{address: 10.0.0.2/24, to: s}]}
      - {name: c, host: h3, nics: [{address: 10.0.0.3/24, to: s}]}
traffic:
  - {name: stream, from: a, to: b, cbr: {rate: 8Mbit/s, size: 1000B}}
)";

inline Study study_of(const std::vector<std::string>& vary, Questions questions = {},
                      Sampling sampling = {}, const std::string& yaml = kLine) {
  std::vector<Variation> variations;
  for (const std::string& text : vary) {
    variations.push_back(parse_variation(text));
  }
  return {parse_yaml(yaml), std::move(variations), sampling, std::move(questions)};
}

inline std::vector<Outcome> outcomes_of(const Study& study) {
  Evaluator evaluator(study);
  std::vector<Outcome> outcomes;
  for (std::uint64_t i = 0; i < study.design().size(); ++i) {
    outcomes.push_back(*evaluator.evaluate(i));
  }
  return outcomes;
}

// Tries all placements of the problem.
inline Placed try_all(const placement::Problem& problem, const placement::SolveOptions&) {
  placement::Assignment placement(problem.entities.size(), HostId{0});
  std::optional<Placed> best;
  for (bool more = true; more;) {
    const placement::Evaluation evaluation = evaluate(problem, placement);
    if (evaluation.feasible() && (!best || evaluation.cost < best->evaluation.cost)) {
      best = Placed{placement, evaluation, evaluation.cost, "try-all", {}};
    }
    more = false;
    for (HostId& host : placement) {
      const auto next = static_cast<std::uint32_t>(host) + 1;
      if (next < problem.hosts()) {
        host = HostId{next};
        more = true;
        break;
      }
      host = HostId{0};
    }
  }
  if (!best) {
    throw placement::Infeasible({"none is allowed"});
  }
  return *best;
}

inline Placer placer() {
  return {try_all, [](std::unique_ptr<Planning>& planning, const placement::SolveOptions& options) {
            return try_all(planning->problem(), options);
          }};
}

}  // namespace violin::sweep
