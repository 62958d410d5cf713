#include "scenarios/validate/network.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "scenarios/load/did_you_mean.h"
#include "scenarios/validate/group_addresses.h"

namespace violin::scenario {

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::kVHost:
      return "vHost";
    case Kind::kVSwitch:
      return "vSwitch";
    case Kind::kVRouter:
      break;
  }
  return "vRouter";
}

NicState* EntityState::find_nic(std::string_view nic) {
  const auto found = std::ranges::find(nics, nic, &NicState::name);
  return found == nics.end() ? nullptr : &*found;
}

// ---- entities

EntityState* NetworkState::add(const VSwitch& vswitch, const std::string& path) {
  EntityState* entity = add_entity(Kind::kVSwitch, vswitch.name(), vswitch.host(), path);
  if (entity != nullptr) {
    for (const std::string& subnet : vswitch.subnets()) {
      entity->subnets.push_back(Ipv4Prefix::parse(subnet).value_or(Ipv4Prefix()));
    }
  }
  return entity;
}

template <typename Message>
EntityState* NetworkState::add_with_nics(Kind kind, const Message& message,
                                         const std::string& path) {
  EntityState* entity = add_entity(kind, message.name(), message.host(), path);
  if (entity != nullptr) {
    for (int i = 0; i < message.nics_size(); ++i) {
      add_nic(*entity, message.nics(i), item(path, "nics", i));
    }
    entity->routes.assign(message.routes().begin(), message.routes().end());
  }
  return entity;
}

EntityState* NetworkState::add(const VRouter& vrouter, const std::string& path) {
  return add_with_nics(Kind::kVRouter, vrouter, path);
}

EntityState* NetworkState::add(const VHost& vhost, const std::string& path) {
  EntityState* entity = add_with_nics(Kind::kVHost, vhost, path);
  if (entity != nullptr) {
    entity->gateway = vhost.gateway();
  }
  return entity;
}

EntityState* NetworkState::add_entity(Kind kind, const std::string& name, const std::string& host,
                                      const std::string& path) {
  hosts_.check_entity(index_, name, host, path);
  if (!check_name_is_free(name, path + ".name")) {
    return nullptr;
  }
  auto entity = std::make_unique<EntityState>();
  entity->kind = kind;
  entity->name = name;
  entity->path = path;
  entity->host = host;
  removed_members_.erase(name);
  return entities_.emplace(name, std::move(entity)).first->second.get();
}

bool NetworkState::check_name_is_free(const std::string& name, const std::string& path) {
  if (const EntityState* other = find(name)) {
    report_.error(path, fmt::format("VIOLIN '{}' has a {} '{}' already; choose another name",
                                    this->name(), to_string(other->kind), name));
    return false;
  }
  if (const GroupState* group = group_of_member(name); group != nullptr || is_group_lan(name)) {
    report_.error(path, fmt::format("'{}' is the name of something in the group{}; choose another",
                                    name, group == nullptr ? "" : " " + group->message->name()));
    return false;
  }
  return true;
}

void NetworkState::remove(const std::string& name) {
  const auto found = entities_.find(name);
  if (found == entities_.end()) {
    removed_members_.insert(name);
    return;
  }
  EntityState* gone = found->second.get();
  while (!gone->nics.empty()) {
    remove_nic(*gone, gone->nics.back().name);
  }
  for (const auto& [other_name, other] : entities_) {
    std::erase(other->trunks, gone);
    for (NicState& nic : other->nics) {
      if (nic.peer == gone) {
        nic.peer = nullptr;
      }
    }
  }
  entities_.erase(found);
}

// ---- groups

void NetworkState::add(const VHostGroup& group, const std::string& path) {
  check_group_names(group, path);
  check_group_place(group, path);
  if (const std::string problem = problem_with_addresses(group); !problem.empty()) {
    report_.error(path + ".subnet", problem);
    return;
  }
  check_group_addresses(group, path);
  groups_.emplace(group.name(), GroupState{&group, path});
}

void NetworkState::check_group_names(const VHostGroup& group, const std::string& path) {
  for (const auto& [name, other] : groups_) {
    if (names_collide(name, other.message->count(), group.name(), group.count())) {
      report_.error(path + ".name", fmt::format("its vHosts and those of group '{}' have names in "
                                                "common; choose another",
                                                name));
    }
  }
  for (const auto& [name, entity] : entities_) {
    if (group_member(group, name)) {
      report_.error(path + ".name",
                    fmt::format("its vHosts are named {0}1 to {0}{1}, and there is a {2} '{3}'",
                                group.name(), group.count(), to_string(entity->kind), name));
    }
  }
}

