#include "tests/architecture/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

namespace violin::architecture {

void PrintTo(const Violation& violation, std::ostream* out) {
  *out << violation.path << ":" << violation.line << ": " << violation.what;
}

namespace {

std::vector<Violation> check(const std::string& path, const std::string& text) {
  const SourceFile file{.path = path, .text = text};
  return violations({&file, 1});
}

TEST(Architecture, HoldsInThisTree) {
  const auto files = read_tree(VIOLIN_SOURCE_DIR);
  ASSERT_GT(files.size(), 50U) << "the tree was not read";
  EXPECT_THAT(violations(files), testing::IsEmpty());
}

TEST(Architecture, ReadsTheWholeTree) {
  const auto files = read_tree(VIOLIN_SOURCE_DIR);
  for (const char* path : {"core/kernel.h", "models/wire/ipv4.cc", "tests/architecture/rules.cc"}) {
    EXPECT_TRUE(std::any_of(files.begin(), files.end(), [&](const SourceFile& file) {
      return file.path == path;
    })) << path;
  }
}

struct Case {
  const char* name;
  const char* path;
  const char* text;
  friend void PrintTo(const Case& c, std::ostream* out) { *out << c.path << ": " << c.text; }
};
std::string name_of(const testing::TestParamInfo<Case>& test) { return test.param.name; }

class Forbidden : public testing::TestWithParam<Case> {};

TEST_P(Forbidden, IsFound) {
  const auto found = check(GetParam().path, GetParam().text);
  ASSERT_EQ(found.size(), 1U) << testing::PrintToString(found);
  EXPECT_EQ(found[0].path, GetParam().path);
}

INSTANTIATE_TEST_SUITE_P(
    Architecture, Forbidden,
    testing::Values(
        Case{"CoreUsesModels", "core/x.cc", "#include \"models/wire/ipv4.h\"\n"},
        Case{"CoreUsesALibrary", "core/x.cc", "#include <fmt/format.h>\n"},
        Case{"CoreUsesPosix", "core/x.cc", "#include <unistd.h>\n"},
        Case{"CoreUsesACHeader", "core/x.cc", "#include <stdint.h>\n"},
        Case{"CoreStartsThreads", "core/x.cc", "#include <thread>\n"},
        Case{"CoreOpensFiles", "core/x.cc", "#include <fstream>\n"},
        Case{"CoreReadsAClock", "core/x.cc", "auto t = std::chrono::steady_clock::now();\n"},
        Case{"ModelsUseScenarios", "models/link/x.cc", "#include \"scenarios/run/runner.h\"\n"},
        Case{"ModelsUseDatapath", "models/link/x.h",
             "#pragma once\n#include \"datapath/reactor.h\"\n"},
        Case{"ModelsUseSockets", "models/vswitch/x.cc", "#include <sys/socket.h>\n"},
        Case{"ModelsHoldLocks", "models/vswitch/x.cc", "#include <mutex>\n"},
        Case{"ModelsReadTheEnvironment", "models/app/x.cc", "const char* p = std::getenv(name);\n"},
        Case{"ModelsAskForRandomDevice", "models/app/x.cc", "std::random_device device;\n"},
        Case{"ModelsUseProtobuf", "models/app/x.cc", "#include <google/protobuf/message.h>\n"},
        Case{"OnlySubstrateReadsXml", "models/link/x.cc", "#include <pugixml.hpp>\n"},
        Case{"DatapathUsesScenarios", "datapath/x.cc", "#include \"scenarios/build/network.h\"\n"},
        Case{"DatapathUsesGrpc", "datapath/x.cc", "#include <grpcpp/server.h>\n"},
        Case{"ScenariosUseGrpcCode", "scenarios/run/x.cc",
             "#include \"datapath/agent/agent.grpc.pb.h\"\n"},
        Case{"ScenariosUsePosix", "scenarios/run/x.cc", "#include <sys/stat.h>\n"},
        Case{"ScenariosUseAnalysis", "scenarios/run/x.cc", "#include \"analysis/statistics.h\"\n"},
        Case{"ScenariosUseTheirRoot", "scenarios/run/x.cc", "#include \"scenarios/cli/table.h\"\n"},
        Case{"ScenariosUseMpi", "scenarios/run/x.cc", "#include <mpi.h>\n"},
        Case{"AnalysisUsesMpi", "analysis/report/x.cc", "#include <mpi.h>\n"},
        Case{"AnalysisUsesDatapath", "analysis/report/x.cc", "#include \"datapath/reactor.h\"\n"},
        Case{"AgentUsesTheRoot", "datapath/agent/x.cc", "#include \"scenarios/cli/table.h\"\n"},
        Case{"ProductUsesTests", "scenarios/cli/x.cc", "#include \"tests/models/wire/octets.h\"\n"},
        Case{"RelativeInclude", "core/x.cc", "#include \"kernel.h\"\n"},
        Case{"UsingNamespaceInHeader", "scenarios/run/x.h", "#pragma once\nusing namespace std;\n"},
        Case{"HeaderWithoutGuard", "core/x.h", "int f();\n"},
        Case{"VagueFolder", "core/utils/x.cc", "int x;\n"},
        Case{"VagueFile", "models/link/helpers.cc", "int x;\n"},
        Case{"NewTopLevelFolder", "src/x.cc", "int x;\n"},
        Case{"SourceAtTheRoot", "x.cc", "int x;\n"}),
    name_of);

class Allowed : public testing::TestWithParam<Case> {};

TEST_P(Allowed, IsNotReported) {
  EXPECT_THAT(check(GetParam().path, GetParam().text), testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Architecture, Allowed,
    testing::Values(
        Case{"CoreUsesTheStandardLibrary", "core/x.cc", "#include <chrono>\n#include <vector>\n"},
        Case{"ModelsUseCoreAndEachOther", "models/vswitch/x.cc",
             "#include \"core/kernel.h\"\n#include \"models/wire/ethernet.h\"\n"},
        Case{"ModelsUseBoostAndEigen", "models/substrate/x.cc",
             "#include <boost/graph/dijkstra_shortest_paths.hpp>\n#include <Eigen/Core>\n"},
        Case{"DatapathUsesTheOperatingSystem", "datapath/x.cc",
             "#include <sys/epoll.h>\n#include <thread>\n#include \"models/wire/ipv4.h\"\n"},
        Case{"AgentUsesGrpcAndScenarios", "datapath/agent/x.cc",
             "#include <grpcpp/server.h>\n#include \"scenarios/load/load.h\"\n"},
        Case{"ParallelRunnerUsesMpi", "scenarios/run/parallel/x.cc", "#include <mpi.h>\n"},
        Case{"SweepUsesMpi", "analysis/sweep/x.cc", "#include <mpi.h>\n"},
        Case{"ScenariosUseLibraries", "scenarios/run/x.cc",
             "#include <sqlite3.h>\n#include <fmt/format.h>\n#include <filesystem>\n"},
        Case{"RootSeesEverything", "scenarios/cli/main.cc",
             "#include <unistd.h>\n#include \"datapath/agent/agent.h\"\n"
             "#include \"analysis/report.h\"\n#include \"scenarios/cli/table.h\"\n"},
        Case{"TestsSeeEverything", "tests/x_test.cc",
             "#include <unistd.h>\n#include \"scenarios/cli/table.h\"\n"},
        Case{"UsingNamespaceInSource", "scenarios/run/x.cc", "using namespace std::literals;\n"},
        Case{"WordsInComments", "core/x.cc",
             "// not std::chrono::steady_clock\n/* nor\n#include <thread>\n*/ int x = 1'000;\n"},
        Case{"WordsInStrings", "models/app/x.cc",
             "const char* s = \"std::cout \\\" getenv\";\nconst char* r = R\"(steady_clock)\";\n"}),
    name_of);

TEST(Architecture, TellsTheLine) {
  const auto found = check("core/x.cc", "// one\n\n#include <thread>\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].line, 3U);
}

TEST(Architecture, StillSeesCodeBehindAComment) {
  EXPECT_EQ(check("core/x.cc", "/* fine */ std::cout << 1; // '\\n'\"' std::cerr").size(), 1U);
}

}  // namespace
}  // namespace violin::architecture
