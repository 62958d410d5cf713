// `violin up` and the verbs for what runs: real guests, real sockets, and nothing left behind.
#include "tests/scenarios/cli/live.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <thread>

namespace violin {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST_F(LiveGuests, Figure2ComesUpRoutesAndGoesDownWithoutATrace) {
  const Ended up = violin({"up", example_file("figure2").string(), "--name", "f2"});
  ASSERT_EQ(up.code, 0) << up.err;
  EXPECT_THAT(up.out,
              ContainsRegex("violin1/vHost3 +planetlab01.cs.washington.edu +guest +running"));
  const Json status = this->status("f2");
  EXPECT_EQ(status["state"], "up");
  EXPECT_EQ(status["entities"].size(), 7U);

  const Ended ping = exec("f2/vHost1", {"ping", "-c", "3", "-i", "0.1", "10.0.2.2"});
  EXPECT_EQ(ping.code, 0) << ping.out << ping.err;
  EXPECT_THAT(ping.out, HasSubstr("ttl=63"));  // one router between
  // What the first router answers that says the time is exceeded, and who is there with one more.
  const Ended first = exec("f2/vHost1", {"ping", "-c", "1", "-W", "2", "-t", "1", "10.0.2.2"});
  EXPECT_THAT(first.out, HasSubstr("From 10.0.1.1"));
  const Ended second = exec("f2/vHost1", {"ping", "-c", "1", "-W", "2", "-t", "2", "10.0.2.2"});
  EXPECT_THAT(second.out, HasSubstr("from 10.0.2.2"));

