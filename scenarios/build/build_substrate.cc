#include "scenarios/build/build_substrate.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include "core/require.h"
#include "models/substrate/cloud_regions.h"
#include "models/substrate/host_list.h"
#include "models/substrate/rocketfuel.h"
#include "models/substrate/rtt_matrix.h"
#include "models/substrate/sndlib.h"
#include "models/substrate/topology_zoo.h"
#include "models/substrate/wondernetwork.h"
#include "scenarios/build/data_file.h"
#include "scenarios/load/did_you_mean.h"
#include "scenarios/load/quantities.h"

namespace violin {

namespace {

namespace pb = scenario;

constexpr double kNoInflation = 1.0;  // where the scenario leaves it out

GeographicDelay geographic(std::optional<double> inflation) {
  GeographicDelay rule;
  rule.inflation = inflation.value_or(kNoInflation);
  return rule;
}

template <typename Message>
std::optional<double> inflation_of(const Message& message) {
  return message.has_inflation() ? std::optional(message.inflation()) : std::nullopt;
}

std::optional<FrameRate> capacity_of(const std::string& text) {
  const auto rate = pb::frame_rate(text);
  return rate ? std::optional(FrameRate{rate->per_second}) : std::nullopt;
}

// What `host` says goes over what was known.
void refine(OverlayHost& known, const pb::Host& host) {
  if (host.has_latitude() && host.has_longitude()) {
    known.position = Coordinates{host.latitude(), host.longitude()};
  }
  if (const auto capacity = capacity_of(host.capacity())) {
    known.capacity = capacity;
  }
  if (const auto memory = pb::size(host.memory())) {
    known.memory = memory;
  }
  const auto both = pb::bit_rate(host.access().both());
  if (const auto up = pb::bit_rate(host.access().up()); up || both) {
    known.access_up = up ? up : both;
  }
  if (const auto down = pb::bit_rate(host.access().down()); down || both) {
    known.access_down = down ? down : both;
  }
}

class SubstrateBuilder {
 public:
  explicit SubstrateBuilder(const pb::LoadedScenario& scenario)
      : scenario_(scenario), spec_(scenario.message.substrate()) {}

  Substrate build() {
    Substrate substrate = from_source();
    apply_overrides(substrate);
    if (spec_.has_scale()) {
      substrate.set_delay_factor(spec_.scale());
    }
    throw_if_any();
    return substrate;
  }

 private:
  Substrate from_source() {
    switch (spec_.source_case()) {
      case pb::Substrate::kRttMatrix:
        return measured(rtt_matrix());
      case pb::Substrate::kWonderNetwork:
        return measured(wonder_network());
      case pb::Substrate::kCloudRegions:
        return measured(cloud_regions());
      case pb::Substrate::kGraphml:
        return routed(topology_zoo());
      case pb::Substrate::kSndlib:
        return routed(sndlib());
      case pb::Substrate::kRocketfuel:
        return routed(rocketfuel());
      case pb::Substrate::kGraph:
        return routed(graph());
      case pb::Substrate::kCoordinates:
        return coordinates();
      case pb::Substrate::kPairs:
        return pairs();
      case pb::Substrate::SOURCE_NOT_SET:
        break;
    }
    problem("substrate", "says nothing of where delays come from");
    throw_if_any();
    return {{}, GeographicPaths({})};
  }

  DataFile read(const std::string& path) const { return {path, scenario_}; }

  Substrate rtt_matrix() {
    const DataFile matrix = read(spec_.rtt_matrix().file());
    RttMatrixOptions options;
    if (!spec_.rtt_matrix().names_file().empty()) {
      options.names = load_host_names(read(spec_.rtt_matrix().names_file()).source());
    }
    return load_rtt_matrix(matrix.source(), options);
  }

  Substrate wonder_network() {
    const DataFile pings = read(spec_.wonder_network().pings());
    const DataFile servers = read(spec_.wonder_network().servers());
    return load_wondernetwork(servers.source(), pings.source());
  }

  // Every <region>.dat of the folder, in order of name.
  Substrate cloud_regions() {
    const std::filesystem::path folder = resolve(spec_.cloud_regions().directory(), scenario_);
    std::error_code error;
    std::set<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
      if (entry.path().extension() == ".dat") {
        files.insert(entry.path());
      }
    }
    if (files.empty()) {
      problem("substrate.cloud_regions.directory",
              "'" + folder.string() + "' has no <region>.dat files");
      throw_if_any();
    }
    std::vector<DataFile> texts;
    std::vector<RegionText> regions;
    texts.reserve(files.size());
    for (const auto& file : files) {
      texts.emplace_back(file);
      regions.push_back({file.stem().string(), texts.back().source()});
    }
    return load_cloud_regions(regions);
  }

