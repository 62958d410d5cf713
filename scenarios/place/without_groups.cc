#include "scenarios/place/without_groups.h"

#include <string>

#include "scenarios/build/flow_ends.h"

namespace violin {

namespace pb = scenario;

namespace {

class WrittenOut {
 public:
  explicit WrittenOut(const ScenarioBuilder& builder)
      : builder_(builder), result_(builder.scenario()) {}

  pb::LoadedScenario make() && {
    write_out_traffic();
    for (pb::Violin& violin : *result_.message.mutable_violins()) {
      for (const pb::VHostGroup& group : violin.vhost_groups()) {
        write_out(group, violin);
      }
      violin.clear_vhost_groups();
    }
    return std::move(result_);
  }

 private:
  void write_out_traffic() {
    pb::Scenario& message = result_.message;
    const auto flows = message.traffic();
    message.clear_traffic();
    for (const pb::Flow& flow : flows) {
      for (const pb::Flow& one : one_by_one(flow, builder_)) {
        *message.add_traffic() = one;
      }
    }
  }

  std::string host_of(const Node& node) const {
    if (const auto* host = std::get_if<HostId>(&node.place)) {
      return builder_.network().substrate().host(*host).name;
    }
    return std::string(std::get<Node*>(node.place)->name());
  }

  void write_out(const pb::VHostGroup& group, pb::Violin& violin) {
    for (const Node* member : builder_.group(violin.name() + "/" + group.name())) {
      const Nic& own = member->nics.front();
      const VirtualLink& link = *own.link;
      const Node& vswitch = *link.ends[link.begins_at(*member, own.port) ? 1 : 0].node;
      if (group.has_lans() && vswitch.name() != lan_) {
        lan_ = vswitch.name();
        write_out_lan(group, vswitch, violin);
      }
      pb::VHost& vhost = *violin.add_vhosts();
      vhost.set_name(std::string(member->name()));
      vhost.set_host(host_of(*member));
      vhost.set_gateway(group.gateway());
      vhost.set_memory(group.memory());
      pb::Nic& nic = *vhost.add_nics();
      nic.set_name(own.name);
      nic.set_address(to_string(*own.address));
      nic.set_mtu(group.mtu());
      nic.set_to(std::string(vswitch.name()));
      if (group.has_link()) {
        *nic.mutable_link() = group.link();
      }
    }
  }

  void write_out_lan(const pb::VHostGroup& group, const Node& vswitch, pb::Violin& violin) {
    pb::VSwitch& message = *violin.add_vswitches();
    message.set_name(lan_);
    message.set_host(host_of(vswitch));
    const Node& router = *violin_of(violin).find(group.lans().router());
    for (pb::VRouter& vrouter : *violin.mutable_vrouters()) {
      if (vrouter.name() == group.lans().router()) {
        pb::Nic& nic = *vrouter.add_nics();
        nic.set_name(lan_);
        nic.set_address(to_string(*const_nic(router, lan_).address));
        nic.set_to(lan_);
        if (group.has_link()) {
          *nic.mutable_link() = group.link();
        }
      }
    }
  }

  const VirtualNetwork& violin_of(const pb::Violin& violin) const {
    return *builder_.network().find(violin.name());
  }
  static const Nic& const_nic(const Node& node, const std::string& name) {
    return *std::ranges::find(node.nics, name, &Nic::name);
  }

  const ScenarioBuilder& builder_;
  pb::LoadedScenario result_;
  std::string lan_;  // that was written out last
};

}  // namespace

pb::LoadedScenario without_groups(const ScenarioBuilder& builder) {
  return WrittenOut(builder).make();
}

}  // namespace violin