  const Ended down = violin({"down", "f2"});
  EXPECT_EQ(down.code, 0) << down.err;
  EXPECT_THAT(down.out, HasSubstr("Books:"));
  EXPECT_THAT(down.out, Not(HasSubstr("NOT BALANCED")));
  EXPECT_THAT(networks(), IsEmpty());
}

TEST_F(LiveGuests, Figure2sGuestsTraceTheirRouteAndMeasureTheirRate) {
  if (!is_installed("traceroute") || !is_installed("iperf3")) {
    GTEST_SKIP() << "no traceroute or iperf3 here: apt-get install traceroute iperf3";
  }
  ASSERT_EQ(violin({"up", example_file("figure2").string(), "--name", "f2t"}).code, 0);
  // Neighbours are known then: of traceroute's sixteen probes at once few would wait for that.
  ASSERT_EQ(exec("f2t/vHost1", {"ping", "-c", "1", "-W", "5", "10.0.2.2"}).code, 0);
  EXPECT_THAT(route("f2t/vHost1", "10.0.2.2"), ElementsAre("10.0.1.1", "10.0.2.2"));
  ASSERT_EQ(exec("f2t/vHost3", {"iperf3", "-s", "-D"}).code, 0);
  ASSERT_TRUE(comes_true(
      [&] {
        const Ended one = exec("f2t/vHost1", {"iperf3", "-c", "10.0.2.2", "-n", "100K", "-J"});
        return one.code == 0 && !Json::parse(one.out).contains("error");  // it ends with 0 anyway
      },
      10s));
  const Ended measured = exec("f2t/vHost1", {"iperf3", "-c", "10.0.2.2", "-n", "5M", "-J"});
  ASSERT_EQ(measured.code, 0) << measured.out << measured.err;
  const Json end = Json::parse(measured.out)["end"];
  EXPECT_GE(end["sum_received"]["bytes"].get<double>(), 5e6);
}

TEST_F(LiveGuests, TwentyRunOnOneMachine) {
  const fs::path scenario = make("twenty.yaml", R"(
name: twenty
duration: 10s
substrate: {pairs: {default_rtt: 10ms}, hosts: [{name: h1}, {name: h2}, {name: h3}]}
violins:
  - name: v
    vswitches: [{name: s, host: h2}]
    vhost_groups: [{name: g, count: 20, hosts: [h1, h2, h3], to: s, subnet: 10.0.0.0/24, first: 10}]
)");
  const Ended up = violin({"up", scenario.string(), "--name", "twenty"});
  ASSERT_EQ(up.code, 0) << up.err;
  const Json told = status("twenty");
  EXPECT_EQ(std::ranges::count_if(told["entities"],
                                  [](const Json& e) { return e["runs_as"] == "guest"; }),
            20);
  const Ended all =
      exec("twenty/g1", {"sh", "-c",
                         "for host in $(seq 11 29); do "
                         "ping -c 1 -W 5 10.0.0.$host >/dev/null || echo $host; done"});
  EXPECT_EQ(all.out, "");  // none of the 19 others was out of reach
}

TEST_F(LiveGuests, ARouterMayBeAGuestThatForwards) {
  ASSERT_EQ(
      violin({"up", example_file("figure2").string(), "--name", "f2r", "--router-guests"}).code, 0);
  EXPECT_EQ(entity("f2r", "violin1/vRouter1")["runs_as"], "guest");
  const Ended ping = exec("f2r/vHost1", {"ping", "-c", "2", "-i", "0.2", "-W", "2", "10.0.2.2"});
  EXPECT_EQ(ping.code, 0) << ping.out;
  EXPECT_THAT(ping.out, HasSubstr("ttl=63"));
}

TEST_F(LiveGuests, ACommandHasItsExitCodeItsInputAndItsOutputs) {
  ASSERT_EQ(up_pair("cmd").code, 0);
  EXPECT_EQ(exec("cmd/a", {"sh", "-c", "exit 7"}).code, 7);
  EXPECT_EQ(exec("cmd/a", {"no-such-program"}).code, 127);
  const Ended both = exec("cmd/v/a", {"sh", "-c", "echo out; echo err >&2; hostname"});
  EXPECT_EQ(both.out, "out\na\n");
  EXPECT_EQ(both.err, "err\n");
  const std::string line = std::string("seq 1 100000 | ") + VIOLIN_BINARY +
                           " exec cmd/b -- sha256sum > " + (folder() / "sums").string() +
                           "; seq 1 100000 | sha256sum >> " + (folder() / "sums").string();
  EXPECT_EQ(std::system(line.c_str()), 0);
  std::istringstream sums(text_of(folder() / "sums"));
  std::string there;
  std::string here;
  std::getline(sums, there);
  std::getline(sums, here);
  EXPECT_EQ(there, here);
  EXPECT_FALSE(here.empty());
}

// In a network namespace whose loopback device, the underlay, has an MTU of 1400: the namespace
// itself cannot send such a datagram, a guest does not notice.
TEST_F(LiveGuests, AFullSizeFrameThatMustNotBeFragmentedCrossesAnUnderlayOf1400Bytes) {
  const std::string unshare = ::geteuid() == 0 ? "unshare -n" : "unshare -Urn";
  if (std::system((unshare + " true 2>/dev/null").c_str()) != 0) {
    GTEST_SKIP() << "network namespaces are not allowed here";
  }
  const std::string full_size = "ping -M do -s 1472 -c 3 -i 0.2 -W 2 ";
  const fs::path script = make("narrow.sh", std::string("violin=") + VIOLIN_BINARY +
                                                "\nscenario=" + pair_scenario().string() + R"(
ip link set lo mtu 1400 up || exit 90
)" + full_size + R"(127.0.0.1 && exit 91
$violin up $scenario --name narrow || exit 92
$violin exec narrow/a -- )" + full_size + R"(10.9.0.2
result=$?
$violin down narrow || exit 93
exit $result
)");
  const std::string output = (folder() / "output").string();
  const int status =
      std::system((unshare + " sh " + script.string() + " >" + output + " 2>&1").c_str());
  EXPECT_EQ(WEXITSTATUS(status), 0) << text_of(output);
  EXPECT_THAT(text_of(output), HasSubstr("1480 bytes from 10.9.0.2"));
}

TEST_F(LiveGuests, LinksAreSetWhileFramesFlowAndResetAgain) {
  ASSERT_EQ(up_pair("links").code, 0);
  ASSERT_TRUE(a_reaches_b("links"));
  const auto rtt_ms = [&] {
    const Ended ping = exec("links/a", {"ping", "-c", "3", "-i", "0.2", "10.9.0.2"});
    const std::size_t at = ping.out.find(" = ");
    return at == std::string::npos ? -1.0 : std::stod(ping.out.substr(at + 3));  // the least
  };
  ASSERT_EQ(violin({"link", "set", "links/a.eth0", "--delay", "40ms"}).code, 0);
  EXPECT_GE(rtt_ms(), 80);
  EXPECT_THAT(violin({"link", "show", "links/a.eth0"}).out, HasSubstr("40ms"));
  ASSERT_EQ(violin({"link", "reset", "links/a.eth0"}).code, 0);
  EXPECT_LT(rtt_ms(), 80);
  ASSERT_EQ(violin({"link", "set", "links/a.eth0", "--down"}).code, 0);
  EXPECT_FALSE(a_reaches_b("links"));
  ASSERT_EQ(violin({"link", "set", "links/a.eth0", "--up"}).code, 0);
  EXPECT_TRUE(a_reaches_b("links"));
  const Ended nonsense = violin({"link", "set", "links/a.eth0", "--delay", "40"});
  EXPECT_EQ(nonsense.code, 3);
  EXPECT_THAT(nonsense.err, HasSubstr("delay"));
}

TEST_F(LiveGuests, NodesAndNicsComeAndGoWhileTheRestRuns) {
  ASSERT_EQ(up_pair("grow").code, 0);
  const Ended added =
      violin({"node", "add", "grow/c", "--host", "h2", "--to", "s", "--address", "10.9.0.3/24"});
  ASSERT_EQ(added.code, 0) << added.err;
  EXPECT_EQ(exec("grow/c", {"ping", "-c", "1", "-W", "2", "10.9.0.1"}).code, 0);
  ASSERT_EQ(violin({"node", "add", "grow/s2", "--kind", "vswitch", "--host", "h1"}).code, 0);
  for (const auto& [nic, address] :
       {std::pair("grow/a", "10.8.0.1/24"), {"grow/b", "10.8.0.2/24"}}) {
    const Ended plugged = violin({"nic", "add", nic, "--to", "s2", "--address", address});
    ASSERT_EQ(plugged.code, 0) << plugged.err;
  }
  EXPECT_EQ(exec("grow/a", {"ping", "-c", "1", "-W", "2", "10.8.0.2"}).code, 0);
  ASSERT_EQ(violin({"nic", "remove", "grow/a.eth1"}).code, 0);
  EXPECT_NE(exec("grow/a", {"ping", "-c", "1", "-W", "1", "10.8.0.2"}).code, 0);
  ASSERT_EQ(violin({"node", "remove", "grow/c"}).code, 0);
  EXPECT_EQ(entity("grow", "v/c")["state"], "absent");
  EXPECT_TRUE(a_reaches_b("grow"));
}

TEST_F(LiveGuests, APausedGuestIsSilentAndGoesOnWhereItWas) {
  ASSERT_EQ(up_pair("pause").code, 0);
  ASSERT_EQ(violin({"node", "pause", "pause/b"}).code, 0);
  EXPECT_EQ(entity("pause", "v/b")["state"], "paused");
  EXPECT_FALSE(a_reaches_b("pause"));
  ASSERT_EQ(violin({"node", "resume", "pause/b"}).code, 0);
  EXPECT_TRUE(a_reaches_b("pause"));
}

TEST_F(LiveGuests, AGuestThatDiesIsReportedAndCanBeRestarted) {
  ASSERT_EQ(up_pair("dying").code, 0);
  const int pid = entity("dying", "v/b")["pid"];
  ASSERT_GT(pid, 1);
  ::kill(pid, SIGKILL);
  EXPECT_TRUE(comes_true([&] { return entity("dying", "v/b")["state"] == "died"; }, 5s));
  EXPECT_EQ(status("dying")["state"], "impaired");
  ASSERT_EQ(violin({"node", "restart", "dying/b"}).code, 0);
  EXPECT_TRUE(a_reaches_b("dying"));
}

TEST_F(LiveGuests, AVHostMovesColdAndKeepsItsAddresses) {
  ASSERT_EQ(up_pair("cold").code, 0);
  ASSERT_EQ(violin({"node", "add", "cold/s2", "--kind", "vswitch", "--host", "h1"}).code, 0);
  ASSERT_EQ(violin({"nic", "add", "cold/b", "--to", "s2", "--address", "10.8.0.2/24"}).code, 0);
  const Ended moved = violin({"node", "migrate", "cold/b", "h2"});
  ASSERT_EQ(moved.code, 0) << moved.err;
  EXPECT_EQ(entity("cold", "v/b")["host"], "h2");
  EXPECT_TRUE(a_reaches_b("cold"));
  EXPECT_THAT(exec("cold/b", {"ip", "-4", "-o", "addr"}).out, HasSubstr("10.8.0.2/24"));
}

TEST_F(LiveGuests, DownRemovesWhatAKilledDaemonLeft) {
  ASSERT_EQ(up_pair("orphan").code, 0);
  ::kill(status("orphan")["pid"].get<int>(), SIGKILL);
  EXPECT_TRUE(comes_true([&] { return violin({"status", "orphan"}).code == 1; }, 5s));
  EXPECT_THAT(violin({"status", "orphan"}).err, HasSubstr("violin down orphan"));
  const Ended down = violin({"down", "orphan"});
  EXPECT_EQ(down.code, 0) << down.err;
  EXPECT_THAT(processes_here(), IsEmpty());
}

// Whatever has been made when it is killed, `down` finds it.
TEST_F(LiveGuests, DownCleansUpAfterUpWasKilledAtAnyMoment) {
  const fs::path scenario = example_file("figure2");
  for (const auto moment : {5ms, 30ms, 60ms, 100ms, 160ms, 250ms, 400ms}) {
    const Program up({VIOLIN_BINARY, "up", scenario.string(), "--name", "cut"}, folder());
    std::this_thread::sleep_for(moment);
    up.signal(SIGKILL);
    up.wait();
    for (const std::string& process : processes_here()) {
      if (process.find("violin") != std::string::npos &&
          process.find("linux.uml") == std::string::npos) {
        ::kill(std::stoi(process), SIGKILL);  // the daemon
      }
    }
    const Ended down = violin({"down", "cut"});
    EXPECT_TRUE(down.code == 0 || down.err.find("there is no network") != std::string::npos)
        << down.err;
    EXPECT_TRUE(comes_true([&] { return processes_here().empty(); }, 5s))
        << moment.count() << " ms: " << ::testing::PrintToString(processes_here());
    EXPECT_THAT(networks(), IsEmpty()) << moment.count() << " ms";
  }
}

TEST_F(LiveGuests, ANetworkThatWasSimulatedGoesOnWithGuests) {
  const Ended up =
      violin({"up", example_file("figure2").string(), "--name", "flip", "--simulate-for", "10s"});
  ASSERT_EQ(up.code, 0) << up.err;
  EXPECT_GE(status("flip")["time_s"].get<double>(), 10.0);
  // The router has forwarded the simulated traffic, and forwards the guests'.
  const auto forwarded = entity("flip", "violin1/vRouter1")["frames_in"].get<std::uint64_t>();
  EXPECT_GT(forwarded, 100U);
  EXPECT_EQ(exec("flip/vHost1", {"ping", "-c", "1", "-W", "2", "10.0.2.2"}).code, 0);
  EXPECT_GT(entity("flip", "violin1/vRouter1")["frames_in"].get<std::uint64_t>(), forwarded);
}

class LiveJetway : public LiveGuests {
 protected:
  // What a TCP server of this test, at that address of the jetway, sends back to a guest.
  std::string echoed_by_this_machine(const std::string& guest, const char* address) const {
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    ::inet_pton(AF_INET, address, &at.sin_addr);
    socklen_t size = sizeof at;
    EXPECT_EQ(::bind(server, reinterpret_cast<const sockaddr*>(&at), size), 0);
    EXPECT_EQ(::listen(server, 1), 0);
    ::getsockname(server, reinterpret_cast<sockaddr*>(&at), &size);
    std::jthread echo([server] {
      pollfd waits{server, POLLIN, 0};
      if (::poll(&waits, 1, 20'000) == 1) {
        const int client = ::accept(server, nullptr, nullptr);
        std::array<char, 100> line{};
        const auto got = ::read(client, line.data(), line.size());
        EXPECT_EQ(::write(client, line.data(), static_cast<std::size_t>(got)), got);
        ::close(client);
      }
    });
    const std::string server_at =
        "/dev/tcp/" + std::string(address) + "/" + std::to_string(ntohs(at.sin_port));
    const Ended ended =
        exec(guest,
             {"bash", "-c", "exec 3<>" + server_at + " && echo -n there and back >&3 && cat <&3"});
    echo.join();
    ::close(server);
    return ended.out;
  }
};

TEST_F(LiveJetway, LetsAGuestReachThisMachineWhileItIsOn) {
  if (::geteuid() != 0 || !fs::exists("/dev/net/tun")) {
    GTEST_SKIP() << "a TAP needs CAP_NET_ADMIN and /dev/net/tun";
  }
  ASSERT_EQ(up_pair("jet").code, 0);
  const std::vector<std::string> ping = try_for_a_while("10.9.0.200");
  const std::vector<std::string> once{"ping", "-c", "1", "-W", "1", "10.9.0.200"};
  EXPECT_NE(exec("jet/a", once).code, 0);
  const Ended on = violin({"jetway", "on", "jet/s", "--address", "10.9.0.200/24"});
  ASSERT_EQ(on.code, 0) << on.err;
  EXPECT_EQ(exec("jet/a", ping).code, 0);
  EXPECT_EQ(echoed_by_this_machine("jet/a", "10.9.0.200"), "there and back");
  const std::string device = status("jet")["jetways"][0]["device"];
  EXPECT_TRUE(fs::exists("/sys/class/net/" + device));
  ASSERT_EQ(violin({"jetway", "off", "jet/s"}).code, 0);
  EXPECT_FALSE(fs::exists("/sys/class/net/" + device));
  EXPECT_NE(exec("jet/a", once).code, 0);
}

TEST_F(LiveJetway, InUserModeNeedsNoPrivilege) {
  ASSERT_EQ(up_pair("slirp").code, 0);
  const std::vector<std::string> ping = try_for_a_while("10.9.0.201");
  const std::vector<std::string> once{"ping", "-c", "1", "-W", "1", "10.9.0.201"};
  EXPECT_NE(exec("slirp/a", once).code, 0);
  const Ended on = violin({"jetway", "on", "slirp/s", "--user-mode", "--address", "10.9.0.201/24"});
  ASSERT_EQ(on.code, 0) << on.err;
  EXPECT_EQ(exec("slirp/a", ping).code, 0);
  for (const char* host : {"h2", "h1"}) {  // the jetway follows its switch
    ASSERT_EQ(violin({"node", "migrate", "slirp/s", host}).code, 0);
    EXPECT_EQ(exec("slirp/a", ping).code, 0);
  }
  ASSERT_EQ(violin({"jetway", "off", "slirp/s"}).code, 0);
  EXPECT_NE(exec("slirp/a", once).code, 0);
}

TEST_F(LiveGuests, ACaptureIsReadByTshark) {
  if (std::system("command -v tshark > /dev/null") != 0) {
    GTEST_SKIP() << "no tshark here: apt-get install tshark";
  }
  ASSERT_EQ(up_pair("cap").code, 0);
  const fs::path file = folder() / "a.pcapng";
  const Program capture({VIOLIN_BINARY, "capture", "cap/a.eth0", "-w", file.string()}, folder(),
                        folder() / "capture.out");
  ASSERT_TRUE(comes_true([&] { return fs::exists(file) && fs::file_size(file) > 0; }, 5s));
  EXPECT_TRUE(a_reaches_b("cap"));
  capture.signal(SIGINT);
  EXPECT_EQ(capture.wait().code, 0);
  const Ended read =
      Program({"tshark", "-r", file.string(), "-Y", "icmp", "-T", "fields", "-e", "icmp.type"},
              folder())
          .wait();
  EXPECT_EQ(read.out, "8\n0\n") << read.err;
}

// ---- without guests

class LiveModels : public Live {
 protected:
  Ended up(const std::string& name, const std::vector<std::string>& options = {}) const {
    std::vector<std::string> words{
        "up", example_file("figure2").string(), "--name", name, "--hosts", "models"};
    words.insert(words.end(), options.begin(), options.end());
    return violin(std::move(words));
  }
};

TEST_F(LiveModels, RunTheScenariosTrafficOverRealSocketsWithoutGuests) {
  const Ended up = this->up("models", {"--underlay", "emulated"});
  ASSERT_EQ(up.code, 0) << up.err;
  EXPECT_TRUE(comes_true(
      [&] { return entity("models", "violin1/vRouter1")["frames_in"].get<int>() > 10; }, 10s));
  EXPECT_EQ(exec("models/vHost1", {"true"}).code, 1);
  EXPECT_EQ(violin({"down", "models"}).code, 0);
}

TEST_F(LiveModels, AMigrationTellsWhatItCost) {
  ASSERT_EQ(up("moving").code, 0);
  const Ended moved =
      violin({"node", "migrate", "moving/vSwitch1", "planetlab1.cs.duke.edu", "--format", "json"});
  ASSERT_EQ(moved.code, 0) << moved.err;
  const Json told = Json::parse(moved.out);
  EXPECT_EQ(told["lost"], 0);
  EXPECT_EQ(told["blocked_s"], 0);
  EXPECT_EQ(told["links"], 3);  // vHost1, vHost2, vRouter1
  EXPECT_GT(told["repointing_s"], 0);
  EXPECT_GE(told["handover_s"], told["repointing_s"]);
  EXPECT_EQ(entity("moving", "violin1/vSwitch1")["host"], "planetlab1.cs.duke.edu");
  const Ended router = violin({"migrate", "moving/vRouter1", "planetlab1.cs.duke.edu"});
  ASSERT_EQ(router.code, 0) << router.err;
  EXPECT_THAT(router.out, HasSubstr("links were re-pointed one by one"));
  const Ended nowhere = violin({"migrate", "moving/vSwitch1", "no.such.host"});
  EXPECT_EQ(nowhere.code, 3);
  EXPECT_THAT(nowhere.err, HasSubstr("no.such.host"));
}

TEST_F(LiveModels, StatusTellsOneNetworkOrListsSeveral) {
  EXPECT_EQ(violin({"status"}).out, "no network is up\n");
  ASSERT_EQ(up("one").code, 0);
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"status", "--name", "one", "--format", "json"},
        {"status", "one", "--format", "json"},
        {"status", "--format", "json"}}) {
    const Ended told = violin(words);
    ASSERT_EQ(told.code, 0) << told.err;
    EXPECT_EQ(Json::parse(told.out)["name"], "one");
  }
  ASSERT_EQ(up("two").code, 0);
  EXPECT_EQ(violin({"status"}).out, "one  up\ntwo  up\n");
  const Json listed = Json::parse(violin({"status", "--format", "json"}).out);
  EXPECT_EQ(listed["networks"][1], (Json{{"name", "two"}, {"answers", true}}));
  EXPECT_EQ(violin({"down", "--name", "one"}).code, 0);
}