void NetworkState::check_group_place(const VHostGroup& group, const std::string& path) {
  if (group.to().empty() != group.has_lans()) {
    report_.error(path, "needs one of: to (a vSwitch for all), lans (vSwitches of its own)");
  }
  const std::string& needed = group.has_lans() ? group.lans().router() : group.to();
  const Kind kind = group.has_lans() ? Kind::kVRouter : Kind::kVSwitch;
  const EntityState* entity = find(needed);
  if (needed.empty() && group.has_lans()) {
    report_.error(path + ".lans", "needs a router, which joins its LANs");
  } else if (!needed.empty() && (entity == nullptr || entity->kind != kind)) {
    report_not_there(kind, needed, path + (group.has_lans() ? ".lans.router" : ".to"));
  }
}

void NetworkState::report_not_there(Kind kind, const std::string& wanted, const std::string& path) {
  if (const EntityState* other = find(wanted)) {
    report_.error(path, fmt::format("'{}' is a {}, not a {}", wanted, to_string(other->kind),
                                    to_string(kind)));
    return;
  }
  std::vector<std::string> known;
  for (const auto& [name, entity] : entities_) {
    if (entity->kind == kind) {
      known.push_back(name);
    }
  }
  report_.error(path, fmt::format("there is no {} '{}' in VIOLIN '{}'{}", to_string(kind), wanted,
                                  name(), did_you_mean(wanted, known)));
}

void NetworkState::check_group_addresses(const VHostGroup& group, const std::string& path) {
  for (const auto& [name, other] : groups_) {
    if (range_of(group).overlaps(range_of(*other.message))) {
      report_.error(path + ".subnet",
                    fmt::format("its addresses are also those of group '{}'", name));
    }
  }
  for (const auto& [address, owner] : addresses_) {
    if (has_address(group, address)) {
      report_.error(path + ".subnet",
                    fmt::format("its address {} is also that of {}.{}", violin::to_string(address),
                                owner.entity->name, owner.nic));
    }
  }
}

const GroupState* NetworkState::group_of_member(std::string_view member) const {
  if (removed_members_.contains(member)) {
    return nullptr;
  }
  for (const auto& [name, group] : groups_) {
    if (group_member(*group.message, member)) {
      return &group;
    }
  }
  return nullptr;
}

bool NetworkState::was_group_member(std::string_view member) const {
  return std::ranges::any_of(groups_, [&](const auto& group) {
    return group_member(*group.second.message, member).has_value();
  });
}

bool NetworkState::is_group_lan(std::string_view vswitch) const {
  for (const auto& [name, group] : groups_) {
    const std::string prefix = name + "-lan";
    std::uint32_t lan = 0;
    if (vswitch.starts_with(prefix)) {
      const std::string_view index = vswitch.substr(prefix.size());
      const auto [stop, error] = std::from_chars(index.data(), index.data() + index.size(), lan);
      if (error == std::errc() && stop == index.data() + index.size() && lan >= 1 &&
          lan <= lan_count(*group.message)) {
        return true;
      }
    }
  }
  return false;
}

// ---- vNICs

void NetworkState::add_nic(EntityState& entity, const Nic& message, const std::string& path) {
  NicState nic;
  nic.name = nic_name(message, static_cast<int>(entity.nics.size()));
  nic.path = path;
  nic.mac = message.mac();
  nic.has_to = !message.to().empty();
  if (entity.find_nic(nic.name) != nullptr) {
    report_.error(path, fmt::format("'{}' has a vNIC '{}' already; choose another name",
                                    entity.name, nic.name));
    return;
  }
  nic.address = Ipv4Interface::parse(message.address());
  if (!nic.address) {
    report_.error(path, fmt::format("vNIC '{}' of '{}' has no address; give one such as "
                                    "10.0.1.7/24",
                                    nic.name, entity.name));
  }
  take_address(entity, nic, path + ".address");
  take_mac(entity, nic, path + ".mac");
  entity.nics.push_back(std::move(nic));
}

namespace {

std::string problem_with_interface(const Ipv4Interface& interface) {
  const Ipv4Address address = interface.address;
  const Ipv4Prefix subnet = interface.subnet();
  if (interface.prefix_length == 0 || address.is_loopback() || address.is_multicast() ||
      address.is_broadcast() || address.bits() >> 24 == 0) {
    return fmt::format("{} cannot be a vNIC's own address", to_string(interface));
  }
  if (subnet.length() < 31 && (address == subnet.address() || address == subnet.broadcast())) {
    return fmt::format("{} is the {} address of its subnet, {}", to_string(address),
                       address == subnet.address() ? "network" : "broadcast", to_string(subnet));
  }
  return {};
}

}  // namespace

