#include "models/app/ping.h"

#include <gtest/gtest.h>

#include "tests/models/vhost/testbed.h"

namespace violin {
namespace {

using namespace testbed;

PingConfig to(std::string_view destination, std::uint64_t count) {
  PingConfig config;
  config.destination = ip(destination);
  config.count = count;
  return config;
}

TEST(Ping, MeasuresTwiceTheDelayToTheNanosecond) {
  TwoHosts net(12'345'678ns);
  std::ignore = net.a.neighbors(net.a_port).add_static(ip("10.0.0.2"), MacAddress::local(2));
  std::ignore = net.b.neighbors(net.b_port).add_static(ip("10.0.0.1"), MacAddress::local(1));
  Ping ping(net.a, {"p", "a", "b"}, to("10.0.0.2", 10));
  ping.start(net.kernel.now());
  net.kernel.run();
  const PingResult result = ping.result();
  EXPECT_EQ(result.sent, 10U);
  EXPECT_EQ(result.received, 10U);
  EXPECT_EQ(result.min, 24'691'356ns);
  EXPECT_EQ(result.mean, 24'691'356ns);
  EXPECT_EQ(result.max, 24'691'356ns);
  EXPECT_EQ(result.mdev, 0ns);
  EXPECT_EQ(ping.report(net.kernel.now()).lost, 0U);
  EXPECT_EQ(ping.report(net.kernel.now()).bytes_received, 560U);
  EXPECT_TRUE(net.balances());
}

TEST(Ping, ToldOfArpByTheFirstRoundTripHasThatDeviation) {
  TwoHosts net(10ms);
  Ping ping(net.a, {}, to("10.0.0.2", 4));
  ping.start(net.kernel.now());
  net.kernel.run();
  // a asks for b and so b learns a: the first takes 40 ms, the others 20 ms.
  const PingResult result = ping.result();
  EXPECT_EQ(result.min, 20ms);
  EXPECT_EQ(result.max, 40ms);
  EXPECT_EQ(result.mean, 25ms);
  // sqrt((15^2 + 3 * 5^2) / 4) = sqrt(75) ms
  EXPECT_NEAR(to_seconds(*result.mdev), 8.660254037844386e-3, 1e-8);
}

TEST(Ping, SendsOneRequestEachInterval) {
  LoneHost lone;
  lone.receive(arp_from_neighbor(lone.kernel, wire::ArpPacket::Operation::kRequest));
  lone.sent.frames.clear();
  Ping ping(lone.host, {}, to("10.0.0.2", 3));
  ping.start(lone.kernel.now());
  lone.kernel.run_until(at(2s));
  ASSERT_EQ(lone.sent.frames.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(lone.sent.ipv4(i).total_length, 20 + 8 + 56);
    const auto icmp = wire::IcmpHeader::parse(lone.sent.payload(i));
    ASSERT_TRUE(icmp);
    EXPECT_EQ(icmp->type, wire::IcmpType::kEchoRequest);
    EXPECT_EQ(icmp->sequence(), i);
  }
  EXPECT_EQ(ping.result().received, 0U);
  EXPECT_EQ(ping.result().min, std::nullopt);
  EXPECT_EQ(ping.report(lone.kernel.now()).lost, 3U);
}

// Answers the i-th request that was recorded.
Frame reply_to(LoneHost& lone, std::size_t i) {
  std::vector<std::uint8_t> message(lone.sent.payload(i).begin(), lone.sent.payload(i).end());
  const auto request = wire::IcmpHeader::parse(message);
  wire::IcmpHeader reply = *request;
  reply.type = wire::IcmpType::kEchoReply;
  reply.serialize(message);
  return Datagram{.protocol = wire::IpProtocol::kIcmp}.frame(lone.kernel, message, 56);
}

TEST(Ping, CountsRepliesThatRepeatAndIgnoresThoseThatComeTooLate) {
  LoneHost lone;
  lone.receive(arp_from_neighbor(lone.kernel, wire::ArpPacket::Operation::kRequest));
  lone.sent.frames.clear();
  PingConfig config = to("10.0.0.2", 2);
  config.timeout = 3s;
  Ping ping(lone.host, {}, config);
  ping.start(lone.kernel.now());
  lone.kernel.run_until(at(1s));
  ASSERT_EQ(lone.sent.frames.size(), 2U);
  lone.receive(reply_to(lone, 1));
  lone.receive(reply_to(lone, 1));
  lone.kernel.run_until(at(3500ms));
  lone.receive(reply_to(lone, 0));
  EXPECT_EQ(ping.result().received, 1U);
  EXPECT_EQ(ping.result().duplicates, 1U);
  EXPECT_EQ(ping.report(lone.kernel.now()).lost, 1U);
}

TEST(Ping, CountsErrorsAboutItsRequests) {
  LoneHost lone;
  Ping ping(lone.host, {}, to("10.0.0.99", 2));
  ping.start(lone.kernel.now());
  lone.kernel.run();
  EXPECT_EQ(ping.result().errors, 2U);  // ARP has no answer
  EXPECT_EQ(ping.result().received, 0U);
}

TEST(Ping, ReachesItsOwnHost) {
  LoneHost lone;
  Ping ping(lone.host, {}, to("127.0.0.1", 1));
  ping.start(lone.kernel.now());
  lone.kernel.run();
  EXPECT_EQ(ping.result().max, 0ns);
}

TEST(Ping, LargerThanTheMtuIsFragmentedAndPutTogetherBothWays) {
  TwoHosts net(1ms);
  PingConfig config = to("10.0.0.2", 3);
  config.size = 20'000;
  Ping ping(net.a, {}, config);
  ping.start(net.kernel.now());
  net.kernel.run();
  EXPECT_EQ(ping.result().received, 3U);  // all 14 fragments of the first wait for ARP
  EXPECT_EQ(ping.result().min, 2ms);
  EXPECT_TRUE(net.balances());
}

TEST(Ping, TellsRequestsApartBeyondTheRangeOfSequenceNumbers) {
  TwoHosts net(1ms);
  PingConfig config = to("10.0.0.2", 70'000);
  config.interval = 100us;
  Ping ping(net.a, {}, config);
  ping.start(net.kernel.now());
  net.kernel.run();
  EXPECT_EQ(ping.result().sent, 70'000U);
  EXPECT_GE(ping.result().received, 69'900U);  // the first ones overran ARP's queue
  EXPECT_EQ(ping.result().duplicates, 0U);
}

TEST(Ping, RefusesAConfigurationThatCannotRun) {
  LoneHost lone;
  PingConfig config = to("10.0.0.2", 1);
  config.size = 65'508;
  EXPECT_THROW(Ping(lone.host, {}, config), std::invalid_argument);
  config.size = 56;
  config.interval = 0s;
  EXPECT_THROW(Ping(lone.host, {}, config), std::invalid_argument);
}

}  // namespace
}  // namespace violin
