#include "scenarios/run/timeline.h"

#include <algorithm>

#include "models/substrate/rtt_matrix.h"
#include "scenarios/build/build_substrate.h"
#include "scenarios/build/data_file.h"
#include "scenarios/load/quantities.h"

namespace violin {

namespace pb = scenario;

DropTotals count_drops(const Network& network) {
  DropTotals totals{};
  const auto add = [&](const Ledger& ledger) {
    if (ledger.total_drops() == 0) {
      return;
    }
    for (std::size_t i = 0; i < kDropCount; ++i) {
      totals[i] += ledger.drops(static_cast<Drop>(i));
    }
  };
  add(network.retired());
  network.for_each_component([&](const Component& component) { add(component.ledger()); });
  return totals;
}

std::vector<DropCount> list_drops(const DropTotals& drops) {
  std::vector<DropCount> list;
  for (std::size_t i = 0; i < kDropCount; ++i) {
    if (drops[i] > 0) {
      list.push_back({static_cast<Drop>(i), drops[i]});
    }
  }
  std::ranges::stable_sort(list, std::ranges::greater{}, &DropCount::frames);
  return list;
}

Timeline::Timeline(ScenarioBuilder& builder, Flows& flows)
    : builder_(builder),
      network_(builder.network()),
      flows_(flows),
      origin_(network_.kernel()),
      timer_(Timer::calling<&Timeline::on_timer>(network_.kernel(), origin_, *this)),
      traces_(builder.scenario(), network_.substrate()),
      trace_timer_(Timer::calling<&Timeline::on_trace>(network_.kernel(), origin_, *this)) {
  read_measurements();
  arm_next();
}

void Timeline::read_measurements() {
  const auto& events = builder_.scenario().message.timeline();
  for (int i = 0; i < events.size(); ++i) {
    const std::string& written = events[i].set_substrate().rtt_matrix();
    if (written.empty() || measurements_.contains(written)) {
      continue;
    }
    const DataFile file(written, builder_.scenario());
    DelayMatrix delays = load_rtt_delays(file.source());
    if (delays.size() != network_.substrate().size()) {
      fail("timeline[" + std::to_string(i) + "].set_substrate.rtt_matrix",
           "is of " + std::to_string(delays.size()) + " hosts; the substrate has " +
               std::to_string(network_.substrate().size()));
    }
    measurements_.emplace(written, std::move(delays));
  }
}

void Timeline::migrate(Node& node, HostId host, Duration downtime, const std::string& why) {
  const std::string what =
      why + ": migrate " + std::string(node.name()) + " to " + network_.substrate().host(host).name;
  happened_.push_back({{network_.kernel().now(), what, {}}, count_drops(network_)});
  network_.migrate(node, host, downtime);
}

void Timeline::arm_next() {
  const auto& events = builder_.scenario().message.timeline();
  if (next_ < events.size()) {
    timer_.arm(kRunStart + *pb::duration(events[next_].at()));
  }
}

void Timeline::on_timer() {
  const auto& events = builder_.scenario().message.timeline();
  note(events[next_]);
  apply(events[next_], "timeline[" + std::to_string(next_) + "]");
  ++next_;
  arm_next();
}

void Timeline::apply(const pb::Event& event) {
  note(event);
  apply(event, "change");
}

void Timeline::note(const pb::Event& event) {
  happened_.push_back({{network_.kernel().now(), describe(event), {}}, count_drops(network_)});
}

void Timeline::on_trace() {
  traces_.apply_due(network_.substrate(), network_.kernel().now());
  network_.follow_substrate();
  arm_trace();
}

void Timeline::arm_trace() {
  if (const auto due = traces_.next_due()) {
    trace_timer_.arm(*due);
  }
}

std::vector<EventResult> Timeline::results() const {
  std::vector<EventResult> results;
  const DropTotals now = count_drops(network_);
  for (std::size_t i = 0; i < happened_.size(); ++i) {
    const DropTotals& after = i + 1 < happened_.size() ? happened_[i + 1].before : now;
    DropTotals cost{};
    for (std::size_t reason = 0; reason < kDropCount; ++reason) {
      cost[reason] = after[reason] - happened_[i].before[reason];
    }
    results.push_back(happened_[i].event);
    results.back().drops = list_drops(cost);
  }
  return results;
}

std::string Timeline::describe(const pb::Event& event) const {
  switch (event.action_case()) {
    case pb::Event::kAdd:
      return "add";
    case pb::Event::kRemove:
      return "remove " + event.remove();
    case pb::Event::kAddNic:
      return "add_nic " + event.add_nic().entity();
    case pb::Event::kRemoveNic:
      return "remove_nic " + event.remove_nic();
    case pb::Event::kRewire:
      return "rewire " + event.rewire().nic() +
             (event.rewire().to().empty() ? " off" : " to " + event.rewire().to());
    case pb::Event::kMigrate:
      return "migrate " + event.migrate().entity() + " to " + event.migrate().host();
    case pb::Event::kLink:
      return "link " +
             (event.link().nic().empty() && event.link().trunk_size() == 2
                  ? event.link().trunk(0) + "-" + event.link().trunk(1)
                  : event.link().nic()) +
             (event.link().has_up() ? (event.link().up() ? " up" : " down") : "");
    case pb::Event::kFailHost:
      return "fail_host " + event.fail_host();
    case pb::Event::kRestoreHost:
      return "restore_host " + event.restore_host();
    case pb::Event::kGraftLan:
      return "graft_lan " + event.graft_lan().vswitch().name() + " on " +
             event.graft_lan().router();
    case pb::Event::kSetSubstrate:
      return "set_substrate";
    case pb::Event::kStartTraffic:
      return "start_traffic " + event.start_traffic();
    case pb::Event::kStopTraffic:
      return "stop_traffic " + event.stop_traffic();
    case pb::Event::ACTION_NOT_SET:
      break;
  }
  return "nothing";
}

void Timeline::apply(const pb::Event& event, const std::string& path) {
  try {
    switch (event.action_case()) {
      case pb::Event::kAdd:
        return add(event.add(), path + ".add");
      case pb::Event::kRemove:
        return remove(event.remove(), path + ".remove");
      case pb::Event::kAddNic:
        return add_nic(event.add_nic(), path + ".add_nic");
      case pb::Event::kRemoveNic:
        return remove_nic(event.remove_nic(), path + ".remove_nic");
      case pb::Event::kRewire:
        return rewire(event.rewire(), path + ".rewire");
      case pb::Event::kMigrate:
        return migrate(event.migrate(), path + ".migrate");
      case pb::Event::kLink:
        return change_link(event.link(), path + ".link");
      case pb::Event::kFailHost:
        return set_host_up(event.fail_host(), false, path + ".fail_host");
      case pb::Event::kRestoreHost:
        return set_host_up(event.restore_host(), true, path + ".restore_host");
      case pb::Event::kGraftLan:
        return graft(event.graft_lan(), path + ".graft_lan");
      case pb::Event::kSetSubstrate:
        return change_substrate(event.set_substrate(), path + ".set_substrate");
      case pb::Event::kStartTraffic:
        if (!flows_.start(event.start_traffic())) {
          fail(path + ".start_traffic", "there is no flow '" + event.start_traffic() + "'");
        }
        return;
      case pb::Event::kStopTraffic:
        if (!flows_.stop(event.stop_traffic())) {
          fail(path + ".stop_traffic", "there is no flow '" + event.stop_traffic() + "'");
        }
        return;
      case pb::Event::ACTION_NOT_SET:
        return;
    }
  } catch (const std::invalid_argument& error) {
    fail(path, error.what());
  }
}

void Timeline::fail(const std::string& path, const std::string& what) const {
  throw pb::ScenarioError({builder_.scenario().diagnostic(path, what)});
}

// ---- whom an event is about

Node& Timeline::entity(const std::string& reference, const std::string& path) const {
  Node* node = builder_.find(reference);
  if (node == nullptr) {
    fail(path, "there is no '" + reference + "' at that time");
  }
  return *node;
}

std::pair<Node*, Nic*> Timeline::nic(const std::string& reference, const std::string& path) const {
  const std::size_t dot = reference.rfind('.');
  Node& node = entity(reference.substr(0, dot), path);
  Nic* found = node.find_nic(dot == std::string::npos ? "" : reference.substr(dot + 1));
  if (found == nullptr) {
    fail(path, "there is no vNIC '" + reference + "' at that time");
  }
  return {&node, found};
}

HostId Timeline::host(const std::string& name, const std::string& path) const {
  const auto id = network_.substrate().find(name);
  if (!id) {
    fail(path, "the substrate has no host '" + name + "'");
  }
  return *id;
}

// ---- the events

void Timeline::add(const pb::Addition& addition, const std::string& path) {
  VirtualNetwork* violin = addition.violin().empty() ? network_.networks().front().get()
                                                     : network_.find(addition.violin());
  if (violin == nullptr) {
    fail(path + ".violin", "there is no VIOLIN '" + addition.violin() + "'");
  }
  builder_.add_entities(*violin, addition, path);
}

void Timeline::remove(const std::string& reference, const std::string& path) {
  Node& node = entity(reference, path);
  forget(node);
  network_.remove(node);
}

// Of the node and of whatever higher VIOLINs have on it.
void Timeline::forget(const Node& node) {
  for (const Node* hosted : network_.hosted_on(node)) {
    forget(*hosted);
  }
  flows_.leave(node);
  for (const Nic& nic : node.nics) {
    cables_.erase(node.full_name() + "." + nic.name);
  }
}

void Timeline::add_nic(const pb::NicAddition& addition, const std::string& path) {
  Node& node = entity(addition.entity(), path + ".entity");
  const int position = static_cast<int>(node.nics.size());
  const std::string name = builder_.add_nic(node, addition.nic(), position, path + ".nic").name;
  builder_.wire(node, addition.nic(), name);
}

void Timeline::remove_nic(const std::string& reference, const std::string& path) {
  const auto [node, found] = nic(reference, path);
  const std::string name = found->name;
  cables_.erase(node->full_name() + "." + name);
  network_.remove_nic(*node, name);
}

void Timeline::rewire(const pb::Rewiring& rewiring, const std::string& path) {
  const auto [node, found] = nic(rewiring.nic(), path + ".nic");
  const std::string name = found->name;
  auto& cable = cables_[node->full_name() + "." + name];  // stays the same
  if (found->link != nullptr) {
    cable = builder_.spec_from(*found->link, *node, found->port);
    network_.disconnect(*found->link);
  }
  if (const auto address = Ipv4Interface::parse(rewiring.address())) {
    network_.readdress(*node, name, *address);
  }
  if (!rewiring.to().empty()) {
    pb::Nic plug;
    plug.set_to(rewiring.to());
    builder_.wire(*node, plug, name, cable);
  }
  if (const auto gateway = Ipv4Address::parse(rewiring.gateway())) {
    node->vhost().set_default_gateway(*gateway);
    node->automatic_gateway = false;
  }
}

void Timeline::migrate(const pb::Migration& migration, const std::string& path) {
  Node& node = entity(migration.entity(), path + ".entity");
  network_.migrate(node, builder_.place(node.network, migration.host(), path),
                   pb::duration(migration.downtime()).value_or(Duration::zero()));
}

void Timeline::change_link(const pb::LinkChange& change, const std::string& path) {
  VirtualLink* link = nullptr;
  if (change.trunk_size() == 2) {
    link = network_.find_trunk(entity(change.trunk(0), path + ".trunk[0]"),
                               entity(change.trunk(1), path + ".trunk[1]"));
  } else {
    link = nic(change.nic(), path + ".nic").second->link;
  }
  if (link == nullptr) {
    fail(path, "there is no cable at that time");
  }
  if (change.has_link()) {
    network_.configure(*link, builder_.changed_spec(*link, change.link()));
  }
  if (change.has_up()) {
    network_.set_plugged(*link, change.up());
  }
}

void Timeline::graft(const pb::LanGraft& graft, const std::string& path) {
  Node& router = entity(graft.router(), path + ".router");
  pb::Addition vswitch;
  *vswitch.add_vswitches() = graft.vswitch();
  builder_.add_entities(router.network, vswitch, path);
  pb::NicAddition nic;
  nic.set_entity(router.full_name());
  *nic.mutable_nic() = graft.nic();
  nic.mutable_nic()->set_to(graft.vswitch().name());
  add_nic(nic, path);
  pb::Addition vhosts;
  *vhosts.mutable_vhosts() = graft.vhosts();
  builder_.add_entities(router.network, vhosts, path);
}

void Timeline::set_host_up(const std::string& name, bool up, const std::string& path) {
  const HostId id = host(name, path);
  up ? network_.restore_host(id) : network_.fail_host(id);
}

void Timeline::change_substrate(const pb::SubstrateChange& change, const std::string& path) {
  Substrate& substrate = network_.substrate();
  if (change.has_scale()) {
    const pb::Substrate& given = builder_.scenario().message.substrate();
    substrate.set_delay_factor(change.scale() * (given.has_scale() ? given.scale() : 1));
  }
  for (int i = 0; i < change.pairs_size(); ++i) {
    const std::string at = path + ".pairs[" + std::to_string(i) + "].between";
    const pb::HostPair& pair = change.pairs(i);
    apply_pair(substrate, host(pair.between(0), at), host(pair.between(1), at), pair);
  }
  for (int i = 0; i < change.hosts_size(); ++i) {
    const pb::Host& told = change.hosts(i);
    const HostId id = host(told.name(), path + ".hosts[" + std::to_string(i) + "].name");
    if (const auto capacity = pb::frame_rate(told.capacity())) {
      substrate.set_host_capacity(id, FrameRate{capacity->per_second});
    }
    const auto both = pb::bit_rate(told.access().both());
    const auto up = pb::bit_rate(told.access().up());
    const auto down = pb::bit_rate(told.access().down());
    const OverlayHost& known = substrate.host(id);
    substrate.set_host_access(id, up ? up : (both ? both : known.access_up),
                              down ? down : (both ? both : known.access_down));
  }
  if (!change.rtt_matrix().empty()) {
    substrate.set_paths(MeasuredPaths(measurements_.at(change.rtt_matrix())));
  }
  traces_.begin(next_);
  traces_.apply_due(substrate, network_.kernel().now());
  arm_trace();
  network_.follow_substrate();
}

}  // namespace violin
