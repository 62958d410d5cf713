// The loaders on the real data sets, where they are present: VIOLIN_DATA, or ../shared/data beside
// the source. What is expected are facts that the data's sources state.
#include "tests/real_data.h"

#include <algorithm>

#include "models/substrate/cloud_regions.h"
#include "models/substrate/cpu_trace.h"
#include "models/substrate/host_list.h"
#include "models/substrate/ping_trace.h"
#include "models/substrate/rocketfuel.h"
#include "models/substrate/rtt_matrix.h"
#include "models/substrate/sndlib.h"
#include "models/substrate/topology_zoo.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

class RealData : public RealDataTest {
 protected:
  std::vector<std::filesystem::path> files(const std::string& path, const std::string& end) {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / path)) {
      if (entry.path().filename().string().ends_with(end)) {
        found.push_back(std::filesystem::relative(entry.path(), folder_));
      }
    }
    std::sort(found.begin(), found.end());
    return found;
  }
};

// SOURCE: 490 x 490, zero diagonal, nothing missing, symmetric in slices 1 and 9.
TEST_F(RealData, PlanetlabMatricesAreSquareCompleteAndSymmetric) {
  for (const char* slice : {"PlanetLabData_1", "PlanetLabData_9"}) {
    const std::string text = read(std::string("netlatency-planetlab/").append(slice));
    const DelayMatrix delays = load_rtt_delays({slice, text});
    ASSERT_EQ(delays.size(), 490U);
    for (std::size_t i = 0; i < delays.size(); ++i) {
      for (std::size_t j = 0; j < delays.size(); ++j) {
        ASSERT_EQ(delays.at(i, j) == Duration{0}, i == j) << i << " " << j;
        ASSERT_EQ(delays.at(i, j), delays.at(j, i)) << i << " " << j;
      }
    }
  }
}

TEST_F(RealData, PlanetlabMatrixBeginsAsItsFileDoes) {
  const std::string text = read("netlatency-planetlab/PlanetLabData_1");
  std::istringstream numbers(text);  // the simplest other reader
  const DelayMatrix delays = load_rtt_delays({"slice", text});
  for (std::size_t j = 0; j < delays.size(); ++j) {
    double rtt = 0;
    numbers >> rtt;
    ASSERT_NEAR(to_seconds(*delays.at(0, j)), rtt * 1e-3 / 2, 125.5e-9) << j;
  }
}

TEST_F(RealData, CloudRegionsSpanTheirFolders) {
  for (const auto& [folder, count] : {std::pair("cloud-regions/latency_aws/2020_06_05", 19),
                                      std::pair("cloud-regions/latency_gcp", 20)}) {
    std::vector<std::string> texts;
    for (const auto& file : files(folder, ".dat")) {
      texts.push_back(read(file));
    }
    std::vector<RegionText> regions;
    for (const auto& file : files(folder, ".dat")) {
      regions.push_back({file.stem(), {file, texts[regions.size()]}});
    }
    const Substrate substrate = load_cloud_regions(regions);
    EXPECT_EQ(substrate.size(), static_cast<std::size_t>(count));
  }
}

// In latency_gcp/asia-east1.dat: 12.766/18.908/66.849/0.873:asia-east2
TEST_F(RealData, CloudRegionDelayIsHalfOfTheAverageInTheFile) {
  const std::string east1 = read("cloud-regions/latency_gcp/asia-east1.dat");
  std::istringstream lines(east1);
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with(":asia-east2")) {
      const std::vector<RegionText> two{{"asia-east1", {"a", line}},
                                        {"asia-east2", {"b", "1/1/1/0:asia-east2"}}};
      EXPECT_EQ(load_cloud_regions(two).delay(HostId{0}, HostId{1}), 9454us);
      return;
    }
  }
  FAIL() << "asia-east1 tells nothing of asia-east2";
}

TEST_F(RealData, TopologyZooLoadsInBothForms) {
  TopologyZooOptions options;
  options.link_delay = 5ms;
  const auto all = files("topology-zoo-graphml", ".graphml");
  ASSERT_FALSE(all.empty());
  for (const auto& file : all) {
    const std::string text = read(file);
    const RouterGraph graph = load_topology_zoo({file, text}, options);
    EXPECT_GE(graph.routers().size(), 10U) << file;
    EXPECT_GE(graph.links().size(), 2 * (graph.routers().size() - 5)) << file;
  }
}

TEST_F(RealData, TopologyZooWithCoordinatesNeedsNoLinkDelay) {
  const std::string text = read("topology-zoo-graphml/Geant2012.zoo.graphml");
  const RouterGraph graph = load_topology_zoo({"Geant2012", text});
  EXPECT_EQ(graph.routers().size(), 40U);  // 37 of them with coordinates
  EXPECT_EQ(graph.links().size(), 2 * 61U);
  // Nothing in it is farther apart than Europe and North America.
  for (const SubstrateLink& link : graph.links()) {
    EXPECT_LT(link.delay, 100ms) << link.name;
  }
}

TEST_F(RealData, TopologyZooSourcesHaveNoCoordinates) {
  const std::string text = read("topology-zoo-graphml/Abilene.yed.graphml");
  EXPECT_THROW(load_topology_zoo({"Abilene", text}), LoadError);
  TopologyZooOptions options;
  options.link_delay = 5ms;
  const RouterGraph graph = load_topology_zoo({"Abilene", text}, options);
  EXPECT_EQ(graph.routers().size(), 11U);
  EXPECT_EQ(graph.links().size(), 2 * 14U);
  EXPECT_TRUE(graph.find("Seattle"));
}

