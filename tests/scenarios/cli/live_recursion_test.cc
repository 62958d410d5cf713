// A VIOLIN in a guest of a VIOLIN: the guest's root is this host's file system, so the same binary
// runs there, with a daemon, a journal, vSwitches and tunnels of its own.
//
//   outer:  a ------------------- s ------------------- b
//           |
//   inner:  n1 --TAP-- s1 --- r --- s2 --TAP-- n2        n1, n2: network namespaces in a's kernel
//                                    '-- m               m: a model
#include "tests/scenarios/cli/live.h"

namespace violin {
namespace {

using ::testing::HasSubstr;

// The inner network has the outer one's addresses (10.9.0.0/24): they never meet.
constexpr const char* kInner = R"(
name: inner
duration: 10s
substrate: {pairs: {default_rtt: 10ms}, hosts: [{name: h1}, {name: h2}, {name: h3}]}
violins:
  - name: v
    vswitches: [{name: s1, host: h1}, {name: s2, host: h3}]
    vrouters:
      - {name: r, host: h2,
         nics: [{address: 10.9.0.254/24, to: s1}, {address: 10.8.0.254/24, to: s2}]}
    vhosts: [{name: m, host: h2, nics: [{address: 10.8.0.3/24, to: s2}]}]
)";

// Two namespaces of the guest become hosts of the inner network.
constexpr const char* kNamespaces = R"(
set -e
for net in 1 2; do
  ip netns add n$net
  "$violin" jetway on inner/s$net --device tap$net --allow any
  ip link set tap$net netns n$net
  ip -n n$net link set lo up
  ip -n n$net link set tap$net up
done
ip -n n1 address add 10.9.0.1/24 dev tap1
ip -n n2 address add 10.8.0.1/24 dev tap2
ip -n n1 route add default via 10.9.0.254
ip -n n2 route add default via 10.8.0.254
)";

class LiveRecursion : public LiveGuests {
 protected:
  void SetUp() override {
    LiveGuests::SetUp();
    if (IsSkipped()) {
      return;
    }
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "a guest's processes have 511 GiB of addresses: no room for a sanitizer's";
#endif
    ASSERT_EQ(up_pair("outer", {"--memory", "128MiB"}).code, 0);
    if (in_a("test -x \"$violin\" && command -v ip").code != 0) {
      GTEST_SKIP() << "a guest does not see " << VIOLIN_BINARY << ", or no ip: a build below /tmp "
                   << "is hidden there; apt-get install iproute2";
    }
    const std::string write = std::string("cat > /run/inner.yaml <<'END'") + kInner + "END\n";
    const Ended up = in_a(write + R"("$violin" up /run/inner.yaml --hosts models)");
    ASSERT_EQ(up.code, 0) << up.out << up.err;
  }
  // A shell script in the guest, whose $violin is the binary under test.
  Ended in_a(const std::string& script) const {
    return exec("outer/a",
                {"sh", "-c", "export XDG_RUNTIME_DIR=/run violin=" VIOLIN_BINARY "\n" + script});
  }
  static std::string ping(const std::string& address) { return "ping -c 3 -i 0.2 -W 2 " + address; }
};

TEST_F(LiveRecursion, AnInnerVSwitchAndVRouterJoinNamespacesOfAGuest) {
  if (in_a("busybox modprobe tun && test -e /dev/net/tun").code != 0) {
    GTEST_SKIP() << "the guest has no TUN: apt-get install busybox-static user-mode-linux";
  }
  const Ended joined = in_a(kNamespaces);
  ASSERT_EQ(joined.code, 0) << joined.out << joined.err;
  for (const std::string inner : {"10.8.0.1", "10.8.0.3"}) {  // a namespace, a model
    const Ended reached = in_a("ip netns exec n1 " + ping(inner));
    EXPECT_EQ(reached.code, 0) << reached.out << reached.err;
    EXPECT_THAT(reached.out, HasSubstr("ttl=63"));  // through the inner vRouter
  }
  // What goes on inside is the guest's own affair.
  EXPECT_TRUE(a_reaches_b("outer"));
  EXPECT_NE(exec("outer/b", {"ping", "-c", "1", "-W", "1", "10.9.0.254"}).code, 0);
  EXPECT_NE(in_a(ping("10.8.0.3")).code, 0);
}

TEST_F(LiveRecursion, TheInnerNetworkIsLookedAtAndTakenDownFromOutside) {
  const Ended inside = in_a("\"$violin\" status inner --format json");
  ASSERT_EQ(inside.code, 0) << inside.err;
  const Json inner = Json::parse(inside.out);
  EXPECT_EQ(inner["state"], "up");
  EXPECT_EQ(inner["entities"].size(), 4U);
  const Json outer = status("outer");
  EXPECT_EQ(outer["state"], "up");
  EXPECT_EQ(outer["entities"].size(), 3U);
  const Ended down = in_a("\"$violin\" down inner; ls /run/violin");
  EXPECT_EQ(down.code, 0) << down.err;
  EXPECT_THAT(down.out, HasSubstr("Books:"));
  EXPECT_THAT(down.out, ::testing::Not(HasSubstr("inner\n")));
  EXPECT_EQ(in_a("\"$violin\" status inner").code, 1);
}

}  // namespace
}  // namespace violin
