// Plays the timeline.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "scenarios/load/did_you_mean.h"
#include "scenarios/load/quantities.h"
#include "scenarios/validate/run.h"

namespace violin::scenario {

namespace {

class Timeline {
 public:
  Timeline(const LoadedScenario& scenario, const Hosts& hosts, Networks& networks, Report& report)
      : scenario_(scenario.message), hosts_(hosts), networks_(networks), report_(report) {
    for (const Flow& flow : scenario_.traffic()) {
      flows_.push_back(flow.name());
    }
  }

  void play() {
    const Duration end = duration(scenario_.duration()).value_or(Duration::max());
    Duration before{};
    for (int i = 0; i < scenario_.timeline_size(); ++i) {
      const Event& event = scenario_.timeline(i);
      now_ = duration(event.at()).value_or(Duration::zero());
      path_ = item("", "timeline", i);
      if (now_ < before) {
        report_.error(path_ + ".at",
                      fmt::format("{} is before the event above, at {}; put events in order",
                                  event.at(), violin::to_string(before)));
      }
      if (now_ > end) {
        report_.error(path_ + ".at", fmt::format("{} is after the end of the run, at {}",
                                                 event.at(), scenario_.duration()));
      }
      before = std::max(before, now_);
      play(event);
    }
  }

 private:
  void play(const Event& event) {
    switch (event.action_case()) {
      case Event::kAdd:
        return add(event.add(), path_ + ".add");
      case Event::kRemove:
        return remove(event.remove());
      case Event::kAddNic:
        return add_nic(event.add_nic(), path_ + ".add_nic");
      case Event::kRemoveNic:
        return remove_nic(event.remove_nic());
      case Event::kRewire:
        return rewire(event.rewire(), path_ + ".rewire");
      case Event::kMigrate:
        return migrate(event.migrate(), path_ + ".migrate");
      case Event::kLink:
        return change_link(event.link(), path_ + ".link");
      case Event::kFailHost:
        return fail_host(event.fail_host());
      case Event::kRestoreHost:
        return restore_host(event.restore_host());
      case Event::kGraftLan:
        return graft_lan(event.graft_lan(), path_ + ".graft_lan");
      case Event::kSetSubstrate:
        return set_substrate(event.set_substrate(), path_ + ".set_substrate");
      case Event::kStartTraffic:
        return check_flow(event.start_traffic(), path_ + ".start_traffic");
      case Event::kStopTraffic:
        return check_flow(event.stop_traffic(), path_ + ".stop_traffic");
      case Event::ACTION_NOT_SET:
        return;
    }
  }

  // ---- entities

  template <typename Message>
  EntityState* add_entity(NetworkInRun& network, const Message& message, const std::string& path) {
    EntityState* entity = network.state.add(message, path);
    if (entity != nullptr) {
      check_carrier(network, message.host(), path);
      networks_.remember(network, *entity, now_);
    }
    return entity;
  }

  template <typename Messages>
  void connect_all(NetworkInRun& network, const Messages& messages) {
    for (const auto& message : messages) {
      if (EntityState* entity = network.state.find(message.name())) {
        network.state.connect_all(*entity, message, entity->path);
        network.addressing.check_next_hops(*entity);
      }
    }
  }

  void add(const Addition& addition, const std::string& path) {
    NetworkInRun* network = networks_.network(addition.violin(), path + ".violin");
    if (network == nullptr) {
      return;
    }
    for (int i = 0; i < addition.vswitches_size(); ++i) {
      add_entity(*network, addition.vswitches(i), item(path, "vswitches", i));
    }
    for (int i = 0; i < addition.vrouters_size(); ++i) {
      add_entity(*network, addition.vrouters(i), item(path, "vrouters", i));
    }
    for (int i = 0; i < addition.vhosts_size(); ++i) {
      add_entity(*network, addition.vhosts(i), item(path, "vhosts", i));
    }
    for (int i = 0; i < addition.trunks_size(); ++i) {
      network->state.add(addition.trunks(i), item(path, "trunks", i));
    }
    connect_all(*network, addition.vrouters());
    connect_all(*network, addition.vhosts());
    network->addressing.check_lans();
    network->addressing.check_loops();
  }

  void remove(const std::string& reference) {
    if (const auto found = find(reference, path_ + ".remove")) {
      remove(*found.network, parse_reference(reference)->entity);
    }
  }