  RouterGraph topology_zoo() {
    const DataFile file = read(spec_.graphml().file());
    TopologyZooOptions options;
    options.rule = geographic(inflation_of(spec_.graphml()));
    options.link_delay = pb::duration(spec_.graphml().default_link_delay());
    return load_topology_zoo(file.source(), options);
  }

  RouterGraph sndlib() {
    const DataFile file = read(spec_.sndlib().file());
    SndlibOptions options;
    options.rule = geographic(inflation_of(spec_.sndlib()));
    return load_sndlib(file.source(), options).graph;
  }

  RouterGraph rocketfuel() {
    const DataFile latencies = read(spec_.rocketfuel().latencies());
    const DataFile weights = read(spec_.rocketfuel().weights());
    return load_rocketfuel(latencies.source(), weights.source());
  }

  RouterGraph graph() {
    const bool weighted = std::ranges::any_of(
        spec_.graph().links(), [](const pb::GraphLink& link) { return link.has_weight(); });
    RouterGraph graph(weighted ? RouterGraph::Metric::kWeight : RouterGraph::Metric::kDelay);
    const auto router = [&](const std::string& name) {
      const auto known = graph.find(name);
      return known ? *known : graph.add_router({name, {}, {}});
    };
    constexpr double kWeightUnit = 1000;  // weights keep three decimals
    for (const pb::GraphLink& link : spec_.graph().links()) {
      SubstrateLink cable;
      cable.name = link.between(0) + "-" + link.between(1);
      cable.from = router(link.between(0));
      cable.to = router(link.between(1));
      cable.delay = *pb::duration(link.delay());
      cable.weight =
          link.has_weight() ? static_cast<std::uint64_t>(link.weight() * kWeightUnit) : 1;
      cable.capacity = pb::bit_rate(link.rate());
      graph.add_cable(cable);
    }
    return graph;
  }

  // Hosts that the data names, with what the scenario adds.
  Substrate measured(Substrate substrate) {
    std::vector<OverlayHost> hosts(substrate.hosts().begin(), substrate.hosts().end());
    for (OverlayHost& host : hosts) {
      refine(host, spec_.default_host());
    }
    for (int i = 0; i < spec_.hosts_size(); ++i) {
      if (const auto id = find(substrate, spec_.hosts(i).name(), host_path(i) + ".name")) {
        refine(hosts[to_index(*id)], spec_.hosts(i));
      }
    }
    throw_if_any();
    return {std::move(hosts), MeasuredPaths(substrate.delays())};
  }

  // Hosts of the scenario at routers of the graph, or one host at each router.
  Substrate routed(RouterGraph graph) {
    std::vector<OverlayHost> hosts;
    std::vector<HostAttachment> attachments;
    if (spec_.hosts().empty()) {
      hosts = host_per_router(graph);
      attachments = attachment_per_router(graph);
      for (OverlayHost& host : hosts) {
        refine(host, spec_.default_host());
      }
    }
    for (int i = 0; i < spec_.hosts_size(); ++i) {
      const std::string& attach =
          spec_.hosts(i).attach().empty() ? spec_.hosts(i).name() : spec_.hosts(i).attach();
      if (const auto router = graph.find(attach)) {
        hosts.push_back(listed(spec_.hosts(i)));
        attachments.push_back({*router, Duration::zero()});
      } else {
        std::vector<std::string> names;
        for (const Router& known : graph.routers()) {
          names.push_back(known.name);
        }
        problem(host_path(i) + ".attach",
                "the substrate has no router '" + attach + "'" + pb::did_you_mean(attach, names));
      }
    }
    throw_if_any();
    return {std::move(hosts), RoutedPaths(std::move(graph), std::move(attachments))};
  }

  Substrate coordinates() {
    GeographicDelay rule = geographic(inflation_of(spec_.coordinates()));
    rule.fixed = 2 * pb::duration(spec_.coordinates().last_hop()).value_or(Duration::zero());
    std::vector<OverlayHost> hosts = listed();
    for (int i = 0; i < spec_.hosts_size(); ++i) {
      if (!hosts[static_cast<std::size_t>(i)].position) {
        problem(host_path(i), "host '" + spec_.hosts(i).name() +
                                  "' needs latitude and longitude, from which its delays follow");
      }
    }
    throw_if_any();
    GeographicPaths paths(hosts, rule);
    return {std::move(hosts), std::move(paths)};
  }

