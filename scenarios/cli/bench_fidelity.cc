// `violin bench fidelity`: a scenario simulated and live, side by side.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "analysis/report/tables.h"
#include "datapath/agent/fidelity.h"
#include "scenarios/cli/progress_line.h"
#include "scenarios/cli/verbs.h"
#include "scenarios/load/quantities.h"

namespace violin::cli {

namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string file;
  std::optional<std::uint64_t> seed;
  std::string spin = "150us";
  std::string duration;
  std::string hosts = "models";
  std::string format = "table";
};

volatile std::sig_atomic_t interrupted = 0;

void on_interrupt(int /*signal*/) { interrupted = 1; }

std::string milliseconds(const std::optional<double>& seconds) {
  return seconds ? fmt::format("{:.3f} ms", *seconds * 1e3) : "-";
}

std::string goodput(const FlowResult& flow) {
  return flow.goodput_bps > 0 ? fmt::format("{:.4g} Mbit/s", flow.goodput_bps * 1e-6) : "-";
}

// Of TCP the segments, which are counted at the ports.
std::string loss(const FlowResult& flow, const std::optional<FlowMeasure>& at_ports) {
  if (flow.kind == "bulk" && at_ports) {
    return fmt::format("{}/{}", at_ports->lost(), at_ports->sent);
  }
  return flow.sent > 0 ? fmt::format("{}/{}", flow.lost, flow.sent) : "-";
}

std::string tables(const Fidelity& fidelity) {
  Table table({"Flow", "Kind", "Delay p50 sim", "live", "Mean differs", "p99 sim", "live",
               "Largest difference", "Lost sim", "live", "Goodput sim", "live", "Within bounds"});
  for (const FlowFidelity& flow : fidelity.flows) {
    std::string broken;
    for (const std::string& bound : flow.broken) {
      broken += (broken.empty() ? "no: " : "; ") + bound;
    }
    table.add(
        {fmt::format("{} {} -> {}", flow.simulated.name, flow.simulated.from, flow.simulated.to),
         flow.simulated.kind, milliseconds(flow.simulated.delay_p50_s),
         milliseconds(flow.live.delay_p50_s), milliseconds(flow.mean_difference),
         milliseconds(flow.simulated.delay_p99_s), milliseconds(flow.live.delay_p99_s),
         flow.largest_difference
             ? fmt::format("{} at {:.0f} %", milliseconds(flow.largest_difference),
                           flow.largest_at * 100)
             : "-",
         loss(flow.simulated, flow.simulated_at_ports), loss(flow.live, flow.live_at_ports),
         goodput(flow.simulated), goodput(flow.live), broken.empty() ? "yes" : broken});
  }
  return table.text();
}

// Of traceroutes, hop by hop.
std::string path_tables(const Fidelity& fidelity) {
  Table table({"Path", "Hop", "Simulated", "RTT", "Live", "RTT"});
  for (const PathResult& simulated : fidelity.simulated.paths) {
    const auto live = std::ranges::find(fidelity.live.paths, simulated.flow, &PathResult::flow);
    if (live == fidelity.live.paths.end()) {
      continue;
    }
    const HopResult none{"-", "", std::nullopt};
    for (std::size_t i = 0; i < std::max(simulated.hops.size(), live->hops.size()); ++i) {
      const HopResult& a = i < simulated.hops.size() ? simulated.hops[i] : none;
      const HopResult& b = i < live->hops.size() ? live->hops[i] : none;
      table.add({simulated.flow, std::to_string(i + 1), a.name, milliseconds(a.rtt_s), b.name,
                 milliseconds(b.rtt_s)});
    }
  }
  return table.empty() ? "" : table.text() + "\n";
}

std::string verdict(const Fidelity& fidelity, const FidelityBounds& bounds) {
  if (!fidelity.believable(bounds)) {
    return "not to be believed: the machine was too busy";
  }
  return fmt::format(
      "simulation and live run {}: median one-way delays within {}, losses within what chance "
      "does, "
      "TCP's goodput within {:.0f} %",
      fidelity.within_bounds() ? "agree" : "differ, which were to have",
      to_string(bounds.median_delay), bounds.goodput * 100);
}

Json delays(const FlowResult& flow, const std::optional<FlowMeasure>& at_ports) {
  Json quantiles = Json::object();
  for (const int percent : {1, 5, 25, 50, 75, 95, 99}) {
    if (const auto value = flow.delay.quantile(percent / 100.0)) {
      quantiles[fmt::format("p{}_s", percent)] = static_cast<double>(*value) * 1e-9;
    }
  }
  Json json = {{"sent", flow.sent},
               {"received", flow.received},
               {"lost", flow.lost},
               {"goodput_bps", flow.goodput_bps},
               {"delay", quantiles}};
  if (at_ports) {
    json["at_ports"] = {{"sent", at_ports->sent}, {"lost", at_ports->lost()}};
  }
  return json;
}

