// Data files to scenarios: a start for one's own, ready to be simulated.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/address.h"
#include "models/substrate/sndlib.h"
#include "scenarios/build/build_substrate.h"
#include "scenarios/build/data_file.h"
#include "scenarios/cli/verbs.h"
#include "scenarios/load/yaml_writer.h"

namespace violin::cli {

namespace {

namespace fs = std::filesystem;
namespace pb = scenario;

struct Options {
  std::string kind;
  std::vector<std::string> files;
  std::string names;
  std::string output;
  std::string name;
  std::uint32_t vhosts = 10;
  std::string link_delay;
};

struct Kind {
  const char* name;
  std::size_t files;
  const char* what;
};
constexpr std::array kKinds = {
    Kind{"rtt-matrix", 1, "FILE"},      Kind{"wondernetwork", 2, "PINGS.csv SERVERS.csv"},
    Kind{"cloud-regions", 1, "FOLDER"}, Kind{"graphml", 1, "FILE"},
    Kind{"sndlib", 1, "FILE"},          Kind{"rocketfuel", 2, "LATENCIES WEIGHTS"},
};

// As the scenario's file will name it.
std::string path_from(const std::string& file, const Options& options) {
  if (options.output.empty()) {
    return fs::absolute(file).lexically_normal().string();
  }
  return fs::proximate(file, fs::absolute(options.output).parent_path()).string();
}

void set_source(pb::Substrate& substrate, const Options& options) {
  const auto file = [&](std::size_t i) { return path_from(options.files[i], options); };
  if (options.kind == "rtt-matrix") {
    substrate.mutable_rtt_matrix()->set_file(file(0));
    if (!options.names.empty()) {
      substrate.mutable_rtt_matrix()->set_names_file(path_from(options.names, options));
    }
  } else if (options.kind == "wondernetwork") {
    substrate.mutable_wonder_network()->set_pings(file(0));
    substrate.mutable_wonder_network()->set_servers(file(1));
  } else if (options.kind == "cloud-regions") {
    substrate.mutable_cloud_regions()->set_directory(file(0));
  } else if (options.kind == "graphml") {
    substrate.mutable_graphml()->set_file(file(0));
    substrate.mutable_graphml()->set_default_link_delay(options.link_delay);
  } else if (options.kind == "sndlib") {
    substrate.mutable_sndlib()->set_file(file(0));
  } else {
    substrate.mutable_rocketfuel()->set_latencies(file(0));
    substrate.mutable_rocketfuel()->set_weights(file(1));
  }
}

// The host with the least sum of delays to all others: a good place for the one vSwitch.
HostId medoid(const Substrate& substrate) {
  HostId best{};
  double least = -1;
  for (std::uint32_t a = 0; a < substrate.size(); ++a) {
    double sum = 0;
    for (std::uint32_t b = 0; b < substrate.size(); ++b) {
      sum += to_seconds(substrate.delay(HostId{a}, HostId{b}).value_or(std::chrono::seconds(10)));
    }
    if (least < 0 || sum < least) {
      least = sum;
      best = HostId{a};
    }
  }
  return best;
}

std::string address(std::uint32_t index) {
  constexpr std::uint32_t kSubnet = 10U << 24;
  return to_string(Ipv4Address(kSubnet + index + 1)) + "/16";
}

// One vLAN: vHosts spread evenly over the hosts, and a ping between each two neighbours.
void add_network(pb::Scenario& scenario, const Substrate& substrate, std::uint32_t vhosts) {
  pb::Violin& violin = *scenario.add_violins();
  violin.set_name("violin1");
  violin.mutable_default_link()->set_rate("100Mbit/s");
  pb::VSwitch& vswitch = *violin.add_vswitches();
  vswitch.set_name("vSwitch1");
  vswitch.set_host(substrate.host(medoid(substrate)).name);
  vswitch.add_subnets("10.0.0.0/16");
  for (std::uint32_t i = 0; i < vhosts; ++i) {
    const auto host = static_cast<std::uint32_t>(std::uint64_t{i} * substrate.size() / vhosts);
    pb::VHost& vhost = *violin.add_vhosts();
    vhost.set_name("vHost" + std::to_string(i + 1));
    vhost.set_host(substrate.host(HostId{host}).name);
    pb::Nic& nic = *vhost.add_nics();
    nic.set_address(address(i));
    nic.set_to("vSwitch1");
  }
  for (std::uint32_t i = 0; i + 1 < vhosts; i += 2) {
    pb::Flow& flow = *scenario.add_traffic();
    flow.set_name("ping" + std::to_string(i / 2 + 1));
    flow.set_from("vHost" + std::to_string(i + 1));
    flow.set_to("vHost" + std::to_string(i + 2));
    flow.mutable_ping()->set_count(5);
  }
}

// SNDlib's demands as flows, the largest of them 1 Mbit/s.
void add_demands(pb::Scenario& scenario, const SndlibNetwork& network) {
  double largest = 0;
  for (const TrafficDemand& demand : network.demands) {
    largest = std::max(largest, demand.bits_per_second);
  }
  for (const TrafficDemand& demand : network.demands) {
    const auto rate = static_cast<std::uint64_t>(demand.bits_per_second / largest * 1e6);
    if (rate > 0) {
      pb::Flow& flow = *scenario.add_traffic();
      flow.set_name("demand" + std::to_string(scenario.traffic_size()));
      flow.set_from("vHost" + std::to_string(to_index(demand.from) + 1));
      flow.set_to("vHost" + std::to_string(to_index(demand.to) + 1));
      flow.mutable_poisson()->set_rate(to_string(BitRate::bps(rate)));
    }
  }
}

pb::LoadedScenario imported(const Options& options) {
  pb::LoadedScenario loaded;
  loaded.file = options.files.front();
  loaded.directory =
      options.output.empty() ? fs::current_path() : fs::absolute(options.output).parent_path();
  pb::Scenario& scenario = loaded.message;
  scenario.set_name(options.name.empty() ? fs::path(options.files.front()).stem().string()
                                         : options.name);
  scenario.set_description("Imported from " + fs::path(options.files.front()).filename().string());
  scenario.set_duration("10s");
  set_source(*scenario.mutable_substrate(), options);
  const Substrate substrate = build_substrate(loaded);
  const auto hosts = static_cast<std::uint32_t>(substrate.size());
  if (options.kind == "sndlib") {
    const DataFile file(scenario.substrate().sndlib().file(), loaded);
    add_network(scenario, substrate, hosts);
    scenario.clear_traffic();
    add_demands(scenario, load_sndlib(file.source()));
  } else {
    add_network(scenario, substrate, std::min(options.vhosts, hosts));
  }
  fmt::print(stderr, "{} hosts, {} vHosts, {} flows\n", hosts, scenario.violins(0).vhosts_size(),
             scenario.traffic_size());
  return loaded;
}

void import(const Options& options) {
  const auto kind = std::ranges::find(kKinds, options.kind, &Kind::name);
  if (options.files.size() != kind->files) {
    throw CLI::ValidationError("files", fmt::format("{} takes {}", kind->name, kind->what));
  }
  const std::string yaml = pb::to_yaml(imported(options).message);
  if (options.output.empty()) {
    fmt::print("{}", yaml);
    return;
  }
  if (fs::exists(options.output)) {
    throw std::runtime_error("'" + options.output + "' exists: name another file");
  }
  std::ofstream out(options.output, std::ios::binary);
  if (!(out << yaml << std::flush)) {
    throw std::runtime_error("cannot write '" + options.output + "': " + std::strerror(errno));
  }
}

}  // namespace

void add_import(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<Options>();  // shared by the command's copies of the callback
  CLI::App* verb = app.add_subcommand("import", "Make a scenario from measured or published data");
  std::vector<std::string> kinds;
  std::string usage;
  for (const Kind& kind : kKinds) {
    kinds.emplace_back(kind.name);
    usage += fmt::format("\n  {} {}", kind.name, kind.what);
  }
  verb->footer("Kinds and their files:" + usage);
  verb->add_option("kind", options->kind, "What the files are")
      ->required()
      ->check(CLI::IsMember(kinds));
  verb->add_option("files", options->files, "The files")->required();
  verb->add_option("--names", options->names, "Names of an RTT matrix's hosts, one a line");
  verb->add_option("-o,--output", options->output, "The scenario to write; stdout without");
  verb->add_option("--name", options->name, "The scenario's name");
  verb->add_option("--vhosts", options->vhosts, "How many vHosts to spread over the hosts")
      ->check(CLI::Range(2, 65'000));
  verb->add_option("--link-delay", options->link_delay,
                   "Of GraphML links without coordinates, as \"5ms\"");
  verb->callback([options, &exit_code] {
    import(*options);
    exit_code = kDone;
  });
}

}  // namespace violin::cli
