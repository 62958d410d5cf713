#include "analysis/report/database.h"

#include <string>

#include "analysis/report/json.h"
#include "analysis/report/sqlite.h"

namespace violin {

namespace {

constexpr const char* kSchema = R"(
CREATE TABLE run (key TEXT PRIMARY KEY, value);
CREATE TABLE flow (name TEXT, kind TEXT, "from" TEXT, "to" TEXT, sent INTEGER, received INTEGER,
  lost INTEGER, duplicated INTEGER, reordered INTEGER, bytes_received INTEGER, goodput_bps REAL,
  delay_mean_s REAL, delay_p50_s REAL, delay_p99_s REAL, stretch REAL, retransmits INTEGER);
CREATE TABLE hop (flow TEXT, number INTEGER, name TEXT, address TEXT, rtt_s REAL);
CREATE TABLE link (name TEXT, "from" TEXT, "to" TEXT, frames INTEGER, bytes INTEGER,
  utilisation REAL, most_queued INTEGER);
CREATE TABLE host (name TEXT, entities INTEGER, frames INTEGER, load REAL,
  access_up_utilisation REAL, access_down_utilisation REAL);
CREATE TABLE substrate_link ("from" TEXT, "to" TEXT, stress INTEGER, frames INTEGER, bytes INTEGER);
CREATE TABLE event (number INTEGER PRIMARY KEY, at_s REAL, what TEXT);
CREATE TABLE drops (scope TEXT, name TEXT, reason TEXT, frames INTEGER);
)";

void write_run(Database& database, const RunResult& result) {
  Insertion run(database, "run", 2);
  run.row(std::string("scenario"), result.scenario);
  run.row(std::string("seed"), result.seed);
  run.row(std::string("duration_s"), decimal_seconds(result.duration));
  run.row(std::string("interrupted"), result.interrupted);
  run.row(std::string("fingerprint"), hex(result.fingerprint));
  run.row(std::string("build_s"), result.build_s);
  run.row(std::string("wall_s"), result.wall_s);
  run.row(std::string("events"), result.events);
  run.row(std::string("deliveries"), result.deliveries);
  run.row(std::string("balanced"), result.ledger.balanced);
  run.row(std::string("in"), result.ledger.in);
  run.row(std::string("out"), result.ledger.out);
  run.row(std::string("queued"), result.ledger.queued);
}

void write_drops(Insertion& drops, const std::string& scope, const std::string& name,
                 const std::vector<DropCount>& counts) {
  for (const DropCount& count : counts) {
    drops.row(scope, name, std::string(to_string(count.reason)), count.frames);
  }
}

void write_flows(Database& database, const RunResult& result) {
  Insertion flow(database, "flow", 16);
  for (const FlowResult& f : result.flows) {
    flow.row(f.name, f.kind, f.from, f.to, f.sent, f.received, f.lost, f.duplicated, f.reordered,
             f.bytes_received, f.goodput_bps, f.delay_mean_s, f.delay_p50_s, f.delay_p99_s,
             f.stretch, f.retransmits);
  }
  Insertion hop(database, "hop", 5);
  for (const PathResult& path : result.paths) {
    int number = 0;
    for (const HopResult& h : path.hops) {
      hop.row(path.flow, ++number, h.name, h.address, h.rtt_s);
    }
  }
}

void write_network(Database& database, const RunResult& result) {
  Insertion drops(database, "drops", 4);
  write_drops(drops, "run", result.scenario, result.ledger.drops);
  Insertion link(database, "link", 7);
  for (const LinkResult& l : result.links) {
    link.row(l.name, l.from, l.to, l.frames, l.bytes, l.utilisation, l.most_queued);
    write_drops(drops, "link", l.name, l.drops);
  }
  Insertion host(database, "host", 6);
  for (const HostResult& h : result.hosts) {
    host.row(h.name, h.entities, h.frames, h.load, h.access_up_utilisation,
             h.access_down_utilisation);
    write_drops(drops, "host", h.name, h.drops);
  }
  Insertion substrate_link(database, "substrate_link", 5);
  for (const SubstrateLinkResult& l : result.substrate_links) {
    substrate_link.row(l.from, l.to, l.stress, l.frames, l.bytes);
  }
  Insertion event(database, "event", 3);
  int number = 0;
  for (const EventResult& e : result.timeline) {
    event.row(++number, decimal_seconds(e.at.time_since_epoch()), e.what);
    write_drops(drops, "event", std::to_string(number), e.drops);
  }
}

}  // namespace

void write_database(const RunResult& result, const std::filesystem::path& file) {
  Database database(file);
  database.execute("BEGIN");
  database.execute(kSchema);
  write_run(database, result);
  write_flows(database, result);
  write_network(database, result);
  database.execute("COMMIT");
}

}  // namespace violin
