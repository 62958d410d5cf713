// A second vNIC is plugged into a guest that runs, and the guest routes through it.
#include "tests/scenarios/cli/live.h"

namespace violin {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// a -- net1 -- r        net2 -- b: nothing joins the two nets yet.
constexpr const char* kTwoNets = R"(
name: nets
duration: 10s
substrate: {pairs: {default_rtt: 10ms}, hosts: [{name: h1}, {name: h2}, {name: h3}]}
violins:
  - name: v
    vswitches: [{name: net1, host: h1}, {name: net2, host: h3}]
    vhosts:
      - {name: a, host: h1, nics: [{address: 10.1.0.1/24, to: net1}]}
      - {name: r, host: h2, nics: [{address: 10.1.0.254/24, to: net1}]}
      - {name: b, host: h3, nics: [{address: 10.2.0.1/24, to: net2}]}
)";

class LiveHotplug : public LiveGuests {
 protected:
  void SetUp() override {
    LiveGuests::SetUp();
    if (IsSkipped()) {
      return;
    }
    const Ended up = violin({"up", make("nets.yaml", kTwoNets).string(), "--name", "nets"});
    ASSERT_EQ(up.code, 0) << up.err;
    in("r", "echo 1 > /proc/sys/net/ipv4/ip_forward");
    in("a", "ip route add 10.2.0.0/24 via 10.1.0.254");
    in("b", "ip route add 10.1.0.0/24 via 10.2.0.254");
  }
  void in(const std::string& guest, const std::string& script) const {
    const Ended ended = exec("nets/" + guest, {"sh", "-c", script});
    EXPECT_EQ(ended.code, 0) << guest << ": " << script << ": " << ended.err;
  }
  void plug_second_nic() const {
    const Ended plugged =
        violin({"nic", "add", "nets/r", "--to", "net2", "--address", "10.2.0.254/24"});
    ASSERT_EQ(plugged.code, 0) << plugged.err;
  }
  Ended ping_b_from_a() const {
    return exec("nets/a", {"ping", "-c", "3", "-i", "0.3", "-W", "1", "10.2.0.1"});
  }
};

TEST_F(LiveHotplug, AGuestRoutesThroughAVNicThatIsPluggedWhileItRuns) {
  EXPECT_NE(ping_b_from_a().code, 0);
  const int pid = entity("nets", "v/r")["pid"];
  plug_second_nic();
  const Ended reached = ping_b_from_a();
  EXPECT_EQ(reached.code, 0) << reached.out << reached.err;
  EXPECT_THAT(reached.out, HasSubstr("ttl=63"));  // Linux begins with 64; one router took one
  EXPECT_EQ(entity("nets", "v/r")["pid"], pid);   // it has not been restarted for it
  ASSERT_EQ(violin({"nic", "remove", "nets/r.eth1"}).code, 0);
  EXPECT_NE(ping_b_from_a().code, 0);
}

TEST_F(LiveHotplug, TracerouteThroughItShowsExactlyOneHopBetween) {
  if (!is_installed("traceroute")) {
    GTEST_SKIP() << "no traceroute here: apt-get install traceroute";
  }
  plug_second_nic();
  ASSERT_EQ(ping_b_from_a().code, 0);  // so that neighbours are known
  EXPECT_THAT(route("nets/a", "10.2.0.1"), ElementsAre("10.1.0.254", "10.2.0.1"));
}

}  // namespace
}  // namespace violin
