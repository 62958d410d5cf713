#include "scenarios/place/planning.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "scenarios/build/checked_substrate.h"
#include "scenarios/load/quantities.h"
#include "scenarios/place/planned_demands.h"
#include "scenarios/place/planning_context.h"

namespace violin {

namespace pb = scenario;
using placement::EntityId;

namespace {

// Entities that the scenario leaves without a host, as "violin/entity".
std::set<std::string> without_host(const pb::Scenario& scenario) {
  std::set<std::string> names;
  for (const pb::Violin& violin : scenario.violins()) {
    const auto collect = [&](const auto& entities) {
      for (const auto& entity : entities) {
        if (entity.host().empty()) {
          names.insert(violin.name() + "/" + entity.name());
        }
      }
    };
    collect(violin.vswitches());
    collect(violin.vrouters());
    collect(violin.vhosts());
  }
  return names;
}

}  // namespace

class Planning::Reader {
 public:
  explicit Reader(Planning& planning)
      : planning_(planning),
        scenario_(planning.scenario()),
        message_(scenario_.message.planning()),
        network_(planning.builder_->network()),
        problem_(*planning.problem_),
        nodes_(planning.nodes_),
        context_{*planning.builder_, planning.built_ == nullptr, network_.networks().size() > 1},
        unplaced_(without_host(scenario_.message)) {}

  void read() {
    read_entities();
    read_links();
    read_rules();
    read_apart();
    planning_.flows_ = read_demands(context_, problem_, nodes_);
    read_objective();
    if (!context_.errors.empty()) {
      throw pb::ScenarioError(std::move(context_.errors));
    }
    std::ranges::move(context_.warnings, std::back_inserter(planning_.warnings_));
    placement::check(problem_);
  }

 private:
  void read_entities() {
    const pb::Plan plan(scenario_.message);
    bool all_placed = true;
    placement::Assignment given;
    for (const auto& violin : network_.networks()) {
      if (violin->lower() != nullptr) {
        context_.warnings.push_back(
            fmt::format("VIOLIN '{}' runs on '{}': its entities stay where they are",
                        violin->name(), violin->lower()->name()));
        continue;
      }
      for (const auto& node : violin->nodes()) {
        context_.entities[node.get()] =
            EntityId{static_cast<std::uint32_t>(problem_.entities.size())};
        nodes_.push_back(node.get());
        problem_.entities.push_back({context_.display(*node), {}, node->memory});
        const bool unplaced = unplaced_.contains(node->full_name());
        all_placed =
            all_placed && (!unplaced || plan.host_of(violin->name(), node->name()) != nullptr);
        given.push_back(std::get<HostId>(node->place));
        movable_.push_back(unplaced || node->kind != EntityKind::kVHost);
      }
    }
    if (all_placed) {
      planning_.given_ = std::move(given);
    }
  }

  void read_links() {
    for (const auto& violin : network_.networks()) {
      for (const auto& link : violin->links()) {
        if (violin->lower() == nullptr) {
          context_.links[link.get()] = static_cast<std::uint32_t>(problem_.links.size());
          planning_.links_.push_back(link.get());
          problem_.links.push_back({link->cable.a_to_b().pipe().name(),
                                    {context_.entities.at(link->ends[0].node),
                                     context_.entities.at(link->ends[1].node)}});
        }
      }
    }
  }

  // ---- where entities may be

  void read_rules() {
    for (int i = 0; i < message_.rules_size(); ++i) {
      const pb::PlacementRule& rule = message_.rules(i);
      const std::vector<HostId> hosts = hosts_of(rule, planning_item("rules", i));
      bool matched = false;
      for (std::size_t e = 0; e < nodes_.size(); ++e) {
        if (!any_matches(rule.entities(), *nodes_[e])) {
          continue;
        }
        matched = true;
        if (rule.hosts_size() > 0) {
          problem_.entities[e].allowed = hosts;
        }
        if (rule.has_movable()) {
          movable_[e] = rule.movable() || unplaced_.contains(nodes_[e]->full_name());
        }
      }
      if (!matched) {
        context_.error(planning_item("rules", i) + ".entities",
                       "matches no entity of a VIOLIN on the substrate");
      }
    }
    for (std::size_t e = 0; e < nodes_.size(); ++e) {
      if (!movable_[e]) {
        pin(e);
      }
    }
  }

  void pin(std::size_t e) {
    const HostId host = std::get<HostId>(nodes_[e]->place);
    auto& allowed = problem_.entities[e].allowed;
    if (!allowed.empty() && !std::ranges::binary_search(allowed, host)) {
      context_.error(
          "planning.rules",
          fmt::format("'{}' is on '{}' and may not leave it, but a rule allows it only elsewhere; "
                      "make it movable, or allow that host",
                      problem_.entities[e].name, network_.substrate().host(host).name));
    }
    allowed = {host};
  }

  template <typename Patterns>
  static bool any_matches(const Patterns& patterns, const Node& node) {
    return std::ranges::any_of(patterns, [&](const std::string& pattern) {
      return pb::matches_pattern(pattern, node.name()) ||
             pb::matches_pattern(pattern, node.full_name());
    });
  }