  // With what higher VIOLINs have on it.
  void remove(NetworkInRun& network, const std::string& name) {
    for (const auto& higher : networks_.all()) {
      if (higher->state.message().substrate() != network.state.name()) {
        continue;
      }
      std::vector<std::string> hosted;
      for (const auto& [entity_name, entity] : higher->state.entities()) {
        if (entity->host == name) {
          hosted.push_back(entity_name);
        }
      }
      for (const std::string& entity_name : hosted) {
        remove(*higher, entity_name);
      }
    }
    network.state.remove(name);
  }

  // What is to carry an entity from now on must be there now, if it is another VIOLIN's vHost.
  void check_carrier(const NetworkInRun& network, const std::string& host,
                     const std::string& path) {
    for (const auto& lower : networks_.all()) {
      if (lower->state.name() == network.state.message().substrate() &&
          hosts_.is_vhost(lower->state.index(), host) && lower->state.find(host) == nullptr &&
          lower->state.group_of_member(host) == nullptr) {
        report_.error(path + ".host", fmt::format("VIOLIN '{}' has no '{}' at this time",
                                                  lower->state.name(), host));
      }
    }
  }

  void migrate(const Migration& migration, const std::string& path) {
    const auto found = find(migration.entity(), path + ".entity");
    if (!found || !hosts_.check(found.network->state.index(), migration.host(), path) ||
        found.entity == nullptr) {
      return;
    }
    if (found.entity->host == migration.host()) {
      report_.warning(path + ".host",
                      fmt::format("'{}' is on '{}' already", found.entity->name, migration.host()));
    }
    check_carrier(*found.network, migration.host(), path);
    found.entity->host = migration.host();
  }

  void graft_lan(const LanGraft& graft, const std::string& path) {
    const auto found = find(graft.router(), path + ".router");
    if (!found) {
      return;
    }
    if (found.kind() != Kind::kVRouter) {
      report_.error(path + ".router", fmt::format("'{}' is a {}; a vLAN is grafted on a vRouter",
                                                  graft.router(), to_string(found.kind())));
      return;
    }
    NetworkInRun& network = *found.network;
    add_entity(network, graft.vswitch(), path + ".vswitch");
    const std::string& to = graft.nic().to();
    if (!to.empty() && to != graft.vswitch().name()) {
      report_.error(path + ".nic.to",
                    fmt::format("the new vLAN is '{}'; leave 'to' out", graft.vswitch().name()));
    }
    plug_in(network, *found.entity, graft.nic(), graft.vswitch().name(), path + ".nic");
    for (int i = 0; i < graft.vhosts_size(); ++i) {
      add_entity(network, graft.vhosts(i), item(path, "vhosts", i));
    }
    connect_all(network, graft.vhosts());
    network.addressing.check_lans();
  }

  // ---- vNICs

  // A new vNIC, and its cable.
  void plug_in(NetworkInRun& network, EntityState& entity, const Nic& nic, const std::string& to,
               const std::string& path) {
    const std::size_t before = entity.nics.size();
    network.state.add_nic(entity, nic, path);
    if (entity.nics.size() > before) {
      network.state.connect(entity, entity.nics.back(), to, path + ".to");
      networks_.remember(network, entity, now_);
    }
  }

  void add_nic(const NicAddition& addition, const std::string& path) {
    const auto found = find(addition.entity(), path + ".entity");
    if (!found || found.entity == nullptr) {
      return;
    }
    if (found.kind() == Kind::kVSwitch) {
      report_.error(path + ".entity",
                    fmt::format("'{}' is a vSwitch, which makes its ports itself; add the vNIC to "
                                "what is plugged in",
                                addition.entity()));
      return;
    }
    plug_in(*found.network, *found.entity, addition.nic(), addition.nic().to(), path + ".nic");
    found.network->addressing.check_lans();
  }

  void remove_nic(const std::string& reference) {
    const auto [found, nic] = find_nic(reference, path_ + ".remove_nic");
    if (nic != nullptr) {
      found.network->state.remove_nic(*found.entity, nic->name);
    }
  }

  void rewire(const Rewiring& rewiring, const std::string& path) {
    const auto [found, nic] = find_nic(rewiring.nic(), path + ".nic");
    if (nic == nullptr) {
      return;
    }
    NetworkState::disconnect(*nic);
    if (!rewiring.address().empty()) {
      found.network->state.readdress(*found.entity, *nic, rewiring.address(), path + ".address");
    }
    nic->path = path;  // what is wrong with it from now on, is so by this event
    found.network->state.connect(*found.entity, *nic, rewiring.to(), path + ".to");
    if (!rewiring.gateway().empty()) {
      if (found.kind() != Kind::kVHost) {
        report_.error(path + ".gateway", "only a vHost has a gateway");
        return;
      }
      EntityState moved = *found.entity;
      moved.path = path;
      moved.gateway = rewiring.gateway();
      moved.routes.clear();
      found.network->addressing.check_next_hops(moved);
      found.entity->gateway = rewiring.gateway();
    }
    found.network->addressing.check_lans();
  }

