// Flows and captures.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "scenarios/load/quantities.h"
#include "scenarios/validate/group_addresses.h"
#include "scenarios/validate/run.h"

namespace violin::scenario {

namespace {

// Which entities can exchange frames at all: the connected parts of each network (union-find).
class Parts {
 public:
  explicit Parts(const Networks& networks) {
    for (const auto& network : networks.all()) {
      for (const auto& [name, entity] : network->state.entities()) {
        for (const NicState& nic : entity->nics) {
          join(entity.get(), nic.peer);
        }
        for (const EntityState* other : entity->trunks) {
          join(entity.get(), other);
        }
      }
    }
  }

  bool joined(const Networks::Endpoint& a, const Networks::Endpoint& b) {
    return root(entity_of(a)) == root(entity_of(b));
  }

 private:
  // Of a group, who its members are plugged into.
  static const EntityState* entity_of(const Networks::Endpoint& endpoint) {
    const NetworkState& state = endpoint.network->state;
    const VHostGroup* group = endpoint.group;
    if (const GroupState* member = state.group_of_member(endpoint.name)) {
      group = member->message;
    }
    if (group != nullptr) {
      return state.find(group->has_lans() ? group->lans().router() : group->to());
    }
    return state.find(endpoint.name);
  }

  const EntityState* root(const EntityState* entity) {
    for (;;) {
      const EntityState*& above = parents_.try_emplace(entity, entity).first->second;
      if (above == entity) {
        return entity;
      }
      above = parents_.at(above);  // halves the way for the next time
      entity = above;
    }
  }

  void join(const EntityState* a, const EntityState* b) {
    if (b != nullptr) {
      parents_[root(b)] = root(a);
    }
  }

  std::map<const EntityState*, const EntityState*> parents_;
};

// Whether the timeline changes who is joined to whom.
bool is_rewired(const Scenario& scenario) {
  return std::ranges::any_of(scenario.timeline(), [](const Event& event) {
    return event.has_add() || event.has_add_nic() || event.has_rewire() || event.has_graft_lan() ||
           !event.remove().empty() || !event.remove_nic().empty();
  });
}

constexpr Ipv4Prefix kLinkLocalGroups(Ipv4Address(224, 0, 0, 0), 24);  // RFC 5771 section 4

class Traffic {
 public:
  Traffic(const LoadedScenario& scenario, Networks& networks, Report& report)
      : scenario_(scenario.message),
        networks_(networks),
        report_(report),
        parts_(networks),
        rewired_(is_rewired(scenario.message)) {}

  void check() {
    for (int i = 0; i < scenario_.traffic_size(); ++i) {
      const Flow& flow = scenario_.traffic(i);
      const std::string path = item("", "traffic", i);
      check_name(flow, path);
      check_times(flow, path);
      check_ends(flow, path);
    }
  }

 private:
  void check_name(const Flow& flow, const std::string& path) {
    const Flow* taken = nullptr;
    if (const auto [other, is_new] = names_.emplace(flow.name(), &flow); !is_new) {
      taken = other->second;
    }
    if (flow.has_pairs()) {
      for (const Flow* other : with_pairs_) {
        if (names_collide(other->name(), other->pairs(), flow.name(), flow.pairs())) {
          taken = other;
        }
      }
      with_pairs_.push_back(&flow);
    }
    if (taken != nullptr) {
      report_.error(path + ".name", fmt::format("there is traffic '{}' before this; choose another "
                                                "name",
                                                taken->name()));
    }
  }

  void check_times(const Flow& flow, const std::string& path) {
    const Duration end = duration(scenario_.duration()).value_or(Duration::max());
    const Duration start = duration(flow.start()).value_or(Duration::zero());
    const auto stop = duration(flow.stop());
    if (start >= end) {
      report_.error(path + ".start", fmt::format("{} is not before the end of the run, at {}",
                                                 flow.start(), scenario_.duration()));
    }
    if (stop && *stop <= start) {
      report_.error(path + ".stop", fmt::format("{} is not after its start, at {}", flow.stop(),
                                                violin::to_string(start)));
    } else if (stop && *stop > end) {
      report_.warning(path + ".stop", fmt::format("{} is after the end of the run, at {}",
                                                  flow.stop(), scenario_.duration()));
    }
    const bool started = std::ranges::any_of(scenario_.timeline(), [&](const Event& event) {
      return event.start_traffic() == flow.name();
    });
    if (flow.manual() && !started) {
      report_.warning(path + ".manual", "it never starts: no event starts it with start_traffic");
    }
  }

