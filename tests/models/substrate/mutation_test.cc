// Whatever a file's bytes: a loader loads it or throws LoadError, nothing else. (The fuzz targets
// look deeper; this runs in every build.)
#include <gtest/gtest.h>

#include <functional>
#include <ostream>

#include "core/random.h"
#include "models/substrate/cloud_regions.h"
#include "models/substrate/cpu_trace.h"
#include "models/substrate/host_list.h"
#include "models/substrate/ping_trace.h"
#include "models/substrate/rocketfuel.h"
#include "models/substrate/rtt_matrix.h"
#include "models/substrate/sndlib.h"
#include "models/substrate/topology_zoo.h"
#include "models/substrate/wondernetwork.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

struct Sample {
  const char* name;
  std::string_view text;
  std::function<void(const SourceText&)> load;
};
void PrintTo(const Sample& sample, std::ostream* out) { *out << sample.name; }

// Replaces, inserts, removes or repeats a few bytes, with a liking for those that mean something.
std::string mutated(std::string_view text, RandomStream& random) {
  constexpr std::string_view kBytes = "0-.,:/()<>\"\t\n =#eninf9\x80\xff";
  std::string result(text);
  for (std::uint64_t edits = 1 + random() % 4; edits > 0; --edits) {
    const std::size_t at = random() % (result.size() + 1);
    const std::size_t count = random() % 8;
    const char byte = kBytes[random() % kBytes.size()];
    switch (random() % 4) {
      case 0:
        result.insert(at, 1, byte);
        break;
      case 1:
        result.erase(at, count);
        break;
      case 2:
        result.insert(at, result.substr(at, count * 4));
        break;
      default:
        result.replace(at, std::min<std::size_t>(1, result.size() - at), 1, byte);
    }
  }
  return result;
}

class Loaders : public testing::TestWithParam<Sample> {};

TEST_P(Loaders, LoadOrRefuseWhateverIsMadeOfAFile) {
  GetParam().load({"sample", GetParam().text});
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    RandomStream random(seed, GetParam().name);
    const std::string text = mutated(GetParam().text, random);
    try {
      GetParam().load({"mutated", text});
    } catch (const LoadError& error) {
      ASSERT_FALSE(error.problems().empty()) << "seed " << seed;
    } catch (const std::exception& error) {
      FAIL() << "seed " << seed << ": " << error.what();
    }
  }
}

constexpr std::string_view kServers =
    "\"id\",\"name\",\"country\",\"latitude\",\"longitude\"\n\"1\",\"A\",\"X\",\"1\",\"2\"\n2,B,Y,,"
    "\n";
constexpr std::string_view kZoo =
    "<graphml><key attr.name=\"Latitude\" id=\"a\"/><key attr.name=\"Longitude\" id=\"b\"/><graph>"
    "<node id=\"0\"><data key=\"a\">1</data><data key=\"b\">2</data></node><node id=\"1\"/>"
    "<node id=\"2\"><data key=\"a\">3</data><data key=\"b\">4</data></node>"
    "<edge source=\"0\" target=\"1\"/><edge source=\"1\" target=\"2\"/></graph></graphml>";
constexpr std::string_view kSndlib =
    "?SNDlib native format\nMETA (\n unit = STM1\n)\nNODES ( a ( 0 1 ) b ( 2.5 -3 ) )\n"
    "LINKS ( L ( a b ) 1 0 0 0 ( 40 1 622 2 ) )\nDEMANDS ( D ( a b ) 1 2 UNLIMITED )\n";

INSTANTIATE_TEST_SUITE_P(
    All, Loaders,
    testing::Values(
        Sample{"RttMatrix", "0\t10.5\t3\n21\t0\t4.25\n3\t4\t0\n",
               [](const SourceText& text) { load_rtt_matrix(text); }},
        Sample{"Servers", kServers,
               [](const SourceText& text) {
                 load_wondernetwork(text, {"pings", "source,destination,avg\n1,2,3\n"});
               }},
        Sample{"Pings", "source,destination,avg\n1,2,3\n\"2\",\"1\",\"4.5\"\n",
               [](const SourceText& text) {
                 load_wondernetwork({"servers", kServers}, text);
               }},
        Sample{"CloudRegion", "1/2/3/0.5:a\n10/20/30/1:b\n",
               [](const SourceText& text) {
                 const std::vector<RegionText> two{{"a", text}, {"b", {"b", "1/2/3/4:a"}}};
                 load_cloud_regions(two);
               }},
        Sample{"TopologyZoo", kZoo, [](const SourceText& text) { load_topology_zoo(text); }},
        Sample{"TopologyZooWithLinkDelay", kZoo,
               [](const SourceText& text) {
                 TopologyZooOptions options;
                 options.link_delay = 1ms;
                 load_topology_zoo(text, options);
               }},
        Sample{"Sndlib", kSndlib, [](const SourceText& text) { load_sndlib(text); }},
        Sample{"Rocketfuel", "a b 7\nb a 7\nb c 1\n",
               [](const SourceText& text) { load_rocketfuel(text); }},
        Sample{"HostNames", "a.example.org\n# x\nb\n",
               [](const SourceText& text) { load_host_names(text); }},
        Sample{"PlanetlabHosts", "h\n0\t192.0.2.1\tX\t7\tAS1 Y\t-41.5\t174\n",
               [](const SourceText& text) { load_planetlab_hosts(text); }},
        Sample{"PingRuns",
               "time,src,dst,tx,rx,min_ms,avg_ms,max_ms\n2019-11-21T01:24:25,1,2,20,19,1.5,2,3\n",
               [](const SourceText& text) {
                 ping_trace(load_ping_runs(text), {{"1", HostId{0}}, {"2", HostId{1}}});
               }},
        Sample{"CpuTraces", "a x 0 50 100\nb 7 7 8\n",
               [](const SourceText& text) { load_cpu_traces(text); }}),
    [](const testing::TestParamInfo<Sample>& each) { return each.param.name; });

}  // namespace
}  // namespace violin
