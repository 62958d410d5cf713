#include "scenarios/cli/status_report.h"

#include <fmt/format.h>

#include "analysis/report/tables.h"

namespace violin::cli {

namespace {

using nlohmann::json;

std::string text(const json& value) { return value.is_string() ? value.get<std::string>() : "-"; }

std::string milliseconds(const json& seconds) {
  return seconds.is_number() ? fmt::format("{:.3f} ms", seconds.get<double>() * 1e3) : "-";
}

std::string count(const json& value) {
  return value.is_number() ? fmt::format("{}", value.get<std::uint64_t>()) : "-";
}

std::string reasons(const json& drops) {
  std::string list;
  for (const auto& [reason, frames] : drops.items()) {
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", frames.get<std::uint64_t>(), reason);
  }
  return list.empty() ? "none" : list;
}

std::string addresses(const json& entity) {
  std::string list;
  for (const json& nic : entity["nics"]) {
    if (nic.contains("address")) {
      list += (list.empty() ? "" : " ") + text(nic["address"]);
    }
  }
  return list.empty() ? fmt::format("{} ports", entity["nics"].size()) : list;
}

std::string entity_table(const json& status) {
  Table table({"Entity", "Host", "Runs as", "State", "Addresses", "Frames in", "Frames out",
               "Drops", "Boot", "Memory"});
  for (const json& e : status["entities"]) {
    const bool guest = e.contains("boot_s");
    table.add({text(e["name"]), text(e["host"]), text(e["runs_as"]),
               text(e["state"]) + (e.contains("died") ? ": " + text(e["died"]) : ""), addresses(e),
               count(e["frames_in"]), count(e["frames_out"]), count(e["drops"]),
               guest && e["boot_s"].is_number() ? fmt::format("{:.2f} s", e["boot_s"].get<double>())
                                                : "-",
               guest ? fmt::format("{:.1f} MB", e["memory_bytes"].get<double>() / 1e6) : "-"});
  }
  return table.text();
}

std::string tunnel_table(const json& status) {
  Table table({"Tunnel from", "To", "State", "Segment", "RTT", "Sent", "Lost", "Reordered"});
  for (const json& t : status["tunnels"]) {
    table.add({text(t["from"]), text(t["to"]), t["up"].get<bool>() ? "up" : "down",
               count(t["segment_size"]), milliseconds(t["rtt_s"]), count(t["sent"]),
               count(t["lost"]), count(t["reordered"])});
  }
  return table.empty() ? "" : "\n" + table.text();
}

std::string jetway_table(const json& status) {
  Table table({"Jetway at", "Device", "Out", "In", "Refused"});
  for (const json& j : status["jetways"]) {
    table.add({text(j["vswitch"]), text(j["device"]), count(j["outward"]["frames"]),
               count(j["inward"]["frames"]),
               fmt::format("{}", j["outward"]["refused"].get<std::uint64_t>() +
                                     j["inward"]["refused"].get<std::uint64_t>())});
  }
  return table.empty() ? "" : "\n" + table.text();
}

}  // namespace

std::string link_report(const json& status, const std::string& part) {
  Table table({"Link", "To", "State", "Rate", "Delay", "Loss", "Frames", "Bytes", "Drops"});
  for (const json& link : status["links"]) {
    if (text(link["from"]).find(part) == std::string::npos &&
        text(link["to"]).find(part) == std::string::npos) {
      continue;
    }
    table.add({text(link["from"]), text(link["to"]), link["up"].get<bool>() ? "up" : "down",
               text(link["rate"]), text(link["delay"]), text(link["loss"]), count(link["frames"]),
               count(link["bytes"]), reasons(link["drops"])});
  }
  return table.text();
}

std::string closing_report(const json& status) {
  const json& ledger = status["ledger"];
  const json& p = status["punctuality"];
  return fmt::format(
      "Books: {} frames made, {} ended as intended, {} on their way; drops: {}{}\n"
      "Punctuality: {} ({} departures, late by {} at the median, {} at p99, at most {}; valid up "
      "to {} at p99)\n",
      count(ledger["in"]), count(ledger["out"]), count(ledger["queued"]), reasons(ledger["drops"]),
      ledger["balanced"].get<bool>() ? "" : "; NOT BALANCED", text(p["verdict"]),
      count(p["departures"]), milliseconds(p["late_p50_s"]), milliseconds(p["late_p99_s"]),
      milliseconds(p["late_worst_s"]), milliseconds(p["bound_p99_s"]));
}

std::string status_report(const json& status) {
  return fmt::format("{}: {} since {:.0f} s, daemon {}\n\n", text(status["name"]),
                     text(status["state"]), status["time_s"].get<double>(),
                     status["pid"].get<int>()) +
         entity_table(status) + tunnel_table(status) + jetway_table(status) + "\n" +
         closing_report(status);
}

}  // namespace violin::cli
