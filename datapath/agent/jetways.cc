#include "datapath/agent/jetways.h"

#include <fmt/format.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "datapath/jetway/tap_device.h"
#include "datapath/jetway/user_mode_network.h"

namespace violin {

namespace {

Node& find_vswitch(LiveNetwork& live, const std::string& reference) {
  Node* node = live.builder().find(reference);
  if (node == nullptr || node->kind != EntityKind::kVSwitch) {
    throw std::runtime_error("there is no vSwitch '" + reference + "': a jetway opens at one");
  }
  return *node;
}

// The subnets of who is on the vLAN.
std::vector<Ipv4Prefix> subnets_at(const Node& vswitch) {
  std::vector<Ipv4Prefix> subnets;
  for (const Nic& port : vswitch.nics) {
    if (port.link == nullptr) {
      continue;
    }
    for (const LinkEnd& end : port.link->ends) {
      if (const auto& address = end.node->nic_at(end.port).address) {
        subnets.push_back(address->subnet());
      }
    }
  }
  return subnets;
}

std::string detail_of(const JetwayResources& resources) {
  return nlohmann::json{{"owner", resources.owner},
                        {"namespace", resources.network_namespace},
                        {"devices", resources.devices}}
      .dump();
}

}  // namespace

Jetways::~Jetways() {
  for (auto& [vswitch, entry] : entries_) {
    remove(vswitch, entry);
  }
}

std::string Jetways::on(const JetwayRequest& request) {
  const auto [name, subnets] = live_.on_kernel([&] {
    const Node& node = find_vswitch(live_, request.vswitch);
    return std::pair(node.full_name(), subnets_at(node));
  });
  if (entries_.contains(name)) {
    throw std::runtime_error("the jetway at " + name + " is on already");
  }
  JetwayOptions options;
  options.policy =
      request.rules.empty() ? JetwayPolicy::for_subnets(subnets) : JetwayPolicy(request.rules);
  Entry entry{nullptr, {}, {}, std::nullopt};
  std::function<std::unique_ptr<OuterNetwork>(FramePool&)> make;
  if (request.user_mode) {
    if (!request.address) {
      throw std::runtime_error("a user-mode jetway needs --address: the gateway's on the vLAN");
    }
    entry.device = "user mode, gateway " + to_string(*request.address);
    UserModeOptions user;
    user.gateway = *request.address;
    user.host_loopback = true;
    make = [user](FramePool& pool) { return std::make_unique<UserModeNetwork>(user, pool); };
  } else {
    TapOptions tap;
    tap.owner = owner_;
    tap.device =
        request.device.empty() ? fmt::format("vj{:x}-{}", ::getpid(), ++made_) : request.device;
    tap.address = request.address;
    entry.device = tap.device;
    entry.journal_id = journal_.record("jetway", tap.device, detail_of(resources_of(tap)));
    make = [tap](FramePool& pool) { return std::make_unique<TapDevice>(tap, pool); };
  }
  try {
    live_.on_kernel([&] {
      Node& node = find_vswitch(live_, name);
      VSwitch& vswitch = node.vswitch();
      entry.jetway =
          std::make_unique<Jetway>(live_.kernel(), name + "/jetway", live_.reactor(), options);
      entry.jetway->open(make(live_.kernel().frames()));
      entry.port = vswitch.connect();
      vswitch.plug(entry.port, {entry.jetway.get(), PortIndex{}});
      Entrance& entrance = live_.network().entrance(node);
      entry.jetway->connect({&entrance, entry.port}, entrance.life());
      live_.underlay().adopt(*entry.jetway);
    });
  } catch (...) {
    live_.on_kernel([&] { entry.jetway.reset(); });
    strike(entry);
    throw;
  }
  std::string device = entry.device;
  entries_.emplace(name, std::move(entry));
  return device;
}

void Jetways::remove(const std::string& vswitch, Entry& entry) {
  live_.on_kernel([&] {
    if (Node* node = live_.builder().find(vswitch)) {
      node->vswitch().disconnect(entry.port);
    }
    entry.jetway->close();
    live_.underlay().release(*entry.jetway);
    entry.jetway.reset();
  });
  strike(entry);
}

void Jetways::strike(const Entry& entry) {
  if (entry.journal_id) {
    journal_.strike(*entry.journal_id);
  }
}

void Jetways::off(const std::string& reference) {
  const std::string name =
      live_.on_kernel([&] { return find_vswitch(live_, reference).full_name(); });
  const auto found = entries_.find(name);
  if (found == entries_.end()) {
    throw std::runtime_error("the jetway at " + name + " is off");
  }
  remove(name, found->second);
  entries_.erase(found);
}

std::vector<JetwayState> Jetways::states() {
  std::vector<JetwayState> states;
  for (const auto& [name, entry] : entries_) {
    states.push_back({name, entry.device,
                      live_.on_kernel([&entry = entry] { return entry.jetway->counters(); })});
  }
  return states;
}

}  // namespace violin
