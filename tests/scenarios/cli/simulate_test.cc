// `violin simulate` and the smaller verbs: exit codes, what goes to stdout and stderr, and what is
// left on the disk.
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/scenarios/cli/program.h"

namespace violin {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [key, value] : object.items()) {
    names.push_back(key);
  }
  return names;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

class Simulate : public CommandLine {
 protected:
  const std::string figure2_ = example_file("figure2").string();
  std::string out() const { return (folder() / "out").string(); }
};

// ---- results

TEST_F(Simulate, PrintsOneJsonDocumentWithTheKeysThatChecksRelyOn) {
  const Ended ended = violin({"simulate", figure2_, "--seed", "7", "--format", "json"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.err, IsEmpty());
  const Json document = Json::parse(ended.out);
  EXPECT_THAT(keys(document), IsSupersetOf({"fingerprint", "seed", "duration_s", "wall_s", "ledger",
                                            "flows", "paths"}));
  EXPECT_THAT(document["fingerprint"].get<std::string>(), ContainsRegex("^[0-9a-f]{16}$"));
  EXPECT_EQ(document["seed"], 7);
  EXPECT_EQ(document["duration_s"], 30.0);
  EXPECT_GT(document["wall_s"].get<double>(), 0);
  const Json& ledger = document["ledger"];
  EXPECT_THAT(keys(ledger), IsSupersetOf({"balanced", "in", "out", "queued", "drops"}));
  EXPECT_EQ(ledger["balanced"], true);
  std::uint64_t ended_frames =
      ledger["out"].get<std::uint64_t>() + ledger["queued"].get<std::uint64_t>();
  for (const auto& [reason, frames] : ledger["drops"].items()) {
    ended_frames += frames.get<std::uint64_t>();
  }
  EXPECT_EQ(ledger["in"], ended_frames);
  for (const Json& flow : document["flows"]) {
    EXPECT_THAT(keys(flow), IsSupersetOf({"name", "from", "to", "sent", "received", "lost",
                                          "goodput_bps", "delay_p50_s", "delay_p99_s", "stretch"}));
  }
  ASSERT_EQ(document["paths"].size(), 1U);
  EXPECT_EQ(document["paths"][0]["from"], "vHost1");
  EXPECT_EQ(document["paths"][0]["to"], "vHost3");
  EXPECT_EQ(document["paths"][0]["hops"], Json({"vRouter1", "vHost3"}));
}

TEST_F(Simulate, PrintsTablesThatEndWithTheLedgerAndTheFingerprint) {
  const Ended ended = violin({"simulate", figure2_});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.err, IsEmpty());
  EXPECT_THAT(ended.out, ContainsRegex("Ledger: [0-9]+ frames in = .*: balanced"));
  EXPECT_THAT(ended.out, ContainsRegex("Fingerprint: [0-9a-f]{16}\n$"));
}

TEST_F(Simulate, TakesTheThreeFormatsAlike) {
  const std::string json = R"({"duration": "1s", "substrate": {"pairs": {"default_rtt": "1ms"},
    "hosts": [{"name": "h"}]}, "violins": [{"name": "v", "vhosts": [
    {"name": "a", "host": "h", "nics": [{"address": "10.0.0.1/24", "to": "b.eth0"}]},
    {"name": "b", "host": "h", "nics": [{"address": "10.0.0.2/24"}]}]}],
    "traffic": [{"name": "f", "from": "a", "to": "b", "ping": {"interval": "100ms"}}]})";
  const std::string textproto = R"(duration: "1s"
    substrate { pairs { default_rtt: "1ms" } hosts { name: "h" } }
    violins { name: "v"
      vhosts { name: "a" host: "h" nics { address: "10.0.0.1/24" to: "b.eth0" } }
      vhosts { name: "b" host: "h" nics { address: "10.0.0.2/24" } } }
    traffic { name: "f" from: "a" to: "b" ping { interval: "100ms" } })";
  std::vector<Json> fingerprints;
  for (const fs::path& file :
       {make("x.json", json), make("x.yaml", json), make("x.textproto", textproto)}) {
    const Ended ended = violin({"simulate", file.string(), "--format", "json"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    fingerprints.push_back(Json::parse(ended.out)["fingerprint"]);
  }
  EXPECT_EQ(fingerprints[0], fingerprints[1]);
  EXPECT_EQ(fingerprints[0], fingerprints[2]);
}

TEST_F(Simulate, FailsWhereStdoutCannotBeWritten) {
  const Ended ended =
      Program({VIOLIN_BINARY, "simulate", figure2_, "--format", "json"}, folder(), "/dev/full")
          .wait();
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("No space left on device"));
}

// ---- the run's folder