  Substrate pairs() {
    std::vector<OverlayHost> hosts = listed();
    DelayMatrix delays(hosts.size());
    if (const auto rtt = pb::duration(spec_.pairs().default_rtt())) {
      for (std::size_t from = 0; from < hosts.size(); ++from) {
        for (std::size_t to = 0; to < hosts.size(); ++to) {
          if (from != to) {
            delays.set(from, to, *rtt / 2);
          }
        }
      }
    }
    Substrate substrate(std::move(hosts), MeasuredPaths(std::move(delays)));
    for (int i = 0; i < spec_.pairs().rtts_size(); ++i) {
      apply(substrate, spec_.pairs().rtts(i), "substrate.pairs.rtts[" + std::to_string(i) + "]");
    }
    throw_if_any();
    check_all_told(substrate);
    throw_if_any();
    return substrate;
  }

  void check_all_told(const Substrate& substrate) {
    for (std::uint32_t from = 0; from < substrate.size(); ++from) {
      for (std::uint32_t to = from + 1; to < substrate.size(); ++to) {
        if (!substrate.delay(HostId{from}, HostId{to})) {
          problem("substrate.pairs", "no rtt between '" + substrate.host(HostId{from}).name +
                                         "' and '" + substrate.host(HostId{to}).name +
                                         "'; add it, or a default_rtt for all others");
        }
      }
    }
  }

  OverlayHost listed(const pb::Host& host) const {
    OverlayHost overlay;
    overlay.name = host.name();
    refine(overlay, spec_.default_host());
    refine(overlay, host);
    return overlay;
  }

  std::vector<OverlayHost> listed() {
    std::vector<OverlayHost> hosts;
    for (const pb::Host& host : spec_.hosts()) {
      hosts.push_back(listed(host));
    }
    if (hosts.empty()) {
      problem("substrate.hosts", "must list the overlay hosts");
      throw_if_any();
    }
    return hosts;
  }

  void apply_overrides(Substrate& substrate) {
    for (int i = 0; i < spec_.overrides_size(); ++i) {
      apply(substrate, spec_.overrides(i), "substrate.overrides[" + std::to_string(i) + "]");
    }
    const auto loss = pb::probability(spec_.loss());
    if (!loss || *loss == 0) {
      return;
    }
    for (std::uint32_t from = 0; from < substrate.size(); ++from) {
      for (std::uint32_t to = 0; to < substrate.size(); ++to) {
        if (from != to) {
          const double kept = 1 - substrate.loss(HostId{from}, HostId{to});
          substrate.set_loss(HostId{from}, HostId{to}, 1 - kept * (1 - *loss));
        }
      }
    }
  }

  void apply(Substrate& substrate, const pb::HostPair& pair, const std::string& path) {
    const auto a = find(substrate, pair.between(0), path + ".between[0]");
    const auto b = find(substrate, pair.between(1), path + ".between[1]");
    if (a && b) {
      apply_pair(substrate, *a, *b, pair);
    }
  }

  std::optional<HostId> find(const Substrate& substrate, const std::string& name,
                             const std::string& path) {
    const auto id = substrate.find(name);
    if (!id) {
      std::vector<std::string> names;
      for (const OverlayHost& host : substrate.hosts()) {
        names.push_back(host.name);
      }
      problem(path, "the substrate has no host '" + name + "'" + pb::did_you_mean(name, names));
    }
    return id;
  }

  static std::string host_path(int i) { return "substrate.hosts[" + std::to_string(i) + "]"; }

  void problem(const std::string& path, const std::string& what) {
    problems_.push_back(scenario_.diagnostic(path, what));
  }
  void throw_if_any() const {
    if (!problems_.empty()) {
      throw pb::ScenarioError(problems_);
    }
  }

  const pb::LoadedScenario& scenario_;
  const pb::Substrate& spec_;
  std::vector<pb::Diagnostic> problems_;
};

}  // namespace

void apply_pair(Substrate& substrate, HostId a, HostId b, const scenario::HostPair& pair) {
  if (const auto rtt = pb::duration(pair.rtt())) {
    substrate.set_delay(a, b, *rtt / 2);
    substrate.set_delay(b, a, *rtt / 2);
  }
  if (const auto loss = pb::probability(pair.loss())) {
    substrate.set_loss(a, b, loss);
    substrate.set_loss(b, a, loss);
  }
}

Substrate build_substrate(const scenario::LoadedScenario& scenario) {
  return SubstrateBuilder(scenario).build();
}

}  // namespace violin
