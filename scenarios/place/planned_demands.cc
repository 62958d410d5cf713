#include "scenarios/place/planned_demands.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "scenarios/build/flow_ends.h"
#include "scenarios/build/multicast.h"
#include "scenarios/build/trace.h"
#include "scenarios/load/quantities.h"
#include "scenarios/place/offered.h"

namespace violin {

namespace pb = scenario;
using placement::Hop;

namespace {

constexpr std::uint32_t kVxlan = 8;  // bytes before the frame that it carries

class Demands {
 public:
  Demands(PlanningContext& context, placement::Problem& problem, const std::vector<Node*>& nodes)
      : context_(context),
        scenario_(context.builder.scenario()),
        message_(scenario_.message.planning()),
        network_(context.builder.network()),
        problem_(problem),
        nodes_(nodes) {}

  std::vector<pb::Flow> read() {
    for (int i = 0; i < message_.demands_size(); ++i) {
      pb::Flow flow;
      const pb::PlannedDemand& demand = message_.demands(i);
      flow.set_name(demand.name().empty() ? fmt::format("demand{}", i) : demand.name());
      flow.set_from(demand.from());
      flow.set_to(demand.to());
      flow.mutable_cbr()->set_rate(demand.rate());
      flow.mutable_cbr()->set_size(demand.size());
      read_flow(flow, planning_item("demands", i));
    }
    for (int i = 0; i < message_.multicast_size(); ++i) {
      read_group(message_.multicast(i), i);
    }
    if (message_.demands_size() == 0) {
      for (int i = 0; i < scenario_.message.traffic_size(); ++i) {
        for (const pb::Flow& flow : one_by_one(scenario_.message.traffic(i), context_.builder)) {
          if (is_on(flow)) {
            read_flow(flow, fmt::format("traffic[{}]", i));
          }
        }
      }
    }
    if (problem_.demands.empty() && context_.errors.empty()) {
      context_.warnings.emplace_back(
          "nothing is demanded of the network, so every placement costs the same: add traffic with "
          "a rate, or planning.demands");
    }
    return std::move(flows_);
  }

 private:
  bool is_on(const pb::Flow& flow) const {
    const TimePoint now = network_.kernel().now();
    return !context_.running ||
           (kRunStart + pb::duration(flow.start()).value_or(Duration::zero()) <= now &&
            (flow.stop().empty() || now < kRunStart + *pb::duration(flow.stop())));
  }

  void read_flow(const pb::Flow& flow, const std::string& path) {
    const auto offered = offered_by(flow);
    if (!offered) {
      if (!flow.has_traceroute()) {
        context_.warnings.push_back(fmt::format(
            "'{}' does not count: give it the rate that it will need, with 'demand'", flow.name()));
      }
      return;
    }
    const Node* from = context_.builder.find(flow.from());
    if (from == nullptr || from->nics.empty()) {
      return context_.error(path + ".from",
                            fmt::format("'{}' is not there when the run begins, or has no "
                                        "vNIC; give planning.demands of those that are",
                                        flow.from()));
    }
    if (flow.members_size() > 0) {
      return add_multicast(flow.name(), *from, flow.to(), members_of(context_.builder, *from, flow),
                           offered->there, path);
    }
    const auto [to, address] = resolve(context_.builder, *from, flow.to());
    if (!address) {
      return context_.error(path + ".to",
                            fmt::format("'{}' is not there when the run begins, or has no "
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
      return context_.error(path, fmt::format("there is no way from '{}' to {}",
                                              context_.display(from), to_string(to)));
    }
    const OfferedFrames frames = frames_of(offered, from.nics.front().mtu);
    if (from.network.lower() != nullptr) {
      return carry_below(name, *way, frames, path);
    }
    const Node* owner = from.network.owner_of(to);
    problem_.demands.push_back({name,
                                context_.entities.at(&from),
                                {{context_.entities.at(owner), hops(*way)}},
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
      hops.push_back(
          {context_.links.at(crossing.link), static_cast<std::uint32_t>(crossing.direction)});
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
    pb::Flow& flow = flows_.emplace_back();
    flow.set_name(name);
    flow.set_from(from.full_name());
    flow.set_to(to);
    const double bits = offered.datagrams_per_second * 8 * offered.size;
    flow.mutable_cbr()->set_rate(fmt::format("{:.0f}bit/s", std::max(1.0, bits)));
    flow.mutable_cbr()->set_size(fmt::format("{}B", offered.size));
  }

  void read_group(const pb::MulticastGroup& group, int index) {
    const std::string path = planning_item("multicast", index);
    const auto source = context_.find(group.source(), path + ".source");
    std::vector<Node*> members;
    for (const std::string& name : group.members()) {
      if (const auto id = context_.find(name, path + ".members"); id && id != source) {
        members.push_back(nodes_[to_index(*id)]);
      }
    }
    if (!source || nodes_[to_index(*source)]->nics.empty()) {
      return;
    }
    if (members.empty()) {
      return context_.error(path + ".members", "are none besides the source");
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
      flows_.back().add_members(member->full_name());
    }
  }

  struct Reached {
    const Node* node;
    std::optional<std::vector<Crossing>> way;
  };

  // False if it cannot be planned for, which is told.
  bool add_group(const std::string& name, const Node& source, const std::vector<Reached>& reached,
                 const Offered& offered, const std::string& path) {
    if (!context_.entities.contains(&source)) {
      context_.warnings.push_back(
          fmt::format("'{}' does not count: groups of a VIOLIN on another are not followed", name));
      return false;
    }
    const OfferedFrames frames = frames_of(offered, source.nics.front().mtu);
    placement::Demand demand{
        name, context_.entities.at(&source), {}, frames.bits_per_second, frames.frames_per_second};
    for (const auto& [node, way] : reached) {
      if (!way) {
        context_.error(path, fmt::format("there is no way from '{}' to '{}'",
                                         context_.display(source), context_.display(*node)));
      } else {
        demand.receivers.push_back({context_.entities.at(node), hops(*way)});
      }
    }
    problem_.demands.push_back(std::move(demand));
    return true;
  }

  PlanningContext& context_;
  const pb::LoadedScenario& scenario_;
  const pb::Planning& message_;
  const Network& network_;
  placement::Problem& problem_;
  const std::vector<Node*>& nodes_;
  std::vector<pb::Flow> flows_;
  std::uint32_t below_ = 0;   // flows that carry others
  std::uint32_t groups_ = 0;  // that it has named
};

}  // namespace

std::vector<pb::Flow> read_demands(PlanningContext& context, placement::Problem& problem,
                                   const std::vector<Node*>& nodes) {
  return Demands(context, problem, nodes).read();
}

}  // namespace violin
