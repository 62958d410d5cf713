// `violin what-if`: exit codes, what goes where, and studies that several processes share or that
// are cut short.
#include <csignal>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "tests/scenarios/cli/program.h"

namespace violin {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class WhatIf : public CommandLine {
 protected:
  std::string out(const std::string& name = "out") const { return (folder() / name).string(); }
  std::vector<std::string> words(const std::vector<std::string>& more) const {
    std::vector<std::string> words{"what-if", example_file("figure2").string(), "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  Ended what_if(const std::vector<std::string>& more) const { return violin(words(more)); }
};

const std::vector<std::string> kPlaces{"--vary", "entity.vSwitch1.host=*", "--vary",
                                       "entity.vRouter1.host=*"};

std::vector<std::string> operator+(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST_F(WhatIf, PrintsOneJsonDocumentTheBestFirst) {
  const Ended ended = what_if(kPlaces + std::vector<std::string>{"--format", "json"});
  EXPECT_EQ(ended.code, 0);
  const Json document = Json::parse(ended.out);
  const Json& rows = document["alternatives"];
  ASSERT_EQ(rows.size(), 49U);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    EXPECT_LE(rows[i - 1]["cost"].get<double>(), rows[i]["cost"].get<double>());
  }
  EXPECT_EQ(document["study"]["varied"]["entity.vSwitch1.host"].size(), 7U);
  EXPECT_FALSE(fs::exists(out()));
}

TEST_F(WhatIf, LeavesAFolderWhoseBestCanBeSimulated) {
  const Ended ended = what_if(kPlaces + std::vector<std::string>{"--out", out()});
  EXPECT_EQ(ended.code, 0) << ended.err;
  for (const char* name : {"rows.csv", "run.db", "best.yaml", "plots/map.gp", "plots/pareto.gp"}) {
    EXPECT_TRUE(fs::exists(fs::path(out()) / name)) << name;
  }
  EXPECT_FALSE(fs::exists(out() + ".partial"));
  EXPECT_EQ(violin({"simulate", out() + "/best.yaml", "--quiet"}).code, 0);
}

TEST_F(WhatIf, WrongOptionsAreUsageErrors) {
  const std::map<std::string, std::vector<std::string>> wrong{
      {"did you mean 'vSwitch1'", {"--vary", "entity.vSwich1.host=*"}},
      {"needs --simulate", {"--rank-by", "p99"}},
      {"needs --out", {"--resume"}},
      {"no term 'netwrk'", {"--pareto", "netwrk,delay"}},
      {"at most", {"--vary", "seed=1..9999", "--vary", "demand.scale=1..9999"}},
  };
  for (const auto& [explanation, options] : wrong) {
    const Ended ended = what_if(options);
    EXPECT_EQ(ended.code, 2) << explanation;
    EXPECT_THAT(ended.out, IsEmpty());
    EXPECT_THAT(ended.err, HasSubstr(explanation));
  }
}

TEST_F(WhatIf, WrongScenariosAreInvalid) {
  const auto file = make("bad.yaml", "duration: 1s\nsubstrat: {}\n");
  const Ended ended = violin({"what-if", file.string()});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, HasSubstr("bad.yaml:2:1"));
}

TEST_F(WhatIf, ThatNothingSatisfiesIsInfeasible) {
  std::string text = text_of(example_file("figure2"));
  text.insert(text.find("captures:"), "planning: {apart: [{entities: [vSwitch1, vRouter1]}]}\n");
  const auto file = make("apart.yaml", text);
  const Ended ended =
      violin({"what-if", file.string(), "--vary", "entity.vSwitch1.host=planetlab1.cs.purdue.edu"});
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.out, HasSubstr("are to be apart"));
}

TEST_F(WhatIf, GoesOnAfterAnInterruptWithTheSameRows) {
  const std::vector<std::string> study{
      "--vary", "entity.vSwitch1.host=*", "--vary", "seed=1..20", "--simulate", "1", "--threads",
      "1"};
  ASSERT_EQ(what_if(study + std::vector<std::string>{"--out", out("whole")}).code, 0);
  auto cut = words(study + std::vector<std::string>{"--out", out()});
  cut.insert(cut.begin(), VIOLIN_BINARY);
  const Program program(cut, folder());
  const fs::path shard = out() + ".partial/rows/rank0.jsonl";
  while (!fs::exists(shard) || fs::file_size(shard) == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().code, 130);
  EXPECT_FALSE(fs::exists(out()));
  EXPECT_EQ(what_if(study + std::vector<std::string>{"--out", out()}).code, 1);
  const Ended resumed = what_if(study + std::vector<std::string>{"--out", out(), "--resume"});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(text_of(out() + "/rows.csv"), text_of(out("whole") + "/rows.csv"));
}

// ---- ranks

class Ranks : public WhatIf {
 protected:
  void SetUp() override {
    setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
    setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    if (std::system("mpirun --version >/dev/null 2>&1") != 0) {
      GTEST_SKIP() << "mpirun is not installed (Debian: openmpi-bin)";
    }
  }
  Program start(int ranks, const std::vector<std::string>& more) const {
    std::vector<std::string> command{"mpirun", "--oversubscribe",     "--enable-recovery",
                                     "-n",     std::to_string(ranks), "--bind-to",
                                     "none",   VIOLIN_BINARY};
    return {command + words(more), folder()};
  }
};

TEST_F(Ranks, GiveTheSameRowsHoweverMany) {
  const auto study =
      kPlaces + std::vector<std::string>{"--vary", "demand.scale=1,2", "--fail", "each-host"};
  ASSERT_EQ(what_if(study + std::vector<std::string>{"--out", out()}).code, 0);
  const std::string rows = text_of(out() + "/rows.csv");
  for (const int ranks : {1, 2, 3}) {
    const std::string name = out(std::to_string(ranks));
    const Ended ended = start(ranks, study + std::vector<std::string>{"--out", name}).wait();
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(text_of(name + "/rows.csv"), rows);
    EXPECT_EQ(text_of(name + "/failures.csv"), text_of(out() + "/failures.csv"));
    EXPECT_THAT(ended.out, HasSubstr("98 alternatives"));
  }
}

TEST_F(Ranks, NeedAFolder) {
  const Ended ended = start(2, kPlaces).wait();
  EXPECT_THAT(ended.err, HasSubstr("a folder that they share"));
  EXPECT_THAT(ended.out, IsEmpty());
}

// The process that writes this shard; nullopt if there is none. Others may end meanwhile.
std::optional<pid_t> writer_of(const fs::path& shard) {
  for (const auto& process : fs::directory_iterator("/proc")) {
    try {
      for (const auto& open : fs::directory_iterator(process.path() / "fd")) {
        if (fs::read_symlink(open.path()) == shard) {
          return std::stoi(process.path().filename());
        }
      }
    } catch (const fs::filesystem_error&) {
      continue;
    }
  }
  return std::nullopt;
}

TEST_F(Ranks, ALostOneCostsOnlyItsRowsAndResumeFinishesThem) {
  const std::vector<std::string> study{
      "--vary", "entity.vSwitch1.host=*", "--vary", "seed=1..12", "--simulate", "1"};
  ASSERT_EQ(what_if(study + std::vector<std::string>{"--out", out("whole")}).code, 0);
  const Program program = start(3, study + std::vector<std::string>{"--out", out()});
  const fs::path rows = out() + ".partial/rows";
  while (!fs::exists(rows / "rank0.jsonl") || fs::file_size(rows / "rank0.jsonl") == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  const auto lost = writer_of(rows / "rank0.jsonl");
  ASSERT_TRUE(lost);
  ASSERT_EQ(kill(*lost, SIGKILL), 0);
  program.wait();
  std::map<std::string, std::ptrdiff_t> finished;
  for (const char* rank : {"rank0", "rank1", "rank2"}) {
    const std::string text = text_of(rows / (std::string(rank) + ".jsonl"));
    finished[rank] = std::ranges::count(text, '\n');
  }
  EXPECT_LT(finished["rank0"], 28);  // of 84
  EXPECT_EQ(finished["rank1"], 28);
  EXPECT_EQ(finished["rank2"], 28);
  const Ended resumed = what_if(study + std::vector<std::string>{"--out", out(), "--resume"});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(text_of(out() + "/rows.csv"), text_of(out("whole") + "/rows.csv"));
}

}  // namespace
}  // namespace violin
