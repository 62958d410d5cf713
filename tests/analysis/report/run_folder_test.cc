// The folder that a run leaves: its database tells the same as its summary.
#include "analysis/report/run_folder.h"

#include <sqlite3.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/scenarios/running.h"

namespace violin {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using ::testing::UnorderedElementsAre;

class RunInAFolder : public ::testing::Test {
 protected:
  void TearDown() override { sqlite3_close(database_); }

  // Every type of row: drops, events, hops and substrate links among them.
  void run_in_folder(const std::string& text) {
    RunFolder folder(path());
    RunOptions options;
    options.folder = folder.partial();
    folder.complete(run(parse_yaml(text), options));
    std::ifstream(path() / "summary.json") >> summary_;
    ASSERT_EQ(sqlite3_open((path() / "run.db").c_str(), &database_), SQLITE_OK);
  }
  fs::path path() const { return folder_.path() / "out"; }

  // The rows of a query, every value as JSON.
  Json query(const std::string& sql) {
    Json rows = Json::array();
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database_);
    while (sqlite3_step(statement) == SQLITE_ROW) {
      Json row = Json::array();
      for (int i = 0; i < sqlite3_column_count(statement); ++i) {
        row.push_back(value(statement, i));
      }
      rows.push_back(row);
    }
    sqlite3_finalize(statement);
    return rows;
  }

  // The table's columns of that name, and the same members of the summary's list.
  void expect_same(const std::string& table, const std::string& list,
                   const std::vector<std::string>& columns) {
    std::string selected;
    for (const std::string& column : columns) {
      selected += (selected.empty() ? "\"" : ", \"") + column + "\"";
    }
    Json expected = Json::array();
    for (const Json& object : summary_[list]) {
      Json row = Json::array();
      for (const std::string& column : columns) {
        row.push_back(object.at(column));
      }
      expected.push_back(row);
    }
    EXPECT_GT(expected.size(), 0U) << list;
    EXPECT_EQ(query("SELECT " + selected + " FROM " + table + " ORDER BY rowid"), expected);
  }

  Json summary_;

 private:
  static Json value(sqlite3_stmt* statement, int column) {
    switch (sqlite3_column_type(statement, column)) {
      case SQLITE_INTEGER:
        return sqlite3_column_int64(statement, column);
      case SQLITE_FLOAT:
        return sqlite3_column_double(statement, column);
      case SQLITE_NULL:
        return nullptr;
      default:
        return std::string(static_cast<const char*>(sqlite3_column_blob(statement, column)),
                           static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
    }
  }

  TemporaryFolder folder_;
  sqlite3* database_ = nullptr;
};

constexpr const char* kScenario = R"(duration: 10s
name: everything
substrate:
  graph: {links: [{between: [x, y], delay: 5ms}, {between: [y, z], delay: 5ms}]}
violins:
  - name: v
    vrouters: [{name: r, host: y, nics: [{address: 10.0.1.1/24}, {address: 10.0.2.1/24}]}]
    vhosts:
      - {name: a, host: x, nics: [{address: 10.0.1.2/24, to: r.eth0, link: {rate: 1Mbit/s, loss: 5%}}]}
      - {name: b, host: z, nics: [{address: 10.0.2.2/24, to: r.eth1}]}
traffic:
  - {name: stream, from: a, to: b, cbr: {rate: 2Mbit/s}}
  - {name: copy, from: b, to: a, bulk: {}}
  - {name: way, from: a, to: b, traceroute: {}}
  - {name: nobody, from: a, to: 10.0.2.9, ping: {}}
timeline:
  - {at: 5s, link: {nic: b.eth0, up: false}}
  - {at: 6s, link: {nic: b.eth0, up: true}}
captures: [{nic: a.eth0}]
)";

TEST_F(RunInAFolder, HasTheDocumentedTables) {
  run_in_folder(kScenario);
  EXPECT_EQ(query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"),
            Json::parse(R"([["drops"], ["event"], ["flow"], ["hop"], ["host"], ["link"], ["run"],
                            ["substrate_link"]])"));
}

TEST_F(RunInAFolder, TellsTheSameInItsDatabaseAsInItsSummary) {
  run_in_folder(kScenario);
  expect_same("flow", "flows",
              {"name", "kind", "from", "to", "sent", "received", "lost", "duplicated", "reordered",
               "bytes_received", "goodput_bps", "delay_mean_s", "delay_p50_s", "delay_p99_s",
               "stretch", "retransmits"});
  expect_same("link", "links",
              {"name", "from", "to", "frames", "bytes", "utilisation", "most_queued"});
  expect_same(
      "host", "hosts",
      {"name", "entities", "frames", "load", "access_up_utilisation", "access_down_utilisation"});
  expect_same("substrate_link", "substrate_links", {"from", "to", "stress", "frames", "bytes"});
  expect_same("event", "timeline", {"at_s", "what"});
}

TEST_F(RunInAFolder, TellsTheSameBooksAndDrops) {
  run_in_folder(kScenario);
  for (const char* key : {"in", "out", "queued"}) {
    EXPECT_EQ(query(std::string("SELECT value FROM run WHERE key = '") + key + "'")[0][0],
              summary_["ledger"][key]);
  }
  EXPECT_EQ(query("SELECT value FROM run WHERE key = 'fingerprint'")[0][0],
            summary_["fingerprint"]);
  Json drops = Json::object();
  for (const Json& row : query("SELECT reason, frames FROM drops WHERE scope = 'run'")) {
    drops[row[0].get<std::string>()] = row[1];
  }
  EXPECT_GE(drops.size(), 3U) << drops;  // queue-full, random-loss, link-down
  EXPECT_EQ(drops, summary_["ledger"]["drops"]);
  EXPECT_EQ(query("SELECT flow, name FROM hop ORDER BY number"),
            Json::parse(R"([["way", "r"], ["way", "b"]])"));
}

TEST_F(RunInAFolder, AppearsWholeOrNotAtAll) {
  {
    const RunFolder folder(path());
    EXPECT_TRUE(fs::is_directory(folder.partial()));
    EXPECT_FALSE(fs::exists(path()));
  }
  EXPECT_TRUE(fs::is_empty(path().parent_path()));
  run_in_folder(kScenario);
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(path())) {
    names.push_back(entry.path().filename().string());
  }
  EXPECT_THAT(names, UnorderedElementsAre("run.db", "summary.json", "a.eth0.pcapng"));
}

}  // namespace
}  // namespace violin
