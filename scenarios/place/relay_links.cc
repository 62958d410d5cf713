#include "scenarios/place/relay_links.h"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/place/without_groups.h"

namespace violin {

namespace pb = scenario;

namespace {

// Nothing of the VIOLIN's default link.
pb::Link unlimited() {
  pb::Link link;
  link.set_rate("1000Gbit/s");
  link.mutable_delay()->set_constant("0s");
  link.mutable_loss()->set_probability("0");
  link.mutable_queue()->set_frames(UINT32_MAX);
  link.set_duplicate("0");
  link.set_corrupt("0");
  return link;
}

class Relaying {
 public:
  Relaying(const Planning& planning, const placement::Assignment& placement)
      : planning_(planning),
        result_(with_plan(without_groups(planning.builder()), planning.problem(), placement)) {}

  void add(const placement::Relay& relay) {
    const VirtualLink& link = planning_.link(relay.link);
    const Node& first = *link.ends[0].node;
    pb::Violin& violin = *std::ranges::find(*result_.message.mutable_violins(),
                                            first.network.name(), &pb::Violin::name);
    const std::string name = fmt::format("relay{}", ++made_);
    violin.add_vswitches()->set_name(name);
    pb::Assignment& assignment = *result_.message.add_plan();
    assignment.set_entity(violin.name() + "/" + name);
    assignment.set_host(planning_.problem().substrate.host(relay.over).name);
    if (first.kind == EntityKind::kVSwitch) {
      split_trunk(link, name, violin);
    } else {
      split_cable(link, name, violin);
    }
  }

  pb::LoadedScenario take() && { return std::move(result_); }

 private:
  static void join(pb::Violin& violin, const std::string& a, std::string_view b,
                   const pb::Link& link) {
    pb::Trunk& trunk = *violin.add_trunks();
    trunk.add_between(a);
    trunk.add_between(std::string(b));
    *trunk.mutable_link() = link;
  }

  static void split_trunk(const VirtualLink& link, const std::string& relay, pb::Violin& violin) {
    const std::string_view near = link.ends[0].node->name();
    const std::string_view far = link.ends[1].node->name();
    for (pb::Trunk& trunk : *violin.mutable_trunks()) {
      if (trunk.between(0) == near && trunk.between(1) == far) {
        trunk.set_between(1, relay);
      }
    }
    join(violin, relay, far, unlimited());
  }

  // The vNIC that was given first leads to the relay; so does the other, or a trunk to its vSwitch.
  static void split_cable(const VirtualLink& link, const std::string& relay, pb::Violin& violin) {
    plug(link.ends[0], relay, violin, nullptr);
    if (link.ends[1].node->kind == EntityKind::kVSwitch) {
      join(violin, relay, link.ends[1].node->name(), unlimited());
    } else {
      const pb::Link half = unlimited();
      plug(link.ends[1], relay, violin, &half);
    }
  }

  static void plug(const LinkEnd& end, const std::string& relay, pb::Violin& violin,
                   const pb::Link* link) {
    const std::string name = end.node->nic_at(end.port).name;
    const auto replug = [&](auto& entities) {
      for (auto& entity : entities) {
        for (int i = 0; entity.name() == end.node->name() && i < entity.nics_size(); ++i) {
          pb::Nic& nic = *entity.mutable_nics(i);
          if (pb::nic_name(nic, i) != name) {
            continue;
          }
          nic.set_to(relay);
          if (link != nullptr) {
            nic.clear_egress();
            nic.clear_ingress();
            *nic.mutable_link() = *link;
          }
        }
      }
    };
    replug(*violin.mutable_vhosts());
    replug(*violin.mutable_vrouters());
  }

  const Planning& planning_;
  pb::LoadedScenario result_;
  int made_ = 0;
};

}  // namespace

pb::LoadedScenario with_relays(const Planning& planning, const placement::Assignment& placement,
                               std::span<const placement::Relay> relays) {
  Relaying relaying(planning, placement);
  for (const placement::Relay& relay : relays) {
    relaying.add(relay);
  }
  return std::move(relaying).take();
}

}  // namespace violin
