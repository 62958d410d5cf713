// Makes the network that a scenario describes, and the parts that its timeline adds later.
#pragma once

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "scenarios/build/link_spec.h"
#include "scenarios/build/network.h"
#include "scenarios/load/load.h"
#include "scenarios/load/names.h"
#include "scenarios/load/plan.h"

namespace violin {

// The scenario is valid, but the substrate cannot hold it.
class InfeasibleError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class ScenarioBuilder {
 public:
  enum class Purpose : std::uint8_t {
    kRun,
    kPlan,  // entities without a host are put on the first one, and memory is not checked
  };

  // The scenario has been validated. It, the kernel and the network outlive the builder.
  ScenarioBuilder(const scenario::LoadedScenario& scenario, Network& network,
                  Purpose purpose = Purpose::kRun);

  // Everything that is there when the run begins. Throws scenario::ScenarioError for what only
  // shows with the substrate at hand, InfeasibleError where hosts have too little memory.
  void build();

  // Of entities that the timeline adds: everything that `entities` lists, wired. `path` is the
  // message's in the scenario.
  template <typename Entities>
  void add_entities(VirtualNetwork& violin, const Entities& entities, const std::string& path) {
    for (int i = 0; i < entities.vswitches_size(); ++i) {
      add(violin, entities.vswitches(i), item(path, "vswitches", i));
    }
    for (int i = 0; i < entities.vrouters_size(); ++i) {
      add(violin, entities.vrouters(i), item(path, "vrouters", i));
    }
    for (int i = 0; i < entities.vhosts_size(); ++i) {
      add(violin, entities.vhosts(i), item(path, "vhosts", i));
    }
    for (const scenario::Trunk& trunk : entities.trunks()) {
      add(violin, trunk);
    }
    for (const auto& vrouter : entities.vrouters()) {
      wire(violin, vrouter);
    }
    for (const auto& vhost : entities.vhosts()) {
      wire(violin, vhost);
    }
    for (const auto& vrouter : entities.vrouters()) {
      add_routes(*violin.find(vrouter.name()), vrouter);
    }
    for (const auto& vhost : entities.vhosts()) {
      add_routes(*violin.find(vhost.name()), vhost);
    }
  }

  Node& add(VirtualNetwork& violin, const scenario::VSwitch& vswitch, const std::string& path);
  Node& add(VirtualNetwork& violin, const scenario::VRouter& vrouter, const std::string& path);
  Node& add(VirtualNetwork& violin, const scenario::VHost& vhost, const std::string& path);
  void add(VirtualNetwork& violin, const scenario::Trunk& trunk);
  Nic& add_nic(Node& node, const scenario::Nic& nic, int position, const std::string& path);
  // Plugs the vNIC's cable where `to` says, unless it has one. The cable is one of this kind, else
  // what the vNIC says of its links.
  void wire(Node& node, const scenario::Nic& nic, const std::string& name,
            const std::shared_ptr<const LinkSpec>& spec = nullptr);

  // "vHost1" or "violin/vHost1"; nullptr if there is none now, or several without the VIOLIN told.
  Node* find(const std::string& reference) const;
  // The members of a group, in order; empty if there is none of that name.
  const std::vector<Node*>& group(const std::string& reference) const;
  Placement place(const VirtualNetwork& violin, const std::string& host,
                  const std::string& path) const;
  // Of an entity: the plan goes before what it says itself.
  Placement planned_place(const VirtualNetwork& violin, const std::string& entity,
                          const std::string& host, const std::string& path) const;
  // Cables of this VIOLIN: its default under what is said.
  std::shared_ptr<const LinkSpec> link_spec(const VirtualNetwork& violin, const scenario::Nic& nic);
  std::shared_ptr<const LinkSpec> link_spec(const VirtualNetwork& violin,
                                            const scenario::Link& link);
  // The link's, as seen from that vNIC: a to b leads away from it.
  std::shared_ptr<const LinkSpec> spec_from(const VirtualLink& link, const Node& node,
                                            PortIndex port) {
    return link.begins_at(node, port) ? link.spec : link_specs_.reversed(*link.spec);
  }
  // The link's, with what `change` says put over both directions.
  std::shared_ptr<const LinkSpec> changed_spec(const VirtualLink& link,
                                               const scenario::Link& change) {
    return link_specs_.changed(*link.spec, change);
  }
  Network& network() const { return network_; }
  const scenario::LoadedScenario& scenario() const { return scenario_; }

 private:
  static std::string item(const std::string& path, const char* field, int i) {
    return path + "." + field + "[" + std::to_string(i) + "]";
  }

  void build_violin(int index);
  void expand(VirtualNetwork& violin, const scenario::VHostGroup& group, const std::string& path);
  std::vector<Placement> group_places(const VirtualNetwork& violin,
                                      const scenario::VHostGroup& group, const std::string& path);
  Node& group_lan(VirtualNetwork& violin, const scenario::VHostGroup& group, std::uint32_t lan,
                  Placement place, const std::string& path);
  Placement planned_place(const VirtualNetwork& violin, const std::string& entity,
                          Placement otherwise, const std::string& path) const;

  template <typename Owner>
  void wire(VirtualNetwork& violin, const Owner& owner) {
    Node& node = *violin.find(owner.name());
    for (int i = 0; i < owner.nics_size(); ++i) {
      wire(node, owner.nics(i), scenario::nic_name(owner.nics(i), i));
    }
  }
  void add_routes(Node& node, const scenario::VRouter& vrouter);
  void add_routes(Node& node, const scenario::VHost& vhost);
  const scenario::Violin& violin_message(const VirtualNetwork& violin) const;
  void claim_memory(Node& node, const std::string& memory);
  void check_memory() const;
  [[noreturn]] void fail(const std::string& path, const std::string& what) const;

  const scenario::LoadedScenario& scenario_;
  Network& network_;
  Purpose purpose_;
  scenario::Plan plan_;
  LinkSpecs link_specs_;
  std::map<std::string, std::vector<Node*>, std::less<>> groups_;  // by violin/group
  std::map<HostId, Bytes> memory_;                                 // claimed
};

}  // namespace violin
