#include "analysis/report/json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace violin {

namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json drops(const std::vector<DropCount>& counts) {
  Json object = Json::object();
  for (const DropCount& count : counts) {
    object[std::string(to_string(count.reason))] = count.frames;
  }
  return object;
}

template <typename T, typename Convert>
Json list(const std::vector<T>& values, Convert convert) {
  Json array = Json::array();
  for (const T& value : values) {
    array.push_back(convert(value));
  }
  return array;
}

Json ledger(const RunLedger& books) {
  Json object = {{"balanced", books.balanced},
                 {"in", books.in},
                 {"out", books.out},
                 {"queued", books.queued},
                 {"drops", drops(books.drops)}};
  if (!books.unbalanced.empty()) {
    object["unbalanced"] = books.unbalanced;
  }
  return object;
}

Json flow(const FlowResult& f) {
  return {{"name", f.name},
          {"kind", f.kind},
          {"from", f.from},
          {"to", f.to},
          {"sent", f.sent},
          {"received", f.received},
          {"lost", f.lost},
          {"duplicated", f.duplicated},
          {"reordered", f.reordered},
          {"bytes_received", f.bytes_received},
          {"goodput_bps", f.goodput_bps},
          {"delay_mean_s", or_null(f.delay_mean_s)},
          {"delay_p50_s", or_null(f.delay_p50_s)},
          {"delay_p99_s", or_null(f.delay_p99_s)},
          {"stretch", or_null(f.stretch)},
          {"retransmits", or_null(f.retransmits)}};
}

Json path(const PathResult& p) {
  return {{"flow", p.flow},
          {"from", p.from},
          {"to", p.to},
          {"reached", p.reached},
          {"hops", list(p.hops, [](const HopResult& hop) { return Json(hop.name); })},
          {"addresses", list(p.hops, [](const HopResult& hop) { return Json(hop.address); })},
          {"rtts_s", list(p.hops, [](const HopResult& hop) { return or_null(hop.rtt_s); })}};
}

Json link(const LinkResult& l) {
  return {{"name", l.name},
          {"from", l.from},
          {"to", l.to},
          {"frames", l.frames},
          {"bytes", l.bytes},
          {"utilisation", l.utilisation},
          {"most_queued", l.most_queued},
          {"drops", drops(l.drops)}};
}

Json host(const HostResult& h) {
  return {{"name", h.name},
          {"entities", h.entities},
          {"frames", h.frames},
          {"load", h.load},
          {"access_up_utilisation", h.access_up_utilisation},
          {"access_down_utilisation", h.access_down_utilisation},
          {"drops", drops(h.drops)}};
}

Json substrate_link(const SubstrateLinkResult& l) {
  return {{"from", l.from},
          {"to", l.to},
          {"stress", l.stress},
          {"frames", l.frames},
          {"bytes", l.bytes}};
}

Json event(const EventResult& e) {
  return {{"at_s", decimal_seconds(e.at.time_since_epoch())},
          {"what", e.what},
          {"drops", drops(e.drops)}};
}

}  // namespace

std::string hex(std::uint64_t fingerprint) { return fmt::format("{:016x}", fingerprint); }

double decimal_seconds(Duration d) { return static_cast<double>(d.count()) / 1e9; }

std::string to_json(const RunResult& result) {
  const Json document = {{"scenario", result.scenario},
                         {"seed", result.seed},
                         {"duration_s", decimal_seconds(result.duration)},
                         {"interrupted", result.interrupted},
                         {"fingerprint", hex(result.fingerprint)},
                         {"build_s", result.build_s},
                         {"wall_s", result.wall_s},
                         {"events", result.events},
                         {"deliveries", result.deliveries},
                         {"ledger", ledger(result.ledger)},
                         {"flows", list(result.flows, flow)},
                         {"paths", list(result.paths, path)},
                         {"links", list(result.links, link)},
                         {"hosts", list(result.hosts, host)},
                         {"substrate_links", list(result.substrate_links, substrate_link)},
                         {"timeline", list(result.timeline, event)},
                         {"captures", result.captures},
                         {"warnings", result.warnings}};
  return document.dump(2) + "\n";
}

}  // namespace violin