struct SndlibSize {
  const char* file;
  std::size_t nodes;
  std::size_t links;
  std::size_t demands;
};

// Sizes as sndlib.zib.de lists them.
TEST_F(RealData, SndlibNetworksHaveTheirPublishedSizes) {
  for (const SndlibSize& size :
       {SndlibSize{"abilene", 12, 15, 132}, SndlibSize{"geant", 22, 36, 462},
        SndlibSize{"germany50", 50, 88, 662}, SndlibSize{"nobel-us", 14, 21, 91}}) {
    const std::string text = read(std::string("sndlib-native/").append(size.file).append(".txt"));
    const SndlibNetwork network = load_sndlib({size.file, text});
    EXPECT_EQ(network.graph.routers().size(), size.nodes) << size.file;
    EXPECT_EQ(network.graph.links().size(), 2 * size.links) << size.file;
    EXPECT_EQ(network.demands.size(), size.demands) << size.file;
  }
}

TEST_F(RealData, AbileneIsAsLongAsTheUnitedStates) {
  const std::string text = read("sndlib-native/abilene.txt");
  const RouterGraph graph = load_sndlib({"abilene", text}, {.rule = {1.0, 0ns}}).graph;
  const Substrate substrate(host_per_router(graph),
                            RoutedPaths(graph, attachment_per_router(graph)));
  const auto delay = substrate.delay(*substrate.find("STTLng"), *substrate.find("WASHng"));
  ASSERT_TRUE(delay);
  // 3748 km as the crow flies between Seattle and Washington, at 200 km/ms; by links somewhat more.
  EXPECT_GT(*delay, 18700us);
  EXPECT_LT(*delay, 25ms);
}

// A breadth-first search elsewhere finds islands of 104, 2 and 2 routers in AS 1221, one of 79 in
// 3967.
TEST_F(RealData, RocketfuelMapsReachAllOfEachIsland) {
  for (const auto& [as, links, pairs] :
       {std::tuple("1221", 306U, 104 * 104 + 2 * 2 + 2 * 2), std::tuple("3967", 294U, 79 * 79)}) {
    const std::string stem = std::string("rocketfuel-isp/").append(as);
    const std::string latencies = read(std::string(stem).append(".latencies.intra"));
    const std::string weights = read(std::string(stem).append(".weights.intra"));
    const RouterGraph graph =
        load_rocketfuel({"latencies", latencies}, SourceText{"weights", weights});
    EXPECT_EQ(graph.links().size(), links);
    const Substrate substrate(host_per_router(graph),
                              RoutedPaths(graph, attachment_per_router(graph)));
    const DelayMatrix delays = substrate.delays();
    const auto reachable =
        std::count_if(delays.cells().begin(), delays.cells().end(),
                      [](DelayMatrix::Cell cell) { return cell < DelayMatrix::kUnreachable; });
    EXPECT_EQ(reachable, pairs) << as;
  }
}

TEST_F(RealData, PlanetlabHostsAre339WithCoordinates) {
  const std::string text = read("planetlab-hosts/wsdream_userlist_339.txt");
  const std::vector<OverlayHost> hosts = load_planetlab_hosts({"hosts", text});
  ASSERT_EQ(hosts.size(), 339U);
  EXPECT_EQ(hosts[3].name, "128.10.19.52");  // Purdue
  EXPECT_EQ(hosts[3].position, (Coordinates{40.4249, -86.9162}));
  const Substrate substrate(hosts, GeographicPaths(hosts));
  EXPECT_EQ(substrate.size(), 339U);
}

TEST_F(RealData, PlanetlabNamesLoad) {
  const std::string text = read("planetlab-hosts/nodes-all-2020.txt");
  EXPECT_GT(load_host_names({"names", text}).size(), 500U);
}

// SOURCE: 7320 runs on 10 directed pairs over 16 days, some without statistics.
TEST_F(RealData, PlanetlabPingsLastSixteenDays) {
  const std::string text = read("planetlab-pings-2019/pings.csv");
  const std::vector<PingRun> runs = load_ping_runs({"pings", text});
  EXPECT_GT(runs.size(), 7250U);
  EXPECT_LE(runs.size(), 7320U);
  SubstrateTrace trace = ping_trace(runs, {{"3", HostId{0}}, {"5", HostId{1}}});
  ASSERT_FALSE(trace.steps().empty());
  EXPECT_GT(trace.steps().back().due - trace.steps().front().due, 24h * 14);
}

// SOURCE: 288 or 289 figures a machine, 1052 machines on that day.
TEST_F(RealData, PlanetlabCpuTracesCoverADay) {
  const std::string text = read("planetlab-cpu-traces/20110303.txt");
  const std::vector<CpuTrace> traces = load_cpu_traces({"cpu", text});
  ASSERT_EQ(traces.size(), 1052U);
  for (const CpuTrace& trace : traces) {
    EXPECT_TRUE(trace.percent.size() == 288 || trace.percent.size() == 289) << trace.name;
  }
}

}  // namespace
}  // namespace violin
