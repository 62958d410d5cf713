#include "scenarios/place/propose_topology.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/address.h"
#include "scenarios/build/checked_substrate.h"
#include "scenarios/load/names.h"
#include "scenarios/load/quantities.h"
#include "scenarios/place/offered.h"

namespace violin {

namespace pb = scenario;
using placement::TopologyPlan;
using placement::TopologyRequest;

namespace {

constexpr const char* kDefaultSubnet = "10.0.0.0/8";
constexpr std::uint8_t kCableLength = 30;  // a subnet of two stations
constexpr std::uint32_t kCableBlock = 4;   // its addresses

class Proposal {
 public:
  explicit Proposal(const pb::LoadedScenario& scenario)
      : scenario_(scenario),
        topology_(scenario.message.planning().topology()),
        checked_(checked_substrate(scenario, std::nullopt)) {
    find_violin();
    read_vhosts();
    read_demands();
    if (topology_.has_cost_per_trunk() && !vrouters()) {
      error("planning.topology.cost_per_trunk",
            "makes a mesh, and the trunks of a vLAN are a tree; take 'kind: vrouters'");
    }
    if (!errors_.empty()) {
      throw pb::ScenarioError(std::move(errors_));
    }
  }

  ProposedTopology run(const placement::PlanOptions& options) && {
    request_.kind =
        vrouters() ? TopologyRequest::Kind::kVRouters : TopologyRequest::Kind::kVSwitches;
    request_.budget = topology_.budget();
    request_.cost_per_entity = topology_.cost_per_entity();
    if (topology_.has_cost_per_trunk()) {
      request_.cost_per_trunk = topology_.cost_per_trunk();
    }
    const TopologyPlan plan = plan_topology(checked_.substrate, request_, options);
    return {built(plan), plan.bound};
  }

 private:
  bool vrouters() const { return topology_.kind() == pb::PlannedTopology::VROUTERS; }
  void error(const std::string& path, std::string what) {
    errors_.push_back(scenario_.diagnostic(path, std::move(what)));
  }

  void find_violin() {
    const auto& violins = scenario_.message.violins();
    for (int i = 0; i < violins.size(); ++i) {
      if (violins[i].name() == topology_.violin() ||
          (topology_.violin().empty() && violins.size() == 1)) {
        violin_ = i;
      }
    }
    if (violin_ < 0) {
      throw pb::ScenarioError({scenario_.diagnostic(
          "planning.topology",
          "says of no VIOLIN, or of none that there is; name one with 'violin'")});
    }
    if (message().vswitches_size() + message().vrouters_size() + message().vhost_groups_size() >
            0 ||
        !message().substrate().empty()) {
      error(path(),
            "has vSwitches, vRouters or groups, or runs on another VIOLIN; a topology is "
            "proposed where there are only vHosts on the substrate");
    }
  }
  const pb::Violin& message() const { return scenario_.message.violins(violin_); }
  std::string path() const { return fmt::format("violins[{}]", violin_); }

  void read_vhosts() {
    for (int i = 0; i < message().vhosts_size(); ++i) {
      const pb::VHost& vhost = message().vhosts(i);
      const std::string at = fmt::format("{}.vhosts[{}]", path(), i);
      const auto host = checked_.substrate.find(vhost.host());
      if (!host) {
        error(at, "needs a host: the topology is found for vHosts that stay where they are");
        continue;
      }
      if (vhost.nics_size() != 1 || !vhost.nics(0).to().empty()) {
        error(at, "needs one vNIC that leads nowhere yet");
      }
      indices_[vhost.name()] = request_.vhosts.size();
      request_.vhosts.push_back(*host);
    }
  }

  std::optional<std::size_t> vhost(const std::string& written, const std::string& at) {
    const auto reference = pb::parse_reference(written);
    const auto found = reference ? indices_.find(reference->entity) : indices_.end();
    if (found == indices_.end()) {
      error(at, fmt::format("'{}' is no vHost of VIOLIN '{}'", written, message().name()));
      return std::nullopt;
    }
    return found->second;
  }

  std::uint32_t mtu(std::size_t index) const {
    const auto& nics = message().vhosts(static_cast<int>(index)).nics();
    const auto written = nics.empty() ? std::nullopt : pb::size(nics[0].mtu());
    return static_cast<std::uint32_t>(written.value_or(Bytes{1500}).value);
  }

  void read_demands() {
    const pb::Planning& planning = scenario_.message.planning();
    for (int i = 0; i < planning.demands_size(); ++i) {
      const pb::PlannedDemand& demand = planning.demands(i);
      pb::Flow flow;
      flow.mutable_cbr()->set_rate(demand.rate());
      flow.mutable_cbr()->set_size(demand.size());
      add_flow(demand.from(), demand.to(), offered_by(flow),
               fmt::format("planning.demands[{}]", i));
    }
    for (int i = 0; planning.demands_size() == 0 && i < scenario_.message.traffic_size(); ++i) {
      const pb::Flow& flow = scenario_.message.traffic(i);
      const std::string at = fmt::format("traffic[{}]", i);
      if (flow.members_size() == 0) {
        add_flow(flow.from(), flow.to(), offered_by(flow), at);
      } else if (const auto offered = offered_by(flow)) {
        add_group(flow.from(), at + ".from", flow.members(), at + ".members", offered->there);
      }
    }
    for (int i = 0; i < planning.multicast_size(); ++i) {
      const pb::MulticastGroup& group = planning.multicast(i);
      const std::string at = fmt::format("planning.multicast[{}]", i);
      pb::Flow flow;
      flow.mutable_cbr()->set_rate(group.rate());
      flow.mutable_cbr()->set_size(group.size());
      add_group(group.source(), at + ".source", group.members(), at + ".members",
                offered_by(flow)->there);
    }
  }

