#include "scenarios/place/planning.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "scenarios/build/checked_substrate.h"
#include "scenarios/build/flow_ends.h"
#include "scenarios/build/multicast.h"
#include "scenarios/build/trace.h"
#include "scenarios/load/quantities.h"
#include "scenarios/place/offered.h"

namespace violin {

namespace pb = scenario;
using placement::EntityId;
using placement::Hop;

namespace {

constexpr std::uint32_t kVxlan = 8;  // bytes before the frame that it carries

std::string item(const char* field, int index) {
  return fmt::format("planning.{}[{}]", field, index);
}

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
        running_(planning.built_ == nullptr),
        several_(network_.networks().size() > 1),
        unplaced_(without_host(scenario_.message)) {}

  void read() {
    read_entities();
    read_links();
    read_rules();
    read_apart();
    read_demands();
    read_objective();
    if (!errors_.empty()) {
      throw pb::ScenarioError(std::move(errors_));
    }
    placement::check(problem_);
  }

 private:
  // While a network runs, what the scenario speaks of may have come and gone.
  void error(std::string path, std::string what) {
    if (running_) {
      return;
    }
    errors_.push_back(scenario_.diagnostic(std::move(path), std::move(what)));
  }
  std::string display(const Node& node) const {
    return several_ ? node.full_name() : std::string(node.name());
  }

  void read_entities() {
    const pb::Plan plan(scenario_.message);
    bool all_placed = true;
    placement::Assignment given;
    for (const auto& violin : network_.networks()) {
      if (violin->lower() != nullptr) {
        planning_.warnings_.push_back(
            fmt::format("VIOLIN '{}' runs on '{}': its entities stay where they are",
                        violin->name(), violin->lower()->name()));
        continue;
      }
      for (const auto& node : violin->nodes()) {
        ids_[node.get()] = EntityId{static_cast<std::uint32_t>(problem_.entities.size())};
        nodes_.push_back(node.get());
        problem_.entities.push_back({display(*node), {}, node->memory});
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
          link_ids_[link.get()] = static_cast<std::uint32_t>(problem_.links.size());
          planning_.links_.push_back(link.get());
          problem_.links.push_back({link->cable.a_to_b().pipe().name(),
                                    {ids_.at(link->ends[0].node), ids_.at(link->ends[1].node)}});
        }
      }
    }
  }

  // ---- where entities may be

