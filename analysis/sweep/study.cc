#include "analysis/sweep/study.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "analysis/sweep/alter.h"
#include "scenarios/load/did_you_mean.h"
#include "scenarios/load/names.h"
#include "scenarios/load/plan.h"
#include "scenarios/load/yaml_writer.h"

namespace violin::sweep {

namespace pb = scenario;
using placement::Problem;

namespace {

bool is_called(const std::string& full, std::string_view name) {
  const std::size_t slash = full.find('/');
  return full == name || (slash != std::string::npos && full.substr(slash + 1) == name);
}

// Of the only entity of that name.
std::size_t find_entity(const Problem& problem, const Variation& variation) {
  std::vector<std::string> known;
  std::vector<std::size_t> found;
  for (std::size_t e = 0; e < problem.entities.size(); ++e) {
    known.push_back(problem.entities[e].name);
    if (is_called(known.back(), variation.name)) {
      found.push_back(e);
    }
  }
  if (found.empty()) {
    throw VariationError(fmt::format("'{}': the scenario has no entity '{}'{}", variation.key,
                                     variation.name, pb::did_you_mean(variation.name, known)));
  }
  if (found.size() > 1) {
    throw VariationError(fmt::format("'{}': several VIOLINs have an entity '{}': write '{}'",
                                     variation.key, variation.name, known[found.front()]));
  }
  return found.front();
}

// Hosts that the entity may be on, or all where the scenario keeps it on one.
std::vector<std::string> matching_hosts(const Problem& problem, const placement::Entity& entity,
                                        const std::string& pattern) {
  std::vector<std::string> hosts;
  for (std::uint32_t h = 0; h < problem.hosts(); ++h) {
    const std::string& name = problem.substrate.host(HostId{h}).name;
    const bool allowed =
        entity.allowed.size() < 2 || std::ranges::binary_search(entity.allowed, HostId{h});
    if (allowed && pb::matches_pattern(pattern, name)) {
      hosts.push_back(name);
    }
  }
  return hosts;
}

[[noreturn]] void fail_host(const Problem& problem, const Variation& variation,
                            const std::string& value) {
  std::vector<std::string> known;
  for (const OverlayHost& host : problem.substrate.hosts()) {
    known.push_back(host.name);
  }
  const bool pattern = value.find('*') != std::string::npos;
  throw VariationError(pattern ? fmt::format("'{}': '{}' matches no host that '{}' may be on",
                                             variation.key, value, variation.name)
                               : fmt::format("'{}': the substrate has no host '{}'{}",
                                             variation.key, value, pb::did_you_mean(value, known)));
}

// The host that the scenario gives to an entity without its plan; nullptr if it has no such entity.
const std::string* written_host(const pb::Scenario& scenario, const std::string& entity) {
  const std::string* host = nullptr;
  for (const pb::Violin& violin : scenario.violins()) {
    const auto look = [&](const auto& entities) {
      for (const auto& e : entities) {
        if (is_called(violin.name() + "/" + e.name(), entity)) {
          host = &e.host();
        }
      }
    };
    look(violin.vswitches());
    look(violin.vrouters());
    look(violin.vhosts());
  }
  return host;
}

void require_vswitch(const pb::Scenario& scenario, const Variation& variation) {
  std::vector<std::string> known;
  for (const pb::Violin& violin : scenario.violins()) {
    for (const pb::VSwitch& vswitch : violin.vswitches()) {
      known.push_back(vswitch.name());
      if (is_called(violin.name() + "/" + vswitch.name(), variation.name)) {
        return;
      }
    }
  }
  throw VariationError(fmt::format("'{}': the scenario has no vSwitch '{}'{}", variation.key,
                                   variation.name, pb::did_you_mean(variation.name, known)));
}

void require_distinct(const std::vector<Variation>& variations) {
  for (std::size_t i = 0; i < variations.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (variations[i].key == variations[j].key) {
        throw VariationError(fmt::format("'{}' is varied twice", variations[i].key));
      }
    }
  }
}

std::string_view to_string(Plan plan) {
  switch (plan) {
    case Plan::kGrid:
      return "grid";
    case Plan::kRandom:
      return "random";
    case Plan::kOneAtATime:
      break;
  }
  return "one-at-a-time";
}

}  // namespace