void NetworkState::take_address(const EntityState& entity, NicState& nic, const std::string& path) {
  if (!nic.address) {
    return;
  }
  if (const std::string problem = problem_with_interface(*nic.address); !problem.empty()) {
    report_.error(path, problem);
  }
  for (const NicState& other : entity.nics) {
    if (other.address && other.name != nic.name &&
        other.address->subnet() == nic.address->subnet()) {
      report_.error(path,
                    fmt::format("'{}' has two vNICs in one subnet, {}: '{}' and '{}'", entity.name,
                                violin::to_string(nic.address->subnet()), other.name, nic.name));
    }
  }
  const Ipv4Address address = nic.address->address;
  EntityState* self = find(entity.name);
  const auto [owner, is_first] = addresses_.try_emplace(address, Owner{self, nic.name});
  if (!is_first) {
    report_.error(path, fmt::format("{} is also the address of {}.{}; each vNIC of a VIOLIN has "
                                    "its own",
                                    violin::to_string(address), owner->second.entity->name,
                                    owner->second.nic));
  }
  for (const auto& [name, group] : groups_) {
    if (has_address(*group.message, address)) {
      report_.error(path, fmt::format("{} is also an address of group '{}'",
                                      violin::to_string(address), name));
    }
  }
}

void NetworkState::take_mac(const EntityState& entity, const NicState& nic,
                            const std::string& path) {
  if (nic.mac.empty()) {
    return;
  }
  const std::string canonical =
      violin::to_string(MacAddress::parse(nic.mac).value_or(MacAddress()));
  const std::string owner = entity.name + "." + nic.name;
  const auto [other, is_first] = macs_.try_emplace(canonical, owner);
  if (!is_first) {
    report_.error(path, fmt::format("'{}' is also the MAC address of {}", nic.mac, other->second));
  }
}

void NetworkState::remove_nic(EntityState& entity, std::string_view name) {
  NicState* nic = entity.find_nic(name);
  disconnect(*nic);
  if (nic->address) {
    const auto owner = addresses_.find(nic->address->address);
    if (owner != addresses_.end() && owner->second.entity == &entity && owner->second.nic == name) {
      addresses_.erase(owner);
    }
  }
  std::erase_if(macs_,
                [&](const auto& mac) { return mac.second == entity.name + "." + nic->name; });
  entity.nics.erase(entity.nics.begin() + (nic - entity.nics.data()));
}

void NetworkState::readdress(EntityState& entity, NicState& nic, const std::string& address,
                             const std::string& path) {
  if (nic.address) {
    addresses_.erase(nic.address->address);
  }
  nic.address = Ipv4Interface::parse(address);
  take_address(entity, nic, path);
}

// ---- queries

EntityState* NetworkState::find(std::string_view entity) const {
  const auto found = entities_.find(entity);
  return found == entities_.end() ? nullptr : found->second.get();
}

std::vector<std::string> NetworkState::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entity] : entities_) {
    names.push_back(name);
  }
  return names;
}

EntityState* NetworkState::owner_of(Ipv4Address address) const {
  const auto owner = addresses_.find(address);
  return owner == addresses_.end() ? nullptr : owner->second.entity;
}

std::vector<Lan> NetworkState::lans() const {
  std::map<const EntityState*, std::size_t> lan_of;
  std::vector<Lan> lans;
  for (const auto& [name, entity] : entities_) {
    if (entity->kind != Kind::kVSwitch || lan_of.contains(entity.get())) {
      continue;
    }
    Lan& lan = lans.emplace_back();
    lan.vswitches.push_back(entity.get());
    lan_of.emplace(entity.get(), lans.size() - 1);
    for (std::size_t i = 0; i < lan.vswitches.size(); ++i) {
      for (EntityState* next : lan.vswitches[i]->trunks) {
        if (lan_of.emplace(next, lans.size() - 1).second) {
          lan.vswitches.push_back(next);
        }
      }
    }
  }
  for (const auto& [name, entity] : entities_) {
    for (NicState& nic : entity->nics) {
      if (const auto lan = lan_of.find(nic.peer); lan != lan_of.end()) {
        lans[lan->second].nics.emplace_back(entity.get(), &nic);
      } else if (nic.peer != nullptr && entity->name < nic.peer->name) {
        lans.push_back({{}, {{entity.get(), &nic}, {nic.peer, nic.peer->find_nic(nic.peer_nic)}}});
      }
    }
  }
  return lans;
}

}  // namespace violin::scenario
