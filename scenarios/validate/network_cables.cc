// Cables and trunks of a VIOLIN, and who is joined by them.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "scenarios/load/did_you_mean.h"
#include "scenarios/validate/network.h"

namespace violin::scenario {

EntityState* NetworkState::resolve_peer(const EntityState& entity, const std::string& to,
                                        const std::string& path, std::string& peer_nic) {
  const auto reference = parse_reference(to);
  if (!reference || (!reference->violin.empty() && reference->violin != name())) {
    report_.error(path, fmt::format("expected a vSwitch such as vSwitch1 or a vNIC such as "
                                    "vRouter2.eth1 of this VIOLIN, got '{}'",
                                    to));
    return nullptr;
  }
  EntityState* peer = find(reference->entity);
  if (peer == nullptr) {
    report_.error(path, fmt::format("there is no '{}' in VIOLIN '{}'{}", reference->entity, name(),
                                    did_you_mean(reference->entity, names())));
    return nullptr;
  }
  if (peer == &entity) {
    report_.error(path, fmt::format("a cable leads from '{}' to itself", entity.name));
    return nullptr;
  }
  if (peer->kind == Kind::kVSwitch) {
    if (!reference->nic.empty()) {
      report_.error(path, fmt::format("a vSwitch makes its ports itself; write '{}'", peer->name));
    }
    return peer;
  }
  if (peer->find_nic(reference->nic) == nullptr) {
    std::vector<std::string> known;
    for (const NicState& nic : peer->nics) {
      known.push_back(peer->name + "." + nic.name);
    }
    report_.error(
        path,
        fmt::format("'{}' is a {}: which of its vNICs? There are: {}", to, to_string(peer->kind),
                    known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))));
    return nullptr;
  }
  peer_nic = reference->nic;
  return peer;
}

void NetworkState::connect(EntityState& entity, NicState& nic, const std::string& to,
                           const std::string& path) {
  if (to.empty() || (running_ && is_group_lan(to))) {
    return;
  }
  std::string peer_nic;
  EntityState* peer = resolve_peer(entity, to, path, peer_nic);
  if (peer == nullptr || (nic.peer == peer && nic.peer_nic == peer_nic)) {
    return;  // the other end told the same
  }
  if (nic.peer != nullptr) {
    report_.error(path, fmt::format("'{}.{}' has its cable already: {} says that it leads there",
                                    entity.name, nic.name, nic.peer->name));
    return;
  }
  if (!peer_nic.empty()) {
    NicState& other = *peer->find_nic(peer_nic);
    if (other.peer != nullptr) {
      report_.error(path, fmt::format("'{}.{}' has its cable already, to '{}'", peer->name,
                                      peer_nic, other.peer->name));
      return;
    }
    other.peer = &entity;
    other.peer_nic = nic.name;
  }
  nic.peer = peer;
  nic.peer_nic = peer_nic;
}

void NetworkState::disconnect(NicState& nic) {
  if (nic.peer != nullptr && !nic.peer_nic.empty()) {
    if (NicState* other = nic.peer->find_nic(nic.peer_nic)) {
      other->peer = nullptr;
      other->peer_nic.clear();
    }
  }
  nic.peer = nullptr;
  nic.peer_nic.clear();
}

bool NetworkState::joined(const EntityState& a, const EntityState& b) {
  std::set<const EntityState*> seen = {&a};
  std::vector<const EntityState*> todo = {&a};
  while (!todo.empty()) {
    const EntityState* at = todo.back();
    todo.pop_back();
    for (const EntityState* next : at->trunks) {
      if (seen.insert(next).second) {
        todo.push_back(next);
      }
    }
  }
  return seen.contains(&b);
}

void NetworkState::add(const Trunk& trunk, const std::string& path) {
  if (trunk.between_size() != 2 || trunk.between(0) == trunk.between(1)) {
    return;  // told with the values
  }
  std::vector<EntityState*> ends;
  for (int i = 0; i < 2; ++i) {
    EntityState* end = find(trunk.between(i));
    if (end == nullptr || end->kind != Kind::kVSwitch) {
      report_not_there(Kind::kVSwitch, trunk.between(i), item(path, "between", i));
      return;
    }
    ends.push_back(end);
  }
  if (joined(*ends[0], *ends[1])) {
    report_.error(path, fmt::format("closes a loop of trunks between '{}' and '{}'; vSwitches have "
                                    "no spanning tree, so a broadcast would circle for ever: "
                                    "remove a trunk",
                                    ends[0]->name, ends[1]->name));
    return;
  }
  ends[0]->trunks.push_back(ends[1]);
  ends[1]->trunks.push_back(ends[0]);
}

}  // namespace violin::scenario
