#include "datapath/agent/status.h"

#include <fmt/format.h>

#include <string>
#include <variant>

#include "datapath/agent/punctuality.h"
#include "scenarios/run/collect.h"

namespace violin {

namespace {

using nlohmann::json;

const char* kind_of(const Node& node) {
  switch (node.kind) {
    case EntityKind::kVHost:
      return "vhost";
    case EntityKind::kVSwitch:
      return "vswitch";
    case EntityKind::kVRouter:
      return "vrouter";
  }
  return "";
}

std::string host_of(const Network& network, const Node& node) {
  if (const auto* host = std::get_if<HostId>(&node.place)) {
    return network.substrate().host(*host).name;
  }
  return std::get<Node*>(node.place)->full_name();
}

json nics_of(const Node& node) {
  json nics = json::array();
  for (const Nic& nic : node.nics) {
    json told{{"name", nic.name}, {"plugged", nic.link != nullptr && nic.link->up()}};
    if (nic.address) {
      told["address"] = to_string(*nic.address);
      told["mac"] = to_string(nic.mac);
      told["mtu"] = nic.mtu;
    }
    nics.push_back(std::move(told));
  }
  return nics;
}

json entity_of(LiveNetwork& live, const Node& node) {
  return {{"name", node.full_name()},
          {"kind", kind_of(node)},
          {"host", host_of(live.network(), node)},
          {"runs_as", node.outside ? "guest" : "object"},
          {"state", node.up() ? "up" : "down"},
          {"nics", nics_of(node)},
          {"frames_in", node.entity->ledger().in},
          {"frames_out", node.entity->ledger().out},
          {"drops", node.entity->ledger().total_drops()}};
}

json drops_of(const std::vector<DropCount>& drops) {
  json told = json::object();
  for (const DropCount& drop : drops) {
    told[std::string(to_string(drop.reason))] = drop.frames;
  }
  return told;
}

std::string rate_of(const PipeParameters& parameters) {
  return parameters.rate
             ? fmt::format("{:.6g} Mbit/s",
                           static_cast<double>(parameters.rate->bits_per_second()) / 1e6)
             : "unlimited";
}

std::string delay_of(const PipeParameters& parameters) {
  const auto* constant = std::get_if<ConstantDelay>(&parameters.delay);
  return constant != nullptr ? to_string(constant->delay) : "varies";
}

std::string loss_of(const PipeParameters& parameters) {
  if (std::holds_alternative<NoLoss>(parameters.loss)) {
    return "0 %";
  }
  const auto* bernoulli = std::get_if<BernoulliLoss>(&parameters.loss);
  return bernoulli != nullptr ? fmt::format("{:.4g} %", bernoulli->probability * 100) : "bursts";
}

std::string name_of(const LinkEnd& end) {
  return end.node->full_name() + "." + end.node->nic_at(end.port).name;
}

json drops_of(const Ledger& ledger) {
  json told = json::object();
  for (std::size_t i = 0; i < kDropCount; ++i) {
    const auto reason = static_cast<Drop>(i);
    if (ledger.drops(reason) > 0) {
      told[std::string(to_string(reason))] = ledger.drops(reason);
    }
  }
  return told;
}

json link_of(const VirtualLink& link, std::size_t d) {
  const Pipe& pipe = link.direction(d).pipe();
  const PipeParameters parameters = pipe.parameters();
  return {{"name", pipe.name()},
          {"from", name_of(link.ends[d])},
          {"to", name_of(link.ends[1 - d])},
          {"up", parameters.up},
          {"rate", rate_of(parameters)},
          {"delay", delay_of(parameters)},
          {"loss", loss_of(parameters)},
          {"frames", pipe.statistics().frames},
          {"bytes", pipe.statistics().bytes.value},
          {"queued", pipe.queued()},
          {"drops", drops_of(pipe.ledger())}};
}

json links_of(const Network& network) {
  json links = json::array();
  for (const auto& violin : network.networks()) {
    for (const auto& link : violin->links()) {
      links.push_back(link_of(*link, 0));
      links.push_back(link_of(*link, 1));
    }
  }
  return links;
}

json seconds_if(bool known, Duration d) { return known ? json(to_seconds(d)) : json(); }

json tunnels_of(LiveNetwork& live) {
  json tunnels = json::array();
  const Substrate& substrate = live.network().substrate();
  for (const TunnelUnderlay::Measured& way : live.underlay().measurements()) {
    const SegmentTunnelStatistics& s = way.statistics;
    tunnels.push_back({{"from", substrate.host(way.from).name},
                       {"to", substrate.host(way.to).name},
                       {"up", s.up},
                       {"segment_size", s.segment_size},
                       {"rtt_s", seconds_if(s.round_trip.samples > 0, s.round_trip.smoothed)},
                       {"rtt_min_s", seconds_if(s.round_trip.samples > 0, s.round_trip.least)},
                       {"sent", s.sent},
                       {"lost", s.peer_lost},
                       {"received", s.received.received},
                       {"reordered", s.received.reordered}});
  }
  return tunnels;
}

json ledger_of(const RunLedger& ledger) {
  return {{"balanced", ledger.balanced},
          {"in", ledger.in},
          {"out", ledger.out},
          {"queued", ledger.queued},
          {"drops", drops_of(ledger.drops)}};
}

json network_of(LiveNetwork& live) {
  const Network& network = live.network();
  json told{{"time_s", to_seconds(live.kernel().now())},
            {"punctuality", Punctuality::of(live.reactor().lateness()).json()},
            {"ledger", ledger_of(collect_ledger(network))},
            {"links", links_of(network)},
            {"tunnels", tunnels_of(live)}};
  json entities = json::array();
  for (const auto& violin : network.networks()) {
    for (const auto& node : violin->nodes()) {
      entities.push_back(entity_of(live, *node));
    }
  }
  told["entities"] = std::move(entities);
  return told;
}

void add_guests(json& status, Stations& stations) {
  for (const StationState& guest : stations.states()) {
    for (json& entity : status["entities"]) {
      if (entity["name"] == guest.name) {
        entity["state"] = std::string(uml::to_string(guest.state));
        entity["pid"] = guest.pid;
        entity["memory_bytes"] = guest.memory.value;
        entity["boot_s"] =
            seconds_if(guest.boot_time.has_value(), guest.boot_time.value_or(Duration{}));
        entity["heard"] = guest.heard;
        entity["lost"] = drops_of(guest.books);
        entity["drops"] = entity["drops"].get<std::uint64_t>() + guest.books.total_drops();
        if (!guest.died_of.empty()) {
          entity["died"] = guest.died_of;
        }
      }
    }
  }
}

json direction_of(const Jetway::Direction& direction) {
  return {{"frames", direction.frames}, {"bytes", direction.bytes}, {"refused", direction.refused}};
}

}  // namespace

json status_of(const RunDirectory& directory, LiveNetwork& live, Stations* stations,
               Jetways& jetways) {
  if (stations != nullptr) {
    stations->count_losses();
  }
  json status = live.on_kernel([&] { return network_of(live); });
  status["name"] = directory.name();
  status["pid"] = ::getpid();
  status["jetways"] = json::array();
  for (const JetwayState& jetway : jetways.states()) {
    status["jetways"].push_back({{"vswitch", jetway.vswitch},
                                 {"device", jetway.device},
                                 {"outward", direction_of(jetway.counters.outward)},
                                 {"inward", direction_of(jetway.counters.inward)}});
  }
  if (stations != nullptr) {
    add_guests(status, *stations);
  }
  bool all_up = true;
  for (const json& entity : status["entities"]) {
    all_up = all_up && (entity["state"] == "up" || entity["state"] == "running");
  }
  status["state"] = all_up ? "up" : "impaired";
  return status;
}

}  // namespace violin