  std::vector<HostId> hosts_of(const pb::PlacementRule& rule, const std::string& path) {
    std::vector<HostId> hosts;
    for (std::uint32_t h = 0; h < network_.substrate().size(); ++h) {
      if (std::ranges::any_of(rule.hosts(), [&](const std::string& pattern) {
            return pb::matches_pattern(pattern, network_.substrate().host(HostId{h}).name);
          })) {
        hosts.push_back(HostId{h});
      }
    }
    if (hosts.empty() && rule.hosts_size() > 0) {
      context_.error(path + ".hosts", "matches no overlay host");
    }
    return hosts;
  }

  void read_apart() {
    for (int i = 0; i < message_.apart_size(); ++i) {
      std::vector<EntityId> group;
      for (const std::string& name : message_.apart(i).entities()) {
        if (const auto id = context_.find(name, planning_item("apart", i))) {
          group.push_back(*id);
        }
      }
      problem_.apart.push_back(std::move(group));
    }
  }

  void read_objective() {
    const pb::Objective& objective = message_.objective();
    const std::array<std::optional<double>, placement::kTerms> given{
        objective.has_network() ? std::optional(objective.network()) : std::nullopt,
        objective.has_delay() ? std::optional(objective.delay()) : std::nullopt,
        objective.has_stretch() ? std::optional(objective.stretch()) : std::nullopt,
        objective.has_loss() ? std::optional(objective.loss()) : std::nullopt,
        objective.has_worst_delay() ? std::optional(objective.worst_delay()) : std::nullopt,
        objective.has_worst_stretch() ? std::optional(objective.worst_stretch()) : std::nullopt,
        objective.has_busiest_host() ? std::optional(objective.busiest_host()) : std::nullopt,
        objective.has_busiest_link() ? std::optional(objective.busiest_link()) : std::nullopt};
    if (std::ranges::none_of(given, [](const auto& weight) { return weight.has_value(); })) {
      return;
    }
    for (std::size_t term = 0; term < placement::kTerms; ++term) {
      problem_.weights[term] = given[term].value_or(0);
    }
  }

  Planning& planning_;
  const pb::LoadedScenario& scenario_;
  const pb::Planning& message_;
  Network& network_;
  placement::Problem& problem_;
  std::vector<Node*>& nodes_;
  PlanningContext context_;
  std::set<std::string> unplaced_;
  std::vector<bool> movable_;
};

struct Planning::Built {
  explicit Built(pb::LoadedScenario loaded)
      : scenario(std::move(loaded)),
        kernel(scenario.message.has_seed() ? scenario.message.seed() : 1),
        checked(checked_substrate(scenario, std::nullopt)),
        network(kernel, std::move(checked.substrate)),
        builder(scenario, network, ScenarioBuilder::Purpose::kPlan) {
    builder.build();
  }

  pb::LoadedScenario scenario;
  Kernel kernel;
  CheckedSubstrate checked;
  Network network;
  ScenarioBuilder builder;
};

Planning::Planning(pb::LoadedScenario scenario)
    : built_(std::make_unique<Built>(std::move(scenario))),
      builder_(&built_->builder),
      problem_(std::make_unique<placement::Problem>(built_->network.substrate())) {
  for (const pb::Diagnostic& warning : built_->checked.warnings) {
    warnings_.push_back(to_string(warning));
  }
  Reader(*this).read();
}

Planning::Planning(const ScenarioBuilder& running)
    : builder_(&running),
      problem_(std::make_unique<placement::Problem>(running.network().substrate())) {
  Reader(*this).read();
}

Planning::~Planning() = default;

// More links between entities that forward than a forest has.
bool Planning::routes_may_change() const {
  return std::ranges::any_of(builder_->network().networks(), [](const auto& violin) {
    std::map<const Node*, const Node*> above;
    const auto root = [&](const Node* node) {
      while (above.contains(node) && above.at(node) != node) {
        node = above.at(node);
      }
      return node;
    };
    bool mesh = false;
    for (const auto& link : violin->links()) {
      const Node* a = link->ends[0].node;
      const Node* b = link->ends[1].node;
      if (a->kind != EntityKind::kVHost && b->kind != EntityKind::kVHost) {
        mesh = mesh || root(a) == root(b);
        above[root(a)] = root(b);
      }
    }
    return mesh && violin->routing().automatic;
  });
}

pb::LoadedScenario with_plan(const pb::LoadedScenario& scenario, const placement::Problem& problem,
                             const placement::Assignment& placement) {
  pb::LoadedScenario planned = scenario;
  planned.message.clear_plan();
  for (std::size_t e = 0; e < placement.size(); ++e) {
    pb::Assignment& assignment = *planned.message.add_plan();
    assignment.set_entity(problem.entities[e].name);
    assignment.set_host(problem.substrate.host(placement[e]).name);
  }
  return planned;
}

}  // namespace violin
