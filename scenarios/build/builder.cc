#include "scenarios/build/builder.h"

#include <algorithm>

#include "core/require.h"
#include "scenarios/load/did_you_mean.h"
#include "scenarios/load/quantities.h"

namespace violin {

namespace pb = scenario;

ScenarioBuilder::ScenarioBuilder(const pb::LoadedScenario& scenario, Network& network,
                                 Purpose purpose)
    : scenario_(scenario),
      network_(network),
      purpose_(purpose),
      plan_(scenario.message),
      link_specs_(scenario) {}

void ScenarioBuilder::fail(const std::string& path, const std::string& what) const {
  throw pb::ScenarioError({scenario_.diagnostic(path, what)});
}

// A VIOLIN follows the one that carries it; validation has refused cycles.
void ScenarioBuilder::build() {
  const auto& violins = scenario_.message.violins();
  std::vector<bool> built(static_cast<std::size_t>(violins.size()));
  for (int left = violins.size(); left > 0;) {
    for (int i = 0; i < violins.size(); ++i) {
      const std::string& lower = violins[i].substrate();
      if (!built[static_cast<std::size_t>(i)] &&
          (lower.empty() || network_.find(lower) != nullptr)) {
        build_violin(i);
        built[static_cast<std::size_t>(i)] = true;
        --left;
      }
    }
  }
  if (purpose_ == Purpose::kRun) {
    check_memory();
  }
  for (const auto& violin : network_.networks()) {
    network_.compute_routes(*violin);
  }
}

void ScenarioBuilder::build_violin(int index) {
  const pb::Violin& message = scenario_.message.violins(index);
  const std::string path = "violins[" + std::to_string(index) + "]";
  RoutingPolicy routing;
  routing.automatic = message.routing().mode() == pb::Routing::AUTO;
  routing.convergence = pb::duration(message.routing().convergence()).value_or(routing.convergence);
  VirtualNetwork& violin =
      network_.add_network(message.name(), network_.find(message.substrate()), routing);
  add_entities(violin, message, path);
  for (int i = 0; i < message.vhost_groups_size(); ++i) {
    expand(violin, message.vhost_groups(i), item(path, "vhost_groups", i));
  }
}

const pb::Violin& ScenarioBuilder::violin_message(const VirtualNetwork& violin) const {
  const auto& violins = scenario_.message.violins();
  const auto found = std::ranges::find(violins, violin.name(), &pb::Violin::name);
  require(found != violins.end(), "every VIOLIN comes from the scenario");
  return *found;
}

// ---- where things run

Placement ScenarioBuilder::planned_place(const VirtualNetwork& violin, const std::string& entity,
                                         const std::string& host, const std::string& path) const {
  const std::string* planned = plan_.host_of(violin.name(), entity);
  if (planned == nullptr && host.empty() && purpose_ == Purpose::kPlan &&
      violin.lower() == nullptr) {
    return HostId{0};
  }
  return place(violin, planned == nullptr ? host : *planned, path);
}

Placement ScenarioBuilder::planned_place(const VirtualNetwork& violin, const std::string& entity,
                                         Placement otherwise, const std::string& path) const {
  const std::string* planned = plan_.host_of(violin.name(), entity);
  return planned == nullptr ? otherwise : place(violin, *planned, path);
}

Placement ScenarioBuilder::place(const VirtualNetwork& violin, const std::string& host,
                                 const std::string& path) const {
  if (host.empty()) {
    fail(path, "has no overlay host: say on which with 'host'");
  }
  std::vector<std::string> names;
  if (violin.lower() != nullptr) {
    Node* node = violin.lower()->find(host);
    if (node != nullptr && node->kind == EntityKind::kVHost) {
      return node;
    }
    for (const auto& known : violin.lower()->nodes()) {
      if (known->kind == EntityKind::kVHost) {
        names.emplace_back(known->name());
      }
    }
    fail(path + ".host", "VIOLIN '" + violin.lower()->name() + "' has no vHost '" + host + "'" +
                             pb::did_you_mean(host, names));
  }
  if (const auto id = network_.substrate().find(host)) {
    return *id;
  }
  for (const OverlayHost& known : network_.substrate().hosts()) {
    names.push_back(known.name);
  }
  fail(path + ".host", "the substrate has no host '" + host + "'" + pb::did_you_mean(host, names));
}

void ScenarioBuilder::claim_memory(Node& node, const std::string& memory) {
  node.memory = pb::size(memory).value_or(Bytes{});
  if (const auto* host = std::get_if<HostId>(&node.place)) {
    memory_[*host] += node.memory;
  }
}

void ScenarioBuilder::check_memory() const {
  std::string problems;
  for (const auto& [id, claimed] : memory_) {
    const OverlayHost& host = network_.substrate().host(id);
    if (host.memory && claimed > *host.memory) {
      problems += (problems.empty() ? "" : "\n") + std::string("host '") + host.name + "' has " +
                  to_string(*host.memory) + " of memory, but its entities need " +
                  to_string(claimed) + ": move some of them elsewhere";
    }
  }
  if (!problems.empty()) {
    throw InfeasibleError(problems);
  }
}

// ---- entities

namespace {

StormControl storm_control(const pb::StormControl& control) {
  constexpr std::uint32_t kDefaultBurst = 10;
  const StormLimit limit{{pb::frame_rate(control.rate())->per_second},
                         control.has_burst() ? control.burst() : kDefaultBurst};
  return {limit, limit, limit};
}

}  // namespace

Node& ScenarioBuilder::add(VirtualNetwork& violin, const pb::VSwitch& vswitch,
                           const std::string& path) {
  VSwitchOptions options;
  options.ageing = pb::duration(vswitch.ageing()).value_or(options.ageing);
  options.stations = vswitch.has_table_size() ? vswitch.table_size() : options.stations;
  if (vswitch.has_storm_control()) {
    options.storm_control = storm_control(vswitch.storm_control());
  }
  const Placement where = planned_place(violin, vswitch.name(), vswitch.host(), path);
  Node& node = network_.add_vswitch(violin, vswitch.name(), where, options);
  claim_memory(node, vswitch.memory());
  return node;
}

Node& ScenarioBuilder::add(VirtualNetwork& violin, const pb::VRouter& vrouter,
                           const std::string& path) {
  const Placement where = planned_place(violin, vrouter.name(), vrouter.host(), path);
  Node& node = network_.add_vrouter(violin, vrouter.name(), where);
  claim_memory(node, vrouter.memory());
  for (int i = 0; i < vrouter.nics_size(); ++i) {
    add_nic(node, vrouter.nics(i), i, item(path, "nics", i));
  }
  return node;
}

Node& ScenarioBuilder::add(VirtualNetwork& violin, const pb::VHost& vhost,
                           const std::string& path) {
  const Placement where = planned_place(violin, vhost.name(), vhost.host(), path);
  Node& node = network_.add_vhost(violin, vhost.name(), where);
  claim_memory(node, vhost.memory());
  node.automatic_gateway = vhost.gateway().empty();
  for (int i = 0; i < vhost.nics_size(); ++i) {
    add_nic(node, vhost.nics(i), i, item(path, "nics", i));
  }
  return node;
}

Nic& ScenarioBuilder::add_nic(Node& node, const pb::Nic& nic, int position,
                              const std::string& path) {
  NicSpec spec;
  spec.name = pb::nic_name(nic, position);
  if (!nic.mac().empty()) {
    spec.mac = MacAddress::parse(nic.mac());
  }
  const auto address = Ipv4Interface::parse(nic.address());
  if (!address) {
    fail(path, "vNIC '" + spec.name + "' of '" + std::string(node.name()) + "' needs an address");
  }
  spec.address = *address;
  spec.mtu = static_cast<std::uint32_t>(pb::size(nic.mtu()).value_or(Bytes{spec.mtu}).value);
  try {
    return network_.add_nic(node, spec);
  } catch (const std::invalid_argument& error) {
    fail(path, error.what());
  }
}

void ScenarioBuilder::add_routes(Node& node, const pb::VRouter& vrouter) {
  for (const pb::Route& route : vrouter.routes()) {
    node.vrouter().add_route(*Ipv4Prefix::parse(route.to()), *Ipv4Address::parse(route.via()));
  }
}

void ScenarioBuilder::add_routes(Node& node, const pb::VHost& vhost) {
  if (!vhost.gateway().empty()) {
    node.vhost().set_default_gateway(*Ipv4Address::parse(vhost.gateway()));
  }
  for (const pb::Route& route : vhost.routes()) {
    node.vhost().add_route(*Ipv4Prefix::parse(route.to()), *Ipv4Address::parse(route.via()));
  }
}

// ---- cables

std::shared_ptr<const LinkSpec> ScenarioBuilder::link_spec(const VirtualNetwork& violin,
                                                           const pb::Nic& nic) {
  const pb::Link link = merged(violin_message(violin).default_link(), nic.link());
  return link_specs_.make(merged(link, nic.egress()), merged(link, nic.ingress()));
}

std::shared_ptr<const LinkSpec> ScenarioBuilder::link_spec(const VirtualNetwork& violin,
                                                           const pb::Link& link) {
  return link_specs_.both_ways(merged(violin_message(violin).default_link(), link));
}

void ScenarioBuilder::add(VirtualNetwork& violin, const pb::Trunk& trunk) {
  network_.connect(*violin.find(trunk.between(0)), nullptr, *violin.find(trunk.between(1)), nullptr,
                   link_spec(violin, trunk.link()));
}

void ScenarioBuilder::wire(Node& node, const pb::Nic& nic, const std::string& name,
                           const std::shared_ptr<const LinkSpec>& spec) {
  Nic* own = node.find_nic(name);
  if (nic.to().empty() || own->link != nullptr) {
    return;
  }
  const auto to = pb::parse_reference(nic.to());
  Node* peer = to ? node.network.find(to->entity) : nullptr;
  require(peer != nullptr, "validation has resolved what cables lead to");
  Nic* peer_nic = peer->kind == EntityKind::kVSwitch ? nullptr : peer->find_nic(to->nic);
  network_.connect(node, own, *peer, peer_nic, spec ? spec : link_spec(node.network, nic));
}

Node* ScenarioBuilder::find(const std::string& reference) const {
  const auto parsed = pb::parse_reference(reference);
  if (!parsed) {
    return nullptr;
  }
  Node* found = nullptr;
  for (const auto& violin : network_.networks()) {
    if (!parsed->violin.empty() && violin->name() != parsed->violin) {
      continue;
    }
    if (Node* node = violin->find(parsed->entity)) {
      if (found != nullptr) {
        return nullptr;
      }
      found = node;
    }
  }
  return found;
}

// ---- groups

namespace {

bool any_matches(const pb::VHostGroup& group, std::string_view name) {
  return group.hosts().empty() || std::ranges::any_of(group.hosts(), [&](const auto& p) {
           return pb::matches_pattern(p, name);
         });
}

}  // namespace

std::vector<Placement> ScenarioBuilder::group_places(const VirtualNetwork& violin,
                                                     const pb::VHostGroup& group,
                                                     const std::string& path) {
  std::vector<Placement> places;
  if (violin.lower() != nullptr) {
    for (const auto& node : violin.lower()->nodes()) {
      if (node->kind == EntityKind::kVHost && any_matches(group, node->name())) {
        places.emplace_back(node.get());
      }
    }
  } else {
    for (std::uint32_t id = 0; id < network_.substrate().size(); ++id) {
      if (any_matches(group, network_.substrate().host(HostId{id}).name)) {
        places.emplace_back(HostId{id});
      }
    }
  }
  if (places.empty()) {
    fail(path + ".hosts", "matches no overlay host");
  }
  if (group.spread() == pb::VHostGroup::RANDOM) {
    RandomStream random = network_.kernel().random(violin.name() + "/" + group.name() + "/spread");
    std::vector<Placement> drawn(group.count());
    std::ranges::generate(drawn, [&] { return places[random() % places.size()]; });
    return drawn;
  }
  return places;
}

Node& ScenarioBuilder::group_lan(VirtualNetwork& violin, const pb::VHostGroup& group,
                                 std::uint32_t lan, Placement where, const std::string& path) {
  const std::string name = group.name() + "-lan" + std::to_string(lan);
  Node& vswitch = network_.add_vswitch(violin, name, planned_place(violin, name, where, path));
  Node& router = *violin.find(group.lans().router());
  const std::uint32_t length = group.lans().prefix_length();
  const auto base = Ipv4Prefix::parse(group.subnet())->address().bits();
  const Ipv4Address first(base + ((lan - 1) << (32 - length)) + 1);
  network_.add_nic(router, {name, std::nullopt, {first, static_cast<std::uint8_t>(length)}, 1500});
  network_.connect(router, router.find_nic(name), vswitch, nullptr,
                   link_spec(violin, group.link()));
  return vswitch;
}

void ScenarioBuilder::expand(VirtualNetwork& violin, const pb::VHostGroup& group,
                             const std::string& path) {
  const std::vector<Placement> places = group_places(violin, group, path);
  const Ipv4Prefix subnet = *Ipv4Prefix::parse(group.subnet());
  const bool lans = group.has_lans();
  const std::uint32_t lan_size = lans ? group.lans().size() : group.count();
  const std::uint32_t length = lans ? group.lans().prefix_length() : subnet.length();
  const std::uint32_t first = group.has_first() ? group.first() : 2;
  const auto mtu = static_cast<std::uint32_t>(pb::size(group.mtu()).value_or(Bytes{1500}).value);
  const auto spec = link_spec(violin, group.link());
  auto& members = groups_[violin.name() + "/" + group.name()];
  members.reserve(group.count());
  Node* vswitch = lans ? nullptr : violin.find(group.to());
  for (std::uint32_t i = 0; i < group.count(); ++i) {
    const std::string name = group.name() + std::to_string(i + 1);
    const Placement where = planned_place(violin, name, places[i % places.size()], path);
    const std::uint32_t lan = i / lan_size;
    if (lans && i % lan_size == 0) {
      vswitch = &group_lan(violin, group, lan + 1, where, path);
    }
    const std::uint32_t block = lans ? lan << (32 - length) : 0;
    const Ipv4Address address(subnet.address().bits() + block + first + i % lan_size);
    Node& node = network_.add_vhost(violin, name, where);
    claim_memory(node, group.memory());
    Nic& nic = network_.add_nic(
        node, {"eth0", std::nullopt, {address, static_cast<std::uint8_t>(length)}, mtu});
    network_.connect(node, &nic, *vswitch, nullptr, spec);
    node.automatic_gateway = group.gateway().empty();
    if (!group.gateway().empty()) {
      node.vhost().set_default_gateway(*Ipv4Address::parse(group.gateway()));
    }
    members.push_back(&node);
  }
}

const std::vector<Node*>& ScenarioBuilder::group(const std::string& reference) const {
  static const std::vector<Node*> kNone;
  const auto parsed = pb::parse_reference(reference);
  for (const auto& violin : network_.networks()) {
    if (parsed && (parsed->violin.empty() || parsed->violin == violin->name())) {
      if (const auto found = groups_.find(violin->name() + "/" + parsed->entity);
          found != groups_.end()) {
        return found->second;
      }
    }
  }
  return kNone;
}

}  // namespace violin