  void read_rules() {
    for (int i = 0; i < message_.rules_size(); ++i) {
      const pb::PlacementRule& rule = message_.rules(i);
      const std::vector<HostId> hosts = hosts_of(rule, item("rules", i));
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
        error(item("rules", i) + ".entities", "matches no entity of a VIOLIN on the substrate");
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
      error(
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
      error(path + ".hosts", "matches no overlay host");
    }
    return hosts;
  }

  void read_apart() {
    for (int i = 0; i < message_.apart_size(); ++i) {
      std::vector<EntityId> group;
      for (const std::string& name : message_.apart(i).entities()) {
        if (const auto id = entity(name, item("apart", i))) {
          group.push_back(*id);
        }
      }
      problem_.apart.push_back(std::move(group));
    }
  }

  std::optional<EntityId> entity(const std::string& name, const std::string& path) {
    const Node* node = planning_.builder_->find(name);
    const auto found = ids_.find(node);
    if (found == ids_.end()) {
      error(path, fmt::format("'{}' is no entity of a VIOLIN on the substrate", name));
      return std::nullopt;
    }
    return found->second;
  }

  // ---- demands

  void read_demands() {
    for (int i = 0; i < message_.demands_size(); ++i) {
      pb::Flow flow;
      const pb::PlannedDemand& demand = message_.demands(i);
      flow.set_name(demand.name().empty() ? fmt::format("demand{}", i) : demand.name());
      flow.set_from(demand.from());
      flow.set_to(demand.to());
      flow.mutable_cbr()->set_rate(demand.rate());
      flow.mutable_cbr()->set_size(demand.size());
      read_flow(flow, item("demands", i));
    }
    for (int i = 0; i < message_.multicast_size(); ++i) {
      read_group(message_.multicast(i), i);
    }
    if (message_.demands_size() == 0) {
      for (int i = 0; i < scenario_.message.traffic_size(); ++i) {
        for (const pb::Flow& flow : one_by_one(scenario_.message.traffic(i), *planning_.builder_)) {
          if (is_on(flow)) {
            read_flow(flow, fmt::format("traffic[{}]", i));
          }
        }
      }
    }
    if (problem_.demands.empty() && errors_.empty()) {
      planning_.warnings_.emplace_back(
          "nothing is demanded of the network, so every placement costs the same: add traffic with "
          "a rate, or planning.demands");
    }
  }

  bool is_on(const pb::Flow& flow) const {
    const TimePoint now = network_.kernel().now();
    return !running_ || (kRunStart + pb::duration(flow.start()).value_or(Duration::zero()) <= now &&
                         (flow.stop().empty() || now < kRunStart + *pb::duration(flow.stop())));
  }

  void read_flow(const pb::Flow& flow, const std::string& path) {
    const auto offered = offered_by(flow);
    if (!offered) {
      if (!flow.has_traceroute()) {
        planning_.warnings_.push_back(fmt::format(
            "'{}' does not count: give it the rate that it will need, with 'demand'", flow.name()));
      }
      return;
    }
    const Node* from = planning_.builder_->find(flow.from());
    if (from == nullptr || from->nics.empty()) {
      return error(path + ".from", fmt::format("'{}' is not there when the run begins, or has no "
                                               "vNIC; give planning.demands of those that are",
                                               flow.from()));
    }
    if (flow.members_size() > 0) {
      return add_multicast(flow.name(), *from, flow.to(),
                           members_of(*planning_.builder_, *from, flow), offered->there, path);
    }
    const auto [to, address] = resolve(*planning_.builder_, *from, flow.to());
    if (!address) {
      return error(path + ".to", fmt::format("'{}' is not there when the run begins, or has no "
                                             "vNIC; give planning.demands of those that are",
                                             flow.to()));
    }
    add_demand(flow.name(), *from, *address, offered->there, path);
    const Node* owner = to != nullptr ? to : from->network.owner_of(*address);
    if (offered->back && owner != nullptr) {
      add_demand(flow.name() + "-back", *owner, from->nics.front().address->address, *offered->back,
                 path);
    }
  }

  void add_demand(const std::string& name, const Node& from, Ipv4Address to, const Offered& offered,
                  const std::string& path) {
    if (!broadcast_receivers(from, to).empty()) {
      return add_broadcast(name, from, to, offered, path);
    }
    const auto way = trace(from, to);
    if (!way) {
      return error(path,
                   fmt::format("there is no way from '{}' to {}", display(from), to_string(to)));
    }
    const OfferedFrames frames = frames_of(offered, from.nics.front().mtu);
    if (from.network.lower() != nullptr) {
      return carry_below(name, *way, frames, path);
    }
    const Node* owner = from.network.owner_of(to);
    problem_.demands.push_back({name,
                                ids_.at(&from),
                                {{ids_.at(owner), hops(*way)}},
                                frames.bits_per_second,
                                frames.frames_per_second});
    add_flow(name, from, owner->full_name(), offered);
  }

  // It reaches vHosts, and vRouters, which do not pass it on.
  void add_broadcast(const std::string& name, const Node& from, Ipv4Address to,
                     const Offered& offered, const std::string& path) {
    std::vector<Reached> reached;
    for (const auto& node : from.network.nodes()) {
      for (const Nic& nic : node->nics) {
        if (node.get() != &from && nic.address &&
            nic.address->subnet() == from.nics.front().address->subnet()) {
          reached.push_back({node.get(), trace(from, nic.address->address)});
          break;
        }
      }
    }
    if (add_group(name, from, reached, offered, path)) {
      add_flow(name, from, to_string(to), offered);
    }
  }

  std::vector<Hop> hops(const std::vector<Crossing>& way) const {
    std::vector<Hop> hops;
    for (const Crossing& crossing : way) {
      hops.push_back({link_ids_.at(crossing.link), static_cast<std::uint32_t>(crossing.direction)});
    }
    return hops;
  }

  // Each frame of a VIOLIN on another is a datagram between two vHosts of that one.
  void carry_below(const std::string& name, const std::vector<Crossing>& way,
                   const OfferedFrames& frames, const std::string& path) {
    for (const Crossing& crossing : way) {
      const Node& a = *std::get<Node*>(crossing.link->ends[crossing.direction].node->place);
      const Node& b = *std::get<Node*>(crossing.link->ends[1 - crossing.direction].node->place);
      if (&a != &b && !a.nics.empty() && !b.nics.empty()) {
        const double bytes = frames.bits_per_second / (8 * frames.frames_per_second);
        const Offered datagrams{frames.frames_per_second,
                                static_cast<std::uint32_t>(std::lround(bytes)) + kVxlan};
        add_demand(fmt::format("{}-{}", name, below_++), a, b.nics.front().address->address,
                   datagrams, path);
      }
    }
  }

  void add_flow(const std::string& name, const Node& from, const std::string& to,
                const Offered& offered) {
    pb::Flow& flow = planning_.flows_.emplace_back();
    flow.set_name(name);
    flow.set_from(from.full_name());
    flow.set_to(to);
    const double bits = offered.datagrams_per_second * 8 * offered.size;
    flow.mutable_cbr()->set_rate(fmt::format("{:.0f}bit/s", std::max(1.0, bits)));
    flow.mutable_cbr()->set_size(fmt::format("{}B", offered.size));
  }

  void read_group(const pb::MulticastGroup& group, int index) {
    const std::string path = item("multicast", index);
    const auto source = entity(group.source(), path + ".source");
    std::vector<Node*> members;
    for (const std::string& name : group.members()) {
      if (const auto id = entity(name, path + ".members"); id && id != source) {
        members.push_back(nodes_[to_index(*id)]);
      }
    }
    if (!source || nodes_[to_index(*source)]->nics.empty()) {
      return;
    }
    if (members.empty()) {
      return error(path + ".members", "are none besides the source");
    }
    pb::Flow flow;
    flow.mutable_cbr()->set_rate(group.rate());
    flow.mutable_cbr()->set_size(group.size());
    add_multicast(group.name().empty() ? fmt::format("group{}", index) : group.name(),
                  *nodes_[to_index(*source)], to_string(free_group()), members,
                  offered_by(flow)->there, path);
  }

  // One to which there is no traffic, for use within a site (RFC 2365 section 6.1).
  Ipv4Address free_group() {
    const auto& traffic = scenario_.message.traffic();
    for (;;) {
      const Ipv4Address group(Ipv4Address(239, 255, 0, 0).bits() + groups_++);
      if (std::ranges::find(traffic, to_string(group), &pb::Flow::to) == traffic.end()) {
        return group;
      }
    }
  }

  void add_multicast(const std::string& name, const Node& source, const std::string& group,
                     const std::vector<Node*>& members, const Offered& offered,
                     const std::string& path) {
    const auto ways = multicast_tree(source, *Ipv4Address::parse(group), members);
    std::vector<Reached> reached;
    for (std::size_t i = 0; i < members.size(); ++i) {
      reached.push_back({members[i], ways[i]});
    }
    if (!add_group(name, source, reached, offered, path)) {
      return;
    }
    add_flow(name, source, group, offered);
    for (const Node* member : members) {
      planning_.flows_.back().add_members(member->full_name());
    }
  }

  struct Reached {
    const Node* node;
    std::optional<std::vector<Crossing>> way;
  };

  // False if it cannot be planned for, which is told.
  bool add_group(const std::string& name, const Node& source, const std::vector<Reached>& reached,
                 const Offered& offered, const std::string& path) {
    if (!ids_.contains(&source)) {
      planning_.warnings_.push_back(
          fmt::format("'{}' does not count: groups of a VIOLIN on another are not followed", name));
      return false;
    }
    const OfferedFrames frames = frames_of(offered, source.nics.front().mtu);
    placement::Demand demand{
        name, ids_.at(&source), {}, frames.bits_per_second, frames.frames_per_second};
    for (const auto& [node, way] : reached) {
      if (!way) {
        error(path,
              fmt::format("there is no way from '{}' to '{}'", display(source), display(*node)));
      } else {
        demand.receivers.push_back({ids_.at(node), hops(*way)});
      }
    }
    problem_.demands.push_back(std::move(demand));
    return true;
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
  bool running_;
  bool several_;
  std::set<std::string> unplaced_;
  std::vector<bool> movable_;
  std::map<const Node*, EntityId> ids_;
  std::map<const VirtualLink*, std::uint32_t> link_ids_;
  std::vector<pb::Diagnostic> errors_;
  std::uint32_t below_ = 0;
  std::uint32_t groups_ = 0;  // that it has named
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
