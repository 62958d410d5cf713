// The samples are what the programs of Debian 12 print (iputils 20221126, traceroute 2.1.2,
// iperf 3.12), shortened.
#include "datapath/agent/guest_flows.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace violin {
namespace {

TEST(GuestFlows, ReadsWhatPingPrints) {
  const FlowResult result = parse_ping(R"(PING 10.0.2.2 (10.0.2.2) 56(84) bytes of data.
64 bytes from 10.0.2.2: icmp_seq=1 ttl=63 time=6.34 ms
64 bytes from 10.0.2.2: icmp_seq=2 ttl=63 time=2.00 ms
64 bytes from 10.0.2.2: icmp_seq=4 ttl=63 time=2.66 ms

--- 10.0.2.2 ping statistics ---
4 packets transmitted, 3 received, 25% packet loss, time 404ms
rtt min/avg/max/mdev = 2.000/3.667/6.340/1.668 ms
)");
  EXPECT_EQ(result.sent, 4U);
  EXPECT_EQ(result.lost, 1U);
  EXPECT_EQ(result.delay.count(), 3U);
  EXPECT_EQ(result.delay.min(), 2'000'000U);
  EXPECT_NEAR(*result.delay_p50_s, 2.66e-3, 0.03e-3);
  EXPECT_THROW(parse_ping("ping: connect: Network is unreachable"), std::runtime_error);
}

TEST(GuestFlows, ReadsWhatTraceroutePrints) {
  const PathResult path =
      parse_traceroute(R"(traceroute to 10.0.2.2 (10.0.2.2), 30 hops max, 60 byte packets
 1  10.0.1.1  0.697 ms  0.559 ms  0.716 ms
 2  * * *
 3  10.0.2.2  4.469 ms *  4.182 ms
)");
  ASSERT_EQ(path.hops.size(), 3U);
  EXPECT_EQ(path.hops[0].address, "10.0.1.1");
  EXPECT_DOUBLE_EQ(*path.hops[0].rtt_s, 0.697e-3);
  EXPECT_EQ(path.hops[1].name, "*");
  EXPECT_FALSE(path.hops[1].rtt_s.has_value());
  EXPECT_EQ(path.hops[2].address, "10.0.2.2");
  EXPECT_THROW(parse_traceroute("traceroute: bad address"), std::runtime_error);
}

TEST(GuestFlows, ReadsWhatIperf3PrintsOfTcp) {
  const FlowResult result = parse_iperf3(R"({"start": {}, "intervals": [], "end": {
    "sum_sent": {"bytes": 5000000, "bits_per_second": 8000000.5, "retransmits": 3},
    "sum_received": {"bytes": 4999000, "bits_per_second": 7900000.25}}})");
  EXPECT_EQ(result.kind, "bulk");
  EXPECT_DOUBLE_EQ(result.goodput_bps, 7900000.25);
  EXPECT_EQ(result.retransmits, 3U);
}

TEST(GuestFlows, ReadsWhatIperf3PrintsOfUdp) {
  const FlowResult result = parse_iperf3(R"({"end": {"sum": {"bytes": 160000, "packets": 1000,
    "lost_packets": 10, "lost_percent": 1.0, "bits_per_second": 64000.0},
    "sum_sent": {"packets": 1000}, "sum_received": {"packets": 990}}})");
  EXPECT_EQ(result.kind, "cbr");
  EXPECT_EQ(result.sent, 1000U);
  EXPECT_EQ(result.lost, 10U);
  EXPECT_EQ(result.received, 990U);
  EXPECT_NEAR(result.goodput_bps, 63360, 1);
}

TEST(GuestFlows, TellsWhatIperf3ComplainsOf) {
  try {
    parse_iperf3(R"({"start": {}, "error": "error - unable to connect to server"})");
    FAIL() << "was taken for a result";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("unable to connect"), std::string::npos);
  }
  EXPECT_THROW(parse_iperf3("iperf3: not found"), std::runtime_error);
}

}  // namespace
}  // namespace violin