Study::Study(const pb::LoadedScenario& scenario, std::vector<Variation> variations,
             Sampling sampling, Questions questions)
    : scenario_(scenario), sampling_(sampling), questions_(std::move(questions)) {
  require_distinct(variations);
  for (Variation& variation : variations) {
    axes_.push_back({std::move(variation), "", "", false});
  }
  if (questions_.replace && !questions_.placer) {
    throw VariationError("nothing is there that could place entities anew");
  }
  {
    const Planning planning(scenario_);
    warnings_ = planning.warnings();
    weights_ = planning.problem().weights;
    std::ranges::for_each(axes_, [&](Axis& axis) { settle(axis, planning); });
    if (!planning.given()) {
      place_the_unplaced();
    }
  }
  std::vector<std::size_t> sizes;
  Choice given;
  for (const Axis& axis : axes_) {
    const auto& values = axis.variation.values;
    const auto found = std::ranges::find(values, axis.given);
    sizes.push_back(values.size());
    given.push_back(found == values.end()
                        ? std::nullopt
                        : std::optional(static_cast<std::size_t>(found - values.begin())));
  }
  design_ = sampling_.plan == Plan::kGrid     ? Design::grid(sizes)
            : sampling_.plan == Plan::kRandom ? Design::random(sizes, sampling_.samples, seed())
                                              : Design::one_at_a_time(sizes, given);
}

void Study::settle(Axis& axis, const Planning& planning) const {
  const Variation& variation = axis.variation;
  pb::Scenario message = scenario_.message;
  switch (variation.subject) {
    case Subject::kHost:
      return find_host_axis(axis, planning);
    case Subject::kSwitches:
      require_vswitch(message, variation);
      if (!questions_.placer) {
        throw VariationError(fmt::format(
            "'{}': the vSwitches would have to be placed, and nothing is there that could",
            variation.key));
      }
      axis.given = std::to_string(planned_switches(message, variation.name));
      return;
    case Subject::kFile: {
      const std::string* file = substrate_file(message);
      if (file == nullptr) {
        throw VariationError(
            fmt::format("'{}': the delays of this substrate are not those of one file (rtt_matrix, "
                        "graphml, sndlib)",
                        variation.key));
      }
      axis.given = *file;
      return;
    }
    case Subject::kWeight:
      axis.given =
          fmt::format("{:.12g}", planning.problem().weight(*placement::parse_term(variation.name)));
      return;
    case Subject::kSeed:
      axis.given = std::to_string(seed());
      return;
    case Subject::kScale:
    case Subject::kDemand:
      axis.given = "1";
      return;
  }
}

void Study::find_host_axis(Axis& axis, const Planning& planning) const {
  const Problem& problem = planning.problem();
  Variation& variation = axis.variation;
  const std::size_t index = find_entity(problem, variation);
  const placement::Entity& entity = problem.entities[index];
  axis.entity = entity.name;
  axis.moves_pinned = entity.pinned().has_value();
  if (planning.given()) {
    axis.given = problem.substrate.host((*planning.given())[index]).name;
  }
  std::vector<std::string> hosts;
  for (const std::string& value : variation.values) {
    const bool pattern = value.find('*') != std::string::npos;
    const std::vector<std::string> matching =
        pattern ? matching_hosts(problem, entity, value)
                : std::vector<std::string>(problem.substrate.find(value) ? 1 : 0, value);
    if (matching.empty()) {
      fail_host(problem, variation, value);
    }
    for (const std::string& host : matching) {
      if (std::ranges::find(hosts, host) == hosts.end()) {
        hosts.push_back(host);
      }
    }
  }
  variation.values = std::move(hosts);
}

// Entities that are varied and have no host begin at the first that they are to be on.
void Study::place_the_unplaced() {
  for (Axis& axis : axes_) {
    if (axis.variation.subject != Subject::kHost) {
      continue;
    }
    const std::string* host = written_host(scenario_.message, axis.variation.name);
    if (host != nullptr && host->empty()) {
      pb::Assignment& assignment = *scenario_.message.add_plan();
      assignment.set_entity(axis.variation.name);
      assignment.set_host(axis.variation.values.front());
    }
  }
  const Planning planning(scenario_);
  if (!planning.given() && !places_anew()) {
    throw VariationError(
        "some entities have no host: place the scenario first, vary their hosts, or have the rest "
        "placed anew for each alternative");
  }
  for (Axis& axis : axes_) {
    if (axis.variation.subject == Subject::kHost) {
      find_host_axis(axis, planning);
    }
  }
}

bool Study::places_anew() const {
  return questions_.replace || std::ranges::any_of(axes_, [](const Axis& axis) {
           return axis.variation.subject == Subject::kSwitches;
         });
}

std::vector<std::string> Study::values(const Choice& choice) const {
  std::vector<std::string> values;
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    values.push_back(choice[axis] ? axes_[axis].variation.values[*choice[axis]]
                                  : axes_[axis].given);
  }
  return values;
}

std::string Study::identity() const {
  std::string text =
      fmt::format("design: {} {}\nreplace: {}\nfail each host: {}\nreplications: {}\n",
                  to_string(sampling_.plan), design_->size(), questions_.replace,
                  questions_.fail_each_host, questions_.replications);
  for (const Axis& axis : axes_) {
    text += fmt::format("vary: {}={}\n", axis.variation.key, fmt::join(axis.variation.values, ","));
  }
  return text + "scenario:\n" + to_yaml(scenario_.message);
}

}  // namespace violin::sweep