  void check_ends(const Flow& flow, const std::string& path) {
    const auto from_reference = parse_reference(flow.from());
    const auto from = from_reference ? networks_.find_ever(*from_reference, path + ".from")
                                     : Networks::Endpoint{};
    if (from) {
      check_from(flow, from, path + ".from");
    }
    const auto address = Ipv4Address::parse(flow.to());
    if (address && address->is_multicast()) {
      check_group(flow, from, *address, path);
    } else if (flow.members_size() > 0) {
      report_.error(path + ".members",
                    "only traffic to an IPv4 group, such as 239.1.1.1, has them");
    }
    const auto to_reference = parse_reference(flow.to());
    if (address || !to_reference) {
      if (flow.has_pairs()) {
        report_.error(path + ".to", "with pairs, it is a group");
      }
      return;
    }
    // A bare name is looked for in the sender's VIOLIN.
    Reference qualified = *to_reference;
    if (qualified.violin.empty() && from) {
      qualified.violin = from.network->state.name();
    }
    const auto to = networks_.find_ever(qualified, path + ".to");
    if (from && to) {
      check_to(flow, from, to, qualified, path + ".to");
    }
  }

  void check_from(const Flow& flow, const Networks::Endpoint& from, const std::string& path) {
    if (flow.has_pairs() != (from.group != nullptr)) {
      report_.error(path,
                    from.group == nullptr
                        ? fmt::format("'{}' is not a group; with pairs, it must be", from.name)
                        : fmt::format("'{0}' is a group; give pairs, or one of its vHosts "
                                      "such as {0}1",
                                      from.name));
    } else if (from.group == nullptr && from.participant.kind != Kind::kVHost) {
      report_.error(path, fmt::format("'{}' is a {}; traffic comes from vHosts", from.name,
                                      to_string(from.participant.kind)));
    }
    check_presence(flow, from, path);
  }

  void check_to(const Flow& flow, const Networks::Endpoint& from, const Networks::Endpoint& to,
                const Reference& reference, const std::string& path) {
    if (flow.has_pairs() != (to.group != nullptr)) {
      report_.error(path, to.group == nullptr
                              ? fmt::format("'{}' is not a group; with pairs, it must be", to.name)
                              : fmt::format("'{0}' is a group; give pairs, or one of its vHosts "
                                            "such as {0}1",
                                            to.name));
      return;
    }
    if (to.network != from.network) {
      report_.error(path, fmt::format("'{}' is in VIOLIN '{}' and '{}' in VIOLIN '{}'; no frame "
                                      "crosses VIOLINs",
                                      from.name, from.network->state.name(), to.name,
                                      to.network->state.name()));
      return;
    }
    if (to.group == nullptr && to.participant.kind == Kind::kVSwitch) {
      report_.error(path, fmt::format("'{}' is a vSwitch, which has no address", to.name));
    } else if (!reference.nic.empty() && !to.participant.nics.contains(reference.nic)) {
      report_.error(path, fmt::format("'{}' has no vNIC '{}'; there are: {}", to.name,
                                      reference.nic, fmt::join(to.participant.nics, ", ")));
    }
    check_distance(from, to, path);
    check_presence(flow, to, path);
  }

  void check_group(const Flow& flow, const Networks::Endpoint& from, Ipv4Address group,
                   const std::string& path) {
    if (kLinkLocalGroups.contains(group)) {
      report_.error(path + ".to",
                    "is a group of one vLAN only, which is not forwarded; choose one "
                    "from 224.0.1.0 on, such as 239.1.1.1");
    }
    if (!flow.has_cbr() && !flow.has_poisson() && !flow.has_onoff() && !flow.has_trace()) {
      report_.error(path + ".to", "to a group there is UDP only: cbr, poisson, onoff or trace");
    }
    if (flow.members_size() == 0) {
      report_.error(path, fmt::format("needs members: the vHosts that receive {}", flow.to()));
    }
    if (!groups_.emplace(from.network, from.name, group).second) {
      report_.error(path + ".to",
                    fmt::format("there is traffic from '{}' to {} before this; choose "
                                "another group",
                                from.name, flow.to()));
    }
    std::set<std::string> seen;
    for (int i = 0; i < flow.members_size(); ++i) {
      check_member(flow, from, flow.members(i), seen, item(path, "members", i));
    }
  }

