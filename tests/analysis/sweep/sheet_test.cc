#include "analysis/sweep/sheet.h"

#include <sqlite3.h>

#include "tests/analysis/sweep/studying.h"

namespace violin::sweep {
namespace {

// RFC 4180 section 2: fields with commas or quotes are quoted, quotes doubled.
TEST(Csv, IsAsTheStandardSays) {
  const Sheet sheet{"s",
                    {"a", "b,c"},
                    {{std::uint64_t{18446744073709551615U}, 0.1},
                     {std::string("say \"x\""), Cell()},
                     {true, 1e300}}};
  EXPECT_EQ(to_csv(sheet), "a,\"b,c\"\n18446744073709551615,0.1\n\"say \"\"x\"\"\",\n1,1e+300\n");
}

std::vector<std::string> query(const std::filesystem::path& file, const char* sql) {
  std::vector<std::string> found;
  sqlite3* database = nullptr;
  EXPECT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  const auto add = [](void* rows, int columns, char** values, char**) {
    std::string row;
    for (int i = 0; i < columns; ++i) {
      row += (i == 0 ? "" : "|") + std::string(values[i] == nullptr ? "null" : values[i]);
    }
    static_cast<std::vector<std::string>*>(rows)->push_back(row);
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(database, sql, add, &found, nullptr), SQLITE_OK) << sql;
  sqlite3_close(database);
  return found;
}

TEST(Sheets, AreTablesOfTheDatabase) {
  TemporaryFolder folder;
  const auto file = folder.path() / "run.db";
  const Study study = study_of({"entity.s.host=h1,h3", "substrate.scale=1,2"},
                               {.fail_each_host = true, .replications = 2});
  const auto outcomes = outcomes_of(study);
  const Ranking ranking = rank(outcomes, RankBy::kCost);
  write_database(
      {alternatives(study, outcomes, ranking), failures(outcomes), simulations(outcomes)},
      {{"scenario", "line"}}, file);
  EXPECT_EQ(query(file, R"(SELECT alternative, "entity.s.host", "substrate.scale", bound
                           FROM alternative WHERE "substrate.scale" > 1.5)"),
            (std::vector<std::string>{"1|h1|2.0|null", "3|h3|2.0|null"}));
  EXPECT_EQ(query(file, "SELECT count(*) FROM failure WHERE host = 'h2'").front(), "0");
  EXPECT_EQ(query(file, R"(SELECT count(*) FROM alternative a JOIN
                           (SELECT alternative, avg(goodput_bps) AS mean FROM simulation
                            GROUP BY alternative) s ON a.alternative = s.alternative
                           WHERE abs(a.goodput_bps - s.mean) < 1e-6 * s.mean)")
                .front(),
            "4");
  EXPECT_EQ(query(file, "SELECT value FROM study WHERE key = 'scenario'").front(), "line");
}

TEST(Sheets, HaveAColumnForWhatWasAsked) {
  const Study plain = study_of({"seed=1"});
  const auto outcomes = outcomes_of(plain);
  const Sheet sheet = alternatives(plain, outcomes, rank(outcomes, RankBy::kCost));
  for (const auto& row : sheet.rows) {
    EXPECT_EQ(row.size(), sheet.columns.size());
  }
  EXPECT_EQ(std::ranges::count(sheet.columns, "goodput_bps"), 0);
}

}  // namespace
}  // namespace violin::sweep
