#include "scenarios/place/spread_lan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "models/placement/topology/hub_plans.h"
#include "scenarios/place/without_groups.h"

namespace violin {

namespace pb = scenario;
using placement::HubPlans;
using placement::TopologyPlan;
using placement::TopologyRequest;

namespace {

constexpr std::size_t kMostSwitches = 64;

class Spread {
 public:
  Spread(const Planning& planning, const pb::PlannedLan& lan,
         const placement::Assignment& placement)
      : planning_(planning), problem_(planning.problem()), lan_(lan), placement_(placement) {
    vswitch_ = planning_.find(lan.vswitch());
    find_stations();
  }

  LanSpread run(SpreadBy by, placement::PlanOptions options) && {
    request_.kind = TopologyRequest::Kind::kVSwitches;
    request_.budget = lan_.has_switches() ? lan_.switches() : kMostSwitches;
    request_.budget = std::min(request_.budget, std::max<std::size_t>(1, stations_.size()));
    request_.cost_per_entity = lan_.activation_cost();
    for (const placement::Demand& demand : problem_.demands) {
      read(demand);
    }
    double bound = 0;
    if (by == SpreadBy::kHubs) {
      HubPlans found = hub_plans(problem_.substrate, request_, options.seed, options.keep_going);
      options.first = std::move(found.plans);
      options.starts = 0;
      bound = found.bound;
    }
    const TopologyPlan plan = plan_topology(problem_.substrate, request_, options);
    return {rewired(plan), plan.cost, std::max(plan.bound, std::min(bound, plan.cost))};
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw pb::ScenarioError({planning_.scenario().diagnostic("planning.lans", what)});
  }

  void find_stations() {
    for (std::uint32_t l = 0; l < problem_.links.size(); ++l) {
      const VirtualLink& link = planning_.link(l);
      for (const std::size_t end : {0U, 1U}) {
        if (link.ends[end].node != vswitch_) {
          continue;
        }
        const Node& station = *link.ends[1 - end].node;
        if (station.kind == EntityKind::kVSwitch) {
          fail(
              fmt::format("'{}' is joined to '{}' by a trunk: a vLAN that is to be spread has one "
                          "vSwitch",
                          lan_.vswitch(), station.name()));
        }
        indices_[l] = stations_.size();
        stations_.push_back(&link.ends[1 - end]);
        request_.vhosts.push_back(placement_[to_index(problem_.links[l].ends[1 - end])]);
      }
    }
  }

  // From which station to which its frames cross the vLAN.
  void read(const placement::Demand& demand) {
    std::map<std::size_t, std::vector<std::size_t>> crossings;
    for (const placement::Receiver& receiver : demand.receivers) {
      for (std::size_t h = 0; h + 1 < receiver.path.size(); ++h) {
        const auto in = indices_.find(receiver.path[h].link);
        const auto out = indices_.find(receiver.path[h + 1].link);
        if (in != indices_.end() && out != indices_.end()) {
          auto& members = crossings[in->second];
          if (std::ranges::find(members, out->second) == members.end()) {
            members.push_back(out->second);
          }
        }
      }
    }
    for (const auto& [from, members] : crossings) {
      if (members.size() == 1) {
        request_.flows.push_back(
            {from, members.front(), demand.bits_per_second, demand.frames_per_second});
      } else {
        request_.groups.push_back(
            {from, members, demand.bits_per_second, demand.frames_per_second});
      }
    }
  }

  // ---- the scenario that the plan makes

  std::string name(std::size_t hub) const {
    const std::string first(vswitch_->name());
    return hub == 0 ? first : fmt::format("{}-{}", first, hub + 1);
  }

  pb::LoadedScenario rewired(const TopologyPlan& plan) const {
    pb::LoadedScenario result = without_groups(planning_.builder());
    pb::Violin& violin = *std::ranges::find(*result.message.mutable_violins(),
                                            vswitch_->network.name(), &pb::Violin::name);
    const pb::VSwitch model =
        *std::ranges::find(violin.vswitches(), vswitch_->name(), &pb::VSwitch::name);
    for (std::size_t hub = 1; hub < plan.hubs.size(); ++hub) {
      pb::VSwitch& added = *violin.add_vswitches();
      added = model;
      added.set_name(name(hub));
    }
    for (const auto& [a, b] : plan.trunks) {
      pb::Trunk& trunk = *violin.add_trunks();
      trunk.add_between(name(a));
      trunk.add_between(name(b));
      if (lan_.has_trunk()) {
        *trunk.mutable_link() = lan_.trunk();
      }
    }
    for (std::size_t s = 0; s < stations_.size(); ++s) {
      plug(*stations_[s], name(plan.hub_of[s]), violin);
    }
    result.message.mutable_planning()->clear_lans();
    place(plan, result);
    return result;
  }

  static void plug(const LinkEnd& station, const std::string& into, pb::Violin& violin) {
    const std::string nic_name = station.node->nic_at(station.port).name;
    const auto replug = [&](auto& entities) {
      for (auto& entity : entities) {
        for (int i = 0; entity.name() == station.node->name() && i < entity.nics_size(); ++i) {
          if (pb::nic_name(entity.nics(i), i) == nic_name) {
            entity.mutable_nics(i)->set_to(into);
          }
        }
      }
    };
    replug(*violin.mutable_vhosts());
    replug(*violin.mutable_vrouters());
  }

  void place(const TopologyPlan& plan, pb::LoadedScenario& result) const {
    result = with_plan(result, problem_, placement_);
    for (std::size_t hub = 0; hub < plan.hubs.size(); ++hub) {
      const std::string entity = vswitch_->network.name() + "/" + name(hub);
      const auto known = std::ranges::find_if(
          *result.message.mutable_plan(),
          [&](const pb::Assignment& a) { return a.entity() == entity || a.entity() == name(hub); });
      pb::Assignment& assignment =
          known == result.message.mutable_plan()->end() ? *result.message.add_plan() : *known;
      assignment.set_entity(entity);
      assignment.set_host(problem_.substrate.host(plan.hubs[hub]).name);
    }
  }

  const Planning& planning_;
  const placement::Problem& problem_;
  const pb::PlannedLan& lan_;
  const placement::Assignment& placement_;
  const Node* vswitch_ = nullptr;
  std::vector<const LinkEnd*> stations_;
  std::map<std::uint32_t, std::size_t> indices_;  // of stations, by link
  TopologyRequest request_;
};

}  // namespace

LanSpread spread_lan(const Planning& planning, const pb::PlannedLan& lan,
                     const placement::Assignment& placement, SpreadBy by,
                     const placement::PlanOptions& options) {
  return Spread(planning, lan, placement).run(by, options);
}

}  // namespace violin
