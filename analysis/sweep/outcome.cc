#include "analysis/sweep/outcome.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace violin::sweep {

namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

std::optional<double> optional_number(const Json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<double>());
}

HostFailure failure_of(const Json& json) {
  return {json.at(0), json.at(1), json.at(2), json.at(3), json.at(4), optional_number(json.at(5))};
}

Replication replication_of(const Json& json) {
  return {json.at(0), json.at(1), optional_number(json.at(2)), json.at(3)};
}

Outcome outcome_of(const Json& json) {
  Outcome outcome;
  outcome.alternative = json.at("alternative");
  if (!json.at("cost").is_null()) {
    outcome.costs = {json.at("terms").get<placement::Terms>(), json.at("cost")};
  }
  outcome.violations = json.at("violations");
  outcome.violation = json.at("violation");
  outcome.bound = optional_number(json.at("bound"));
  outcome.placement = json.at("placement").get<std::vector<std::uint32_t>>();
  std::ranges::transform(json.at("failures"), std::back_inserter(outcome.failures), failure_of);
  std::ranges::transform(json.at("replications"), std::back_inserter(outcome.replications),
                         replication_of);
  return outcome;
}

}  // namespace

const HostFailure* Outcome::worst_failure() const {
  const auto worst = std::ranges::max_element(failures, {}, &HostFailure::cut_bps);
  return worst == failures.end() ? nullptr : &*worst;
}

std::string to_line(const Outcome& outcome) {
  Json failures = Json::array();
  for (const HostFailure& f : outcome.failures) {
    failures.push_back({f.host, f.entities, f.cut_bps, f.cut_share, f.gone_bps, or_null(f.cost)});
  }
  Json replications = Json::array();
  for (const Replication& r : outcome.replications) {
    replications.push_back({r.seed, r.goodput_bps, or_null(r.delay_p99_s), r.loss});
  }
  const auto& costs = outcome.costs;
  return Json{{"alternative", outcome.alternative},
              {"cost", costs ? Json(costs->cost) : Json(nullptr)},
              {"terms", costs ? Json(costs->terms) : Json(nullptr)},
              {"violations", outcome.violations},
              {"violation", outcome.violation},
              {"bound", or_null(outcome.bound)},
              {"placement", outcome.placement},
              {"failures", failures},
              {"replications", replications}}
      .dump();
}

std::optional<Outcome> from_line(std::string_view line) {
  try {
    return outcome_of(Json::parse(line));
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace violin::sweep