TEST_F(Simulate, LeavesAFolderThatTellsTheSameAsStdout) {
  const Ended ended = violin({"simulate", figure2_, "--out", out(), "--format", "json"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(names_in(out()),
              UnorderedElementsAre("run.db", "summary.json", "vHost1.eth0.pcapng"));
  EXPECT_EQ(text_of(fs::path(out()) / "summary.json"), ended.out);
  EXPECT_FALSE(fs::exists(out() + ".partial"));
}

TEST_F(Simulate, ReplacesAnEarlierRun) {
  EXPECT_EQ(violin({"simulate", figure2_, "--out", out(), "--seed", "1"}).code, 0);
  EXPECT_EQ(violin({"simulate", figure2_, "--out", out() + "/", "--seed", "2"}).code, 0);
  EXPECT_EQ(Json::parse(text_of(fs::path(out()) / "summary.json"))["seed"], 2);
}

TEST_F(Simulate, LeavesAnEarlierRunAloneWhenTheNextOneFails) {
  EXPECT_EQ(violin({"simulate", figure2_, "--out", out()}).code, 0);
  const std::string before = text_of(fs::path(out()) / "summary.json");
  EXPECT_EQ(violin({"simulate", make("bad.yaml", "x: 1").string(), "--out", out()}).code, 3);
  EXPECT_EQ(text_of(fs::path(out()) / "summary.json"), before);
  EXPECT_FALSE(fs::exists(out() + ".partial"));
}

TEST_F(Simulate, RefusesAFolderOfSomethingElseAndDoesNotTouchIt) {
  for (const char* name : {"notes.txt", "mine.pcapng", "summary.json"}) {
    fs::create_directory(out());
    make(std::string("out/") + name, "precious");
    const Ended ended = violin({"simulate", figure2_, "--out", out()});
    EXPECT_EQ(ended.code, 1) << name;
    EXPECT_THAT(ended.err, HasSubstr(out()));
    EXPECT_THAT(ended.out, IsEmpty());
    EXPECT_THAT(names_in(out()), ElementsAre(name));
    EXPECT_EQ(text_of(fs::path(out()) / name), "precious");
    EXPECT_FALSE(fs::exists(out() + ".partial"));
    fs::remove_all(out());
  }
}

TEST_F(Simulate, RefusesAFileInPlaceOfTheFolder) {
  make("out", "precious");
  const Ended ended = violin({"simulate", figure2_, "--out", out()});
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(text_of(out()), "precious");
}

TEST_F(Simulate, FailsWhereTheFolderCannotBeMade) {
  make("file", "");
  const Ended ended = violin({"simulate", figure2_, "--out", (folder() / "file/out").string()});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("file/out"));
  EXPECT_THAT(ended.err, HasSubstr("Not a directory"));
}

TEST_F(Simulate, TwoCapturesOfLikeNamesInTwoViolinsAreTwoFiles) {
  std::string text = text_of(example_file("isolation"));
  text += "captures: [{nic: red/vHost1.eth0}, {nic: blue/vHost1.eth0}]\n";
  EXPECT_EQ(violin({"simulate", make("two.yaml", text).string(), "--out", out()}).code, 0);
  EXPECT_THAT(names_in(out()),
              UnorderedElementsAre("run.db", "summary.json", "red.vHost1.eth0.pcapng",
                                   "blue.vHost1.eth0.pcapng"));
}

TEST_F(Simulate, ACaptureDoesNotTakeTheNameOfAnotherFileOfTheRun) {
  const std::string text =
      text_of(example_file("ring")) + "captures: [{nic: A.eth0, file: run.db}]";
  const Ended ended = violin({"simulate", make("x.yaml", text).string(), "--out", out()});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, HasSubstr("run.db"));
  EXPECT_FALSE(fs::exists(out()));
}

// ---- how it ends

TEST_F(Simulate, TellsUsageErrorsByTwo) {
  EXPECT_EQ(violin({}).code, 2);
  EXPECT_EQ(violin({"simulat", figure2_}).code, 2);
  EXPECT_EQ(violin({"simulate"}).code, 2);
  EXPECT_EQ(violin({"simulate", figure2_, "--format", "xml"}).code, 2);
  EXPECT_EQ(violin({"simulate", figure2_, "--seed", "many"}).code, 2);
  EXPECT_EQ(violin({"simulate", figure2_, "--frobnicate"}).code, 2);
  EXPECT_EQ(violin({"completion", "tcsh"}).code, 2);
  const Ended ended = violin({"simulate"});
  EXPECT_THAT(ended.out, IsEmpty());
  EXPECT_THAT(ended.err, HasSubstr("file is required"));
}

TEST_F(Simulate, ExplainsEachVerb) {
  for (const char* verb : {"validate", "simulate", "version", "completion"}) {
    const Ended ended = violin({verb, "--help"});
    EXPECT_EQ(ended.code, 0) << verb;
    EXPECT_THAT(ended.out, HasSubstr(verb));
  }
}