  void change_link(const LinkChange& change, const std::string& path) {
    if (!change.nic().empty()) {
      const auto [found, nic] = find_nic(change.nic(), path + ".nic");
      // Whether a cable leads to a group's own vSwitch is not known here.
      if (nic != nullptr && nic->peer == nullptr && found.network->state.groups().empty()) {
        report_.error(path + ".nic", fmt::format("'{}' has no cable at this time", change.nic()));
      }
    }
    if (change.trunk_size() != 2) {
      return;
    }
    const auto a = find(change.trunk(0), item(path, "trunk", 0));
    const auto b = find(change.trunk(1), item(path, "trunk", 1));
    if (a && b && (a.entity == nullptr || std::ranges::count(a.entity->trunks, b.entity) == 0)) {
      report_.error(path + ".trunk", fmt::format("there is no trunk between '{}' and '{}'",
                                                 change.trunk(0), change.trunk(1)));
    }
  }

  // ---- substrate and traffic

  void fail_host(const std::string& host) {
    if (hosts_.check_substrate(host, path_ + ".fail_host") && !failed_.insert(host).second) {
      report_.warning(path_ + ".fail_host", fmt::format("'{}' has failed already", host));
    }
  }

  void restore_host(const std::string& host) {
    if (hosts_.check_substrate(host, path_ + ".restore_host") && failed_.erase(host) == 0) {
      report_.warning(path_ + ".restore_host", fmt::format("'{}' has not failed", host));
    }
  }

  void set_substrate(const SubstrateChange& change, const std::string& path) {
    for (int i = 0; i < change.pairs_size(); ++i) {
      for (int end = 0; end < change.pairs(i).between_size(); ++end) {
        hosts_.check_substrate(change.pairs(i).between(end),
                               item(item(path, "pairs", i), "between", end));
      }
    }
    for (int i = 0; i < change.hosts_size(); ++i) {
      hosts_.check_substrate(change.hosts(i).name(), item(path, "hosts", i) + ".name");
    }
    check_traced(change.cpu_trace().hosts(), path + ".cpu_trace");
    check_traced(change.ping_trace().hosts(), path + ".ping_trace");
  }

  template <typename TracedHosts>
  void check_traced(const TracedHosts& hosts, const std::string& path) {
    for (int i = 0; i < hosts.size(); ++i) {
      hosts_.check_substrate(hosts[i].host(), item(path, "hosts", i) + ".host");
    }
  }

  void check_flow(const std::string& name, const std::string& path) {
    if (std::ranges::find(flows_, name) == flows_.end()) {
      report_.error(path,
                    fmt::format("there is no traffic '{}'{}", name, did_you_mean(name, flows_)));
    }
  }

  // ---- references

  Networks::Found find(const std::string& text, const std::string& path) {
    const auto reference = parse_reference(text);
    return reference ? networks_.find_now(*reference, path) : Networks::Found{};
  }

  // Of a group's member the vNIC is known by its name only: nullptr.
  std::pair<Networks::Found, NicState*> find_nic(const std::string& text, const std::string& path) {
    const auto reference = parse_reference(text);
    const Networks::Found found = find(text, path);
    if (!found) {
      return {};
    }
    if (found.entity == nullptr) {
      if (reference->nic != "eth0") {
        report_no_nic(*reference, {"eth0"}, path);
      }
      return {found, nullptr};
    }
    NicState* nic = found.entity->find_nic(reference->nic);
    if (nic == nullptr) {
      std::vector<std::string> known;
      for (const NicState& other : found.entity->nics) {
        known.push_back(other.name);
      }
      report_no_nic(*reference, known, path);
    }
    return {found, nic};
  }
  void report_no_nic(const Reference& reference, const std::vector<std::string>& known,
                     const std::string& path) {
    report_.error(path,
                  fmt::format("'{}' has no vNIC '{}' at this time; there are: {}", reference.entity,
                              reference.nic,
                              known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))));
  }

  const Scenario& scenario_;
  const Hosts& hosts_;
  Networks& networks_;
  Report& report_;
  std::vector<std::string> flows_;
  std::set<std::string> failed_;
  Duration now_{};
  std::string path_;
};

}  // namespace

void check_timeline(const LoadedScenario& scenario, const Hosts& hosts, Networks& networks,
                    Report& report) {
  Timeline(scenario, hosts, networks, report).play();
}

}  // namespace violin::scenario