  void check_member(const Flow& flow, const Networks::Endpoint& from, const std::string& written,
                    std::set<std::string>& seen, const std::string& path) {
    auto reference = parse_reference(written);
    if (!reference || !from) {
      return;  // told elsewhere
    }
    if (reference->violin.empty()) {
      reference->violin = from.network->state.name();
    }
    const auto member = networks_.find_ever(*reference, path);
    if (!member) {
      return;
    }
    if (member.group != nullptr) {
      report_.error(path, fmt::format("'{0}' is a group; name its vHosts, such as {0}1", written));
    } else if (member.participant.kind != Kind::kVHost) {
      report_.error(path, fmt::format("'{}' is a {}; only vHosts receive traffic", written,
                                      to_string(member.participant.kind)));
    } else if (member.network != from.network) {
      report_.error(path,
                    fmt::format("'{}' is in another VIOLIN than '{}'; no frame crosses VIOLINs",
                                written, from.name));
    } else if (member.name == from.name) {
      report_.error(path, "is where it comes from, which does not hear itself");
    } else if (!seen.insert(member.name).second) {
      report_.error(path, fmt::format("'{}' is a member before this", written));
    }
    check_presence(flow, member, path);
  }

  void check_distance(const Networks::Endpoint& from, const Networks::Endpoint& to,
                      const std::string& path) {
    if (from.group == nullptr && from.name == to.name) {
      report_.error(path, "is where it comes from");
    } else if (from.group != nullptr && from.group == to.group && from.group->count() < 2) {
      report_.error(path, fmt::format("group '{}' has one vHost only", from.name));
    } else if (!rewired_ && !parts_.joined(from, to)) {
      report_.warning(path, fmt::format("nothing joins '{}' and '{}'", from.name, to.name));
    }
  }

  void check_presence(const Flow& flow, const Networks::Endpoint& end, const std::string& path) {
    const Duration start = duration(flow.start()).value_or(Duration::zero());
    if (!flow.manual() && end.participant.since > start) {
      report_.error(path, fmt::format("'{}' is added at {}, after this starts", end.name,
                                      violin::to_string(end.participant.since)));
    }
  }

  const Scenario& scenario_;
  Networks& networks_;
  Report& report_;
  Parts parts_;
  bool rewired_;
  std::map<std::string_view, const Flow*> names_;
  std::vector<const Flow*> with_pairs_;
  std::set<std::tuple<const void*, std::string, Ipv4Address>> groups_;  // that there is traffic to
};

}  // namespace

void check_traffic(const LoadedScenario& scenario, Networks& networks, Report& report) {
  Traffic(scenario, networks, report).check();
}

void check_captures(const LoadedScenario& scenario, Networks& networks, Report& report) {
  std::set<std::string> files;
  for (int i = 0; i < scenario.message.captures_size(); ++i) {
    const Capture& capture = scenario.message.captures(i);
    const std::string path = item("", "captures", i);
    const auto reference = parse_reference(capture.nic());
    const auto end =
        reference ? networks.find_ever(*reference, path + ".nic") : Networks::Endpoint{};
    if (end && !end.participant.nics.contains(reference->nic)) {
      report.error(path + ".nic",
                   fmt::format("'{}' has no vNIC '{}'; there are: {}", end.name, reference->nic,
                               end.participant.nics.empty()
                                   ? "none"
                                   : fmt::format("{}", fmt::join(end.participant.nics, ", "))));
    }
    const std::string file = capture.file().empty() ? capture.nic() + ".pcapng" : capture.file();
    if (capture.file().find('/') != std::string::npos || file == "." || file == "..") {
      report.error(path + ".file", fmt::format("'{}' is not a plain file name; captures go into "
                                               "the run's folder",
                                               capture.file()));
    }
    if (!files.insert(file).second) {
      report.error(path, fmt::format("'{}' is written by a capture before this one", file));
    }
  }
}

}  // namespace violin::scenario
