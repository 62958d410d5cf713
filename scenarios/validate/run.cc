#include "scenarios/validate/run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "scenarios/load/did_you_mean.h"

namespace violin::scenario {

Networks::Networks(const LoadedScenario& scenario, const Hosts& hosts, Report& report)
    : report_(report) {
  std::set<std::string> names;
  for (int i = 0; i < scenario.message.violins_size(); ++i) {
    const Violin& message = scenario.message.violins(i);
    if (!names.insert(message.name()).second) {
      report.error(item("", "violins", i) + ".name",
                   fmt::format("there is a VIOLIN '{}' before this one; choose another name",
                               message.name()));
      continue;
    }
    networks_.push_back(std::make_unique<NetworkInRun>(i, message, hosts, report));
    build(*networks_.back(), i);
    check_initial(*networks_.back());
    networks_.back()->state.begin_run();
  }
}

void Networks::build(NetworkInRun& network, int index) {
  const Violin& message = network.state.message();
  const std::string path = item("", "violins", index);
  for (int i = 0; i < message.vswitches_size(); ++i) {
    network.state.add(message.vswitches(i), item(path, "vswitches", i));
  }
  std::vector<EntityState*> vrouters;
  for (int i = 0; i < message.vrouters_size(); ++i) {
    vrouters.push_back(network.state.add(message.vrouters(i), item(path, "vrouters", i)));
  }
  std::vector<EntityState*> vhosts;
  for (int i = 0; i < message.vhosts_size(); ++i) {
    vhosts.push_back(network.state.add(message.vhosts(i), item(path, "vhosts", i)));
  }
  for (int i = 0; i < message.vhost_groups_size(); ++i) {
    network.state.add(message.vhost_groups(i), item(path, "vhost_groups", i));
  }
  for (int i = 0; i < message.trunks_size(); ++i) {
    network.state.add(message.trunks(i), item(path, "trunks", i));
  }
  for (int i = 0; i < message.vrouters_size(); ++i) {
    if (EntityState* entity = vrouters[static_cast<std::size_t>(i)]) {
      network.state.connect_all(*entity, message.vrouters(i), entity->path);
    }
  }
  for (int i = 0; i < message.vhosts_size(); ++i) {
    if (EntityState* entity = vhosts[static_cast<std::size_t>(i)]) {
      network.state.connect_all(*entity, message.vhosts(i), entity->path);
    }
  }
}

void Networks::check_initial(NetworkInRun& network) {
  network.addressing.check_lans();
  network.addressing.check_loops();
  for (const auto& [name, entity] : network.state.entities()) {
    network.addressing.check_next_hops(*entity);
    remember(network, *entity, Duration::zero());
    for (const NicState& nic : entity->nics) {
      if (nic.peer == nullptr && !nic.has_to) {
        report_.warning(nic.path, fmt::format("'{}.{}' has no cable; say where it leads, with 'to'",
                                              name, nic.name));
      }
    }
  }
}

void Networks::remember(NetworkInRun& network, const EntityState& entity, Duration since) {
  Participant& participant =
      network.ever.try_emplace(entity.name, Participant{entity.kind, since, {}}).first->second;
  for (const NicState& nic : entity.nics) {
    participant.nics.insert(nic.name);
  }
}

NetworkInRun* Networks::network(const std::string& name, const std::string& path) {
  std::vector<std::string> names;
  for (const auto& network : networks_) {
    if (network->state.name() == name || (name.empty() && networks_.size() == 1)) {
      return network.get();
    }
    names.push_back(network->state.name());
  }
  report_.error(path, name.empty() ? fmt::format("say in which VIOLIN: {}", fmt::join(names, ", "))
                                   : fmt::format("there is no VIOLIN '{}'{}", name,
                                                 did_you_mean(name, names)));
  return nullptr;
}

Networks::Found Networks::find_now(const Reference& reference, const std::string& path) {
  Found found;
  std::vector<std::string> in;
  for (const auto& network : networks_) {
    if (!reference.violin.empty() && network->state.name() != reference.violin) {
      continue;
    }
    EntityState* entity = network->state.find(reference.entity);
    if (entity != nullptr || network->state.group_of_member(reference.entity) != nullptr) {
      found = {network.get(), entity};
      in.push_back(network->state.name());
    }
  }
  if (in.empty()) {
    report_unknown(reference, path);
  } else if (in.size() > 1) {
    report_ambiguous(reference, path, in);
    return {};
  }
  return found;
}

Networks::Endpoint Networks::find_ever(const Reference& reference, const std::string& path) {
  Endpoint found;
  std::vector<std::string> in;
  for (const auto& network : networks_) {
    if (!reference.violin.empty() && network->state.name() != reference.violin) {
      continue;
    }
    Endpoint here{network.get(), reference.entity, {}, nullptr};
    const auto entity = network->ever.find(reference.entity);
    const auto group = network->state.groups().find(reference.entity);
    if (entity != network->ever.end()) {
      here.participant = entity->second;
    } else if (group != network->state.groups().end()) {
      here.group = group->second.message;
    } else if (network->state.was_group_member(reference.entity)) {
      here.participant.nics = {"eth0"};
    } else if (network->state.is_group_lan(reference.entity)) {
      here.participant.kind = Kind::kVSwitch;
    } else {
      here.network = nullptr;
    }
    if (here) {
      found = std::move(here);
      in.push_back(network->state.name());
    }
  }
  if (in.empty()) {
    report_unknown(reference, path);
  } else if (in.size() > 1) {
    report_ambiguous(reference, path, in);
    return {};
  }
  return found;
}

void Networks::report_unknown(const Reference& reference, const std::string& path) {
  if (report_.full()) {
    return;
  }
  std::vector<std::string> names;
  bool violin_known = false;
  for (const auto& network : networks_) {
    if (!reference.violin.empty() && network->state.name() != reference.violin) {
      continue;
    }
    violin_known = true;
    if (network->ever.contains(reference.entity)) {
      report_.error(path, fmt::format("'{}' is not there any more at this time", reference.entity));
      return;
    }
    for (const auto& [name, participant] : network->ever) {
      names.push_back(name);
    }
    for (const auto& [name, state] : network->state.groups()) {
      names.push_back(name);
    }
  }
  if (!violin_known) {
    network(reference.violin, path);
    return;
  }
  report_.error(path, fmt::format("there is no '{}'{}", reference.entity,
                                  did_you_mean(reference.entity, names)));
}

void Networks::report_ambiguous(const Reference& reference, const std::string& path,
                                const std::vector<std::string>& violins) {
  report_.error(path, fmt::format("'{0}' is in several VIOLINs ({1}); write {2}/{0}",
                                  reference.entity, fmt::join(violins, ", "), violins.front()));
}

}  // namespace violin::scenario
