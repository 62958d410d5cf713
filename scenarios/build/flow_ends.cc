#include "scenarios/build/flow_ends.h"

#include <algorithm>

#include "core/require.h"

namespace violin {

std::vector<scenario::Flow> one_by_one(const scenario::Flow& flow, const ScenarioBuilder& builder) {
  if (!flow.has_pairs()) {
    return {flow};
  }
  const auto& from = builder.group(flow.from());
  const auto& to = builder.group(flow.to());
  const bool within = &from == &to;
  std::vector<scenario::Flow> flows;
  for (std::uint32_t i = 0; i < flow.pairs(); ++i) {
    scenario::Flow& one = flows.emplace_back(flow);
    one.clear_pairs();
    one.set_name(flow.name() + std::to_string(i + 1));
    one.set_from(from[i % from.size()]->full_name());
    one.set_to(to[(i + (within ? to.size() / 2 : 0)) % to.size()]->full_name());
  }
  return flows;
}

namespace {

// A bare name is looked for in the sender's VIOLIN.
Node* find_beside(const ScenarioBuilder& builder, const Node& from,
                  const scenario::Reference& reference, const std::string& written) {
  return reference.violin.empty() ? from.network.find(reference.entity) : builder.find(written);
}

}  // namespace

Destination resolve(const ScenarioBuilder& builder, const Node& from, const std::string& written) {
  if (const auto address = Ipv4Address::parse(written)) {
    return {nullptr, address};
  }
  const auto reference = scenario::parse_reference(written);
  require(reference.has_value(), "the loader has checked what flows go to");
  Node* to = find_beside(builder, from, *reference, written);
  if (to == nullptr || to->nics.empty()) {
    return {to, std::nullopt};
  }
  const Nic* nic = reference->nic.empty() ? &to->nics.front() : to->find_nic(reference->nic);
  return {to, nic != nullptr && nic->address ? std::optional(nic->address->address) : std::nullopt};
}

std::vector<Node*> broadcast_receivers(const Node& from, Ipv4Address destination) {
  std::vector<Node*> receivers;
  const auto& own = from.nics.front().address;
  if (!destination.is_broadcast() && own->subnet().broadcast() != destination) {
    return receivers;
  }
  for (const auto& node : from.network.nodes()) {
    if (node->kind == EntityKind::kVHost && node.get() != &from &&
        std::ranges::any_of(
            node->nics, [&](const Nic& nic) { return nic.address->subnet() == own->subnet(); })) {
      receivers.push_back(node.get());
    }
  }
  return receivers;
}

std::vector<Node*> members_of(const ScenarioBuilder& builder, const Node& from,
                              const scenario::Flow& flow) {
  std::vector<Node*> members;
  for (const std::string& written : flow.members()) {
    const auto reference = scenario::parse_reference(written);
    Node* member = reference ? find_beside(builder, from, *reference, written) : nullptr;
    if (member != nullptr && member->kind == EntityKind::kVHost) {
      members.push_back(member);
    }
  }
  return members;
}

}  // namespace violin
