#include "scenarios/validate/hosts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "scenarios/load/did_you_mean.h"
#include "scenarios/load/names.h"

namespace violin::scenario {

namespace {

// Where the scenario itself lists all hosts that there are.
std::optional<std::vector<std::string>> listed_hosts(const Substrate& substrate) {
  switch (substrate.source_case()) {
    case Substrate::kCoordinates:
    case Substrate::kPairs:
      break;
    default:
      if (substrate.source_case() != Substrate::kGraph || substrate.hosts().empty()) {
        return std::nullopt;
      }
  }
  std::vector<std::string> names;
  for (const Host& host : substrate.hosts()) {
    names.push_back(host.name());
  }
  return names;
}

}  // namespace

Hosts::Hosts(const LoadedScenario& scenario,
             const std::optional<std::vector<std::string>>& substrate, Unplaced unplaced,
             Report& report)
    : scenario_(scenario.message),
      names_(substrate ? substrate : listed_hosts(scenario.message.substrate())),
      plan_(scenario.message),
      unplaced_(unplaced),
      report_(report) {
  if (names_) {
    std::ranges::sort(*names_);
  }
  for (int i = 0; i < scenario_.violins_size(); ++i) {
    violins_.emplace(scenario_.violins(i).name(), i);
  }
  collect_vhosts();
  check_names();
  check_recursion();
}

void Hosts::check_names() {
  std::set<std::string> seen;
  const auto& substrate = scenario_.substrate();
  for (int i = 0; i < substrate.hosts_size(); ++i) {
    const std::string path = item("substrate", "hosts", i);
    const std::string& name = substrate.hosts(i).name();
    if (name.empty()) {
      report_.error(path, "has no name");
    } else if (!seen.insert(name).second) {
      report_.error(path + ".name", fmt::format("there is a host '{}' before this one", name));
    }
  }
  const auto check_pairs = [&](const auto& pairs, const std::string& path, const char* field) {
    for (int i = 0; i < pairs.size(); ++i) {
      for (int end = 0; end < pairs[i].between_size(); ++end) {
        check_substrate(pairs[i].between(end), item(item(path, field, i), "between", end));
      }
    }
  };
  check_pairs(substrate.overrides(), "substrate", "overrides");
  check_pairs(substrate.pairs().rtts(), "substrate.pairs", "rtts");
}

void Hosts::check_recursion() {
  std::vector<std::string> known;
  for (const auto& [name, index] : violins_) {
    known.push_back(name);
  }
  for (int i = 0; i < scenario_.violins_size(); ++i) {
    const Violin& start = scenario_.violins(i);
    const std::string path = item("", "violins", i) + ".substrate";
    std::string way = start.name();
    const Violin* at = &start;
    for (std::size_t steps = 0; !at->substrate().empty(); ++steps) {
      const auto below = violins_.find(at->substrate());
      if (below == violins_.end()) {
        if (at == &start) {
          report_.error(path, fmt::format("there is no VIOLIN '{}'{}", at->substrate(),
                                          did_you_mean(at->substrate(), known)));
        }
        break;
      }
      at = &scenario_.violins(below->second);
      way += " -> " + at->name();
      if (at == &start) {
        report_.error(path, fmt::format("VIOLINs carry each other in a circle: {}; one of them "
                                        "must be on the substrate",
                                        way));
        break;
      }
      if (steps > violins_.size()) {
        break;  // into a circle that this one is not part of
      }
    }
  }
}

// vHosts that the timeline adds count, so that later events may use them.
void Hosts::collect_vhosts() {
  vhosts_.resize(static_cast<std::size_t>(scenario_.violins_size()));
  const auto collect = [&](std::size_t violin, const auto& vhosts) {
    for (const VHost& vhost : vhosts) {
      vhosts_[violin].insert(vhost.name());
    }
  };
  for (int i = 0; i < scenario_.violins_size(); ++i) {
    collect(static_cast<std::size_t>(i), scenario_.violins(i).vhosts());
  }
  for (const Event& event : scenario_.timeline()) {
    const auto violin = violins_.find(event.add().violin());
    collect(violin == violins_.end() ? 0 : static_cast<std::size_t>(violin->second),
            event.add().vhosts());
  }
}

bool Hosts::is_vhost(int violin, const std::string& name) const {
  return vhosts_[static_cast<std::size_t>(violin)].contains(name) ||
         std::ranges::any_of(scenario_.violins(violin).vhost_groups(), [&](const auto& group) {
           return group_member(group, name).has_value();
         });
}

bool Hosts::check_entity(int violin, const std::string& entity, const std::string& host,
                         const std::string& path) const {
  const std::string* planned = plan_.host_of(scenario_.violins(violin).name(), entity);
  if (planned != nullptr) {
    return true;  // the plan is checked by itself
  }
  if (!host.empty() || unplaced_ == Severity::kError) {
    return check(violin, host, path);
  }
  if (unplaced_ == Severity::kWarning) {
    report_.warning(path, "has no overlay host; `violin place` finds one");
  }
  return false;
}

bool Hosts::check(int violin, const std::string& host, const std::string& path) const {
  if (host.empty()) {
    report_.error(
        path,
        "has no overlay host; say on which one it runs, with 'host', or let `violin place` "
        "find one");
    return false;
  }
  const std::string& lower_name = scenario_.violins(violin).substrate();
  if (lower_name.empty()) {
    return check_substrate(host, path + ".host");
  }
  const auto lower = violins_.find(lower_name);
  if (lower == violins_.end() || is_vhost(lower->second, host)) {
    return true;
  }
  const auto& known = vhosts_[static_cast<std::size_t>(lower->second)];
  const std::vector<std::string> names(known.begin(), known.end());
  report_.error(path + ".host", fmt::format("VIOLIN '{}', its substrate, has no vHost '{}'{}",
                                            lower_name, host, did_you_mean(host, names)));
  return false;
}

bool Hosts::check_substrate(const std::string& host, const std::string& path) const {
  if (!names_ || std::ranges::binary_search(*names_, host)) {
    return true;
  }
  report_.error(path,
                fmt::format("the substrate has no host '{}'{}", host, did_you_mean(host, *names_)));
  return false;
}

}  // namespace violin::scenario