TEST_F(LiveModels, ANameIsUpOnce) {
  ASSERT_EQ(up("once").code, 0);
  const Ended again = up("once");
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.err, HasSubstr("violin down once"));
  EXPECT_EQ(status("once")["state"], "up");
}

TEST_F(Live, AnUnknownNetworkIsToldWithThoseThatThereAre) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"down", "nothing"},
                                                {"status", "nothing"},
                                                {"exec", "nothing/vHost1", "--", "true"},
                                                {"capture", "nothing/a.eth0", "-w", "/dev/null"},
                                                {"capture", "nothing/a.eth0", "/dev/null"}}) {
    const Ended ended = violin(words);
    EXPECT_EQ(ended.code, 1);
    EXPECT_THAT(ended.err, HasSubstr("there is no network 'nothing'"));
  }
  EXPECT_THAT(violin({"exec", "vHost1", "--", "true"}).err, HasSubstr("NETWORK/ENTITY"));
}

TEST_F(Live, AMissingKernelIsToldWithTheRemedyAndLeavesNothing) {
  const Ended up = violin({"up", example_file("figure2").string(), "--name", "bare", "--kernel",
                           "/nonexistent/linux.uml"});
  EXPECT_EQ(up.code, 1);
  EXPECT_THAT(up.err, HasSubstr("/nonexistent/linux.uml"));
  EXPECT_THAT(up.err, HasSubstr("user-mode-linux"));
  EXPECT_THAT(networks(), IsEmpty());
}

TEST_F(Live, AScenarioThatIsWrongNeverComesUp) {
  const fs::path file = make("wrong.yaml", "name: wrong\nduration: 1\n");
  EXPECT_EQ(violin({"up", file.string()}).code, 3);
  EXPECT_THAT(networks(), IsEmpty());
}

}  // namespace
}  // namespace violin