TEST_F(Simulate, IsInfeasibleWhereAHostHasTooLittleMemory) {
  const fs::path file = make("big.yaml", R"(duration: 1s
substrate: {pairs: {default_rtt: 1ms}, hosts: [{name: small, memory: 1GiB}, {name: other}]}
violins:
  - name: v
    vhosts:
      - {name: a, host: small, memory: 600MiB, nics: [{address: 10.0.0.1/24, to: b.eth0}]}
      - {name: b, host: small, memory: 600MiB, nics: [{address: 10.0.0.2/24}]}
)");
  const Ended ended = violin({"simulate", file.string(), "--out", out()});
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.err, HasSubstr("small"));
  EXPECT_THAT(ended.out, IsEmpty());
  EXPECT_FALSE(fs::exists(out()));
  EXPECT_FALSE(fs::exists(out() + ".partial"));
}

TEST_F(Simulate, EndsEarlyAndWholeWhenInterrupted) {
  const fs::path file = make("long.yaml", R"(duration: 10000h
substrate: {pairs: {default_rtt: 1ms}, hosts: [{name: h1}, {name: h2}]}
violins:
  - name: v
    vhosts:
      - {name: a, host: h1, nics: [{address: 10.0.0.1/24, to: b.eth0}]}
      - {name: b, host: h2, nics: [{address: 10.0.0.2/24}]}
traffic: [{name: f, from: a, to: b, cbr: {rate: 8kbit/s, size: 1000B}}]
captures: [{nic: a.eth0}]
)");
  const Program running(
      {VIOLIN_BINARY, "simulate", file.string(), "--out", out(), "--format", "json"}, folder());
  // The capture is opened after signals are heeded.
  while (!fs::exists(out() + ".partial/a.eth0.pcapng")) {
    std::this_thread::yield();
  }
  running.signal(SIGINT);
  const Ended ended = running.wait();
  EXPECT_EQ(ended.code, 130);
  const Json document = Json::parse(ended.out);
  EXPECT_EQ(document["interrupted"], true);
  EXPECT_EQ(document["ledger"]["balanced"], true);
  EXPECT_LT(document["duration_s"].get<double>(), 36e6);
  EXPECT_THAT(names_in(out()), UnorderedElementsAre("run.db", "summary.json", "a.eth0.pcapng"));
}

// ---- the other verbs

TEST_F(CommandLine, ValidateTellsWhichFilesAreValid) {
  const fs::path bad = make("bad.yaml", "duration: 1s\nsubstrate: {}\nviolins: [{name: v}]\n");
  const std::string good = example_file("ring").string();
  EXPECT_EQ(violin({"validate", good}).code, 0);
  const Ended ended = violin({"validate", good, bad.string()});
  EXPECT_EQ(ended.code, 3);
  EXPECT_EQ(ended.out, good + ": valid\n");
  EXPECT_THAT(ended.err, StartsWith(bad.string() + ":2:"));
}

TEST_F(CommandLine, ValidateTellsItInJson) {
  const fs::path bad = make("bad.yaml", "duration: 1s\nsubstrate: {}\nviolins: [{name: v}]\n");
  const Ended ended = violin({"validate", bad.string(), "--format", "json"});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, IsEmpty());
  const Json document = Json::parse(ended.out);
  EXPECT_EQ(document["valid"], false);
  EXPECT_EQ(document["diagnostics"][0]["file"], bad.string());
  EXPECT_EQ(document["diagnostics"][0]["line"], 2);
  EXPECT_EQ(document["diagnostics"][0]["severity"], "error");
}

TEST_F(CommandLine, ValidateAcceptsEveryExample) {
  for (const char* name : {"figure2", "ring", "isolation", "recursive"}) {
    EXPECT_EQ(violin({"validate", example_file(name).string()}).code, 0) << name;
  }
}

TEST_F(CommandLine, VersionIsOneLine) {
  const Ended ended = violin({"version"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, ContainsRegex("^violin [0-9]+\\.[0-9]+\\.[0-9]+\n$"));
}

TEST_F(CommandLine, TheCompletionForBashCompletesVerbsAndOptions) {
  const Ended script = violin({"completion", "bash"});
  ASSERT_EQ(script.code, 0);
  const fs::path file = make("completion", script.out);
  const auto completed = [&](const std::string& words, int at) {
    return Program({"bash", "-c",
                    "set -eu; . '" + file.string() + "'; COMP_WORDS=(" + words + ") COMP_CWORD=" +
                        std::to_string(at) + "; _violin; echo \"${COMPREPLY[@]}\""},
                   folder())
        .wait()
        .out;
  };
  EXPECT_EQ(completed("violin simu", 1), "simulate\n");
  EXPECT_EQ(completed("violin simulate --see", 2), "--seed\n");
  EXPECT_EQ(completed("violin simulate --format j", 3), "json\n");
}

TEST_F(CommandLine, TheOtherCompletionsNameEveryVerb) {
  for (const char* shell : {"zsh", "fish"}) {
    const Ended script = violin({"completion", shell});
    EXPECT_EQ(script.code, 0) << shell;
    for (const char* verb : {"validate", "simulate", "version", "completion"}) {
      EXPECT_THAT(script.out, HasSubstr(verb)) << shell;
    }
  }
}

}  // namespace
}  // namespace violin