template <typename T>
Json number_or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json to_json(const Fidelity& fidelity, const FidelityBounds& bounds) {
  Json flows = Json::array();
  for (const FlowFidelity& flow : fidelity.flows) {
    flows.push_back({{"name", flow.simulated.name},
                     {"kind", flow.simulated.kind},
                     {"from", flow.simulated.from},
                     {"to", flow.simulated.to},
                     {"simulated", delays(flow.simulated, flow.simulated_at_ports)},
                     {"live", delays(flow.live, flow.live_at_ports)},
                     {"median_difference_s", number_or_null(flow.median_difference)},
                     {"mean_difference_s", number_or_null(flow.mean_difference)},
                     {"median_gap_s", flow.median_gap},
                     {"largest_difference_s", number_or_null(flow.largest_difference)},
                     {"largest_at", flow.largest_at},
                     {"loss_difference", flow.loss_difference},
                     {"loss_interval", flow.loss_interval},
                     {"broken", flow.broken}});
  }
  return {{"scenario", fidelity.simulated.scenario},
          {"verdict", verdict(fidelity, bounds)},
          {"within_bounds", fidelity.within_bounds()},
          {"believable", fidelity.believable(bounds)},
          {"punctuality", fidelity.punctuality.json()},
          {"ledger_balanced", fidelity.live.ledger.unbalanced.empty()},
          {"flows", flows}};
}

ExitCode compare(const Options& options) {
  scenario::LoadedScenario scenario = scenario::load_scenario(options.file);
  if (!options.duration.empty()) {
    scenario.message.set_duration(options.duration);
  }
  const auto spin = scenario::duration(options.spin);
  if (!spin) {
    throw CLI::ValidationError("--spin", "'" + options.spin + "' is no duration, such as 150us");
  }
  LiveOptions live;
  live.seed = options.seed;
  live.spin = *spin;
  std::signal(SIGINT, on_interrupt);
  ProgressLine line(true);
  const FidelityBounds bounds;
  const auto shown = [&](double share) {
    if (line.due()) {
      line.show(fmt::format("live: {:.0f} %", share * 100));
    }
    return interrupted == 0;
  };
  const auto told = [](const std::string& text) { fmt::print(stderr, "{}\n", text); };
  const Fidelity fidelity = options.hosts == "guests"
                                ? compare_guests_with_simulated(scenario, live, {}, bounds, told)
                                : compare_live_with_simulated(scenario, live, bounds, shown);
  for (const std::string& warning : fidelity.warnings) {
    told(warning);
  }
  if (options.format == "json") {
    fmt::print("{}\n", to_json(fidelity, bounds).dump(2));
  } else {
    fmt::print("{}{}\nDepartures late by {} at the median, {} at p99: {}.\n", path_tables(fidelity),
               tables(fidelity), to_string(fidelity.punctuality.p50),
               to_string(fidelity.punctuality.p99), verdict(fidelity, bounds));
  }
  if (interrupted != 0) {
    return kInterrupted;
  }
  return fidelity.believable(bounds) && fidelity.within_bounds() ? kDone : kBroken;
}

}  // namespace

void add_fidelity(CLI::App& bench, ExitCode& exit_code) {
  auto options = std::make_shared<Options>();  // shared by the command's copies of the callback
  CLI::App* verb = bench.add_subcommand(
      "fidelity", "Run a scenario simulated and live (emulated underlay), and compare its flows");
  verb->add_option("file", options->file, "The scenario")->required();
  verb->add_option("--duration", options->duration, "In place of the scenario's");
  verb->add_option("--hosts", options->hosts,
                   "Of the live run: the simulation's models, or guests with ping, traceroute and "
                   "iperf3")
      ->check(CLI::IsMember({"models", "guests"}))
      ->capture_default_str();
  verb->add_option("--spin", options->spin, "Poll so long before each departure")
      ->capture_default_str();
  verb->add_option("--seed", options->seed, "Seed of all randomness, in place of the scenario's");
  verb->add_option("--format", options->format, "What to print: table or json")
      ->check(CLI::IsMember({"table", "json"}));
  verb->callback([options, &exit_code] { exit_code = compare(*options); });
}

}  // namespace violin::cli