  void add_flow(const std::string& from, const std::string& to,
                const std::optional<TwoWays>& offered, const std::string& at) {
    const auto source = vhost(from, at + ".from");
    const auto target = vhost(to, at + ".to");
    if (!offered || !source || !target || *source == *target) {
      return;
    }
    const OfferedFrames there = frames_of(offered->there, mtu(*source));
    request_.flows.push_back({*source, *target, there.bits_per_second, there.frames_per_second});
    if (offered->back) {
      const OfferedFrames back = frames_of(*offered->back, mtu(*target));
      request_.flows.push_back({*target, *source, back.bits_per_second, back.frames_per_second});
    }
  }

  template <typename Names>
  void add_group(const std::string& from, const std::string& from_at, const Names& members,
                 const std::string& members_at, const Offered& offered) {
    const auto source = vhost(from, from_at);
    placement::MulticastGroup added{source.value_or(0), {}};
    for (const std::string& name : members) {
      if (const auto member = vhost(name, members_at); member && member != source) {
        added.members.push_back(*member);
      }
    }
    const OfferedFrames frames = frames_of(offered, mtu(added.source));
    added.bits_per_second = frames.bits_per_second;
    added.frames_per_second = frames.frames_per_second;
    request_.groups.push_back(std::move(added));
  }

  // ---- the scenario with what is proposed

  std::string name(std::size_t hub) const {
    return fmt::format("{}{}", vrouters() ? "vRouter" : "vSwitch", hub + 1);
  }

  pb::LoadedScenario built(const TopologyPlan& plan) const {
    pb::LoadedScenario result = scenario_;
    pb::Violin& violin = *result.message.mutable_violins(violin_);
    for (std::size_t hub = 0; hub < plan.hubs.size(); ++hub) {
      const std::string& host = checked_.substrate.host(plan.hubs[hub]).name;
      const auto fill = [&](auto& entity) {
        entity.set_name(name(hub));
        entity.set_host(host);
        entity.set_memory(topology_.memory());
      };
      vrouters() ? fill(*violin.add_vrouters()) : fill(*violin.add_vswitches());
    }
    vrouters() ? route(plan, violin) : join(plan, violin);
    result.message.mutable_planning()->clear_topology();
    return result;
  }

  void join(const TopologyPlan& plan, pb::Violin& violin) const {
    for (std::size_t v = 0; v < plan.hub_of.size(); ++v) {
      violin.mutable_vhosts(static_cast<int>(v))->mutable_nics(0)->set_to(name(plan.hub_of[v]));
    }
    for (const auto& [a, b] : plan.trunks) {
      pb::Trunk& trunk = *violin.add_trunks();
      trunk.add_between(name(a));
      trunk.add_between(name(b));
      if (topology_.has_trunk()) {
        *trunk.mutable_link() = topology_.trunk();
      }
    }
  }

  // A cable is a subnet: its first address is the vRouter's, or that of the first vRouter.
  void route(const TopologyPlan& plan, pb::Violin& violin) const {
    const auto subnet =
        Ipv4Prefix::parse(topology_.subnet().empty() ? kDefaultSubnet : topology_.subnet());
    std::uint32_t block = subnet->address().bits();
    const auto address = [&](std::uint32_t station) {
      return to_string(Ipv4Interface{Ipv4Address(block + station), kCableLength});
    };
    const auto nic_of = [&](std::size_t hub, std::uint32_t station) {
      pb::Nic& nic = *violin.mutable_vrouters(static_cast<int>(hub))->add_nics();
      nic.set_address(address(station));
      return &nic;
    };
    for (std::size_t v = 0; v < plan.hub_of.size(); ++v, block += kCableBlock) {
      pb::VHost& vhost = *violin.mutable_vhosts(static_cast<int>(v));
      const auto& router = violin.vrouters(static_cast<int>(plan.hub_of[v]));
      vhost.mutable_nics(0)->set_address(address(2));
      vhost.mutable_nics(0)->set_to(fmt::format("{}.eth{}", router.name(), router.nics_size()));
      vhost.set_gateway(to_string(Ipv4Address(block + 1)));
      nic_of(plan.hub_of[v], 1);
    }
    for (std::size_t t = 0; t < plan.trunks.size(); ++t, block += kCableBlock) {
      const auto [a, b] = plan.trunks[t];
      const auto& far = violin.vrouters(static_cast<int>(b));
      const std::string to = fmt::format("{}.eth{}", far.name(), far.nics_size());
      pb::Nic& nic = *nic_of(a, 1);
      nic.set_to(to);
      if (topology_.has_trunk()) {
        *nic.mutable_link() = topology_.trunk();
      }
      nic_of(b, 2);
    }
  }

  const pb::LoadedScenario& scenario_;
  const pb::PlannedTopology& topology_;
  CheckedSubstrate checked_;
  int violin_ = -1;
  TopologyRequest request_;
  std::map<std::string, std::size_t> indices_;  // of vHosts
  std::vector<pb::Diagnostic> errors_;
};

}  // namespace

ProposedTopology propose_topology(const pb::LoadedScenario& scenario,
                                  const placement::PlanOptions& options) {
  return Proposal(scenario).run(options);
}

}  // namespace violin
