#include "models/app/tcp_request.h"

#include <gtest/gtest.h>

#include "models/app/tcp_response.h"
#include "models/vhost/tcp_host.h"
#include "tests/models/vhost/testbed.h"

namespace violin {
namespace {

using testbed::at;
using testbed::ip;
using testbed::TwoHosts;
using namespace std::chrono_literals;

constexpr std::uint16_t kPort = 8080;
const FlowLabel kLabel{"web", "a", "b"};

TcpRequestConfig requests(std::uint64_t request, std::uint64_t response, std::uint64_t count) {
  return {.destination = ip("10.0.0.2"),
          .port = kPort,
          .request = Bytes{request},
          .response = Bytes{response},
          .count = count};
}

// A client on a, its server on b, 10 ms apart.
struct Exchange {
  explicit Exchange(const TcpRequestConfig& config)
      : server(tcp_of(hosts.b), kLabel,
               {.port = kPort, .request = config.request, .response = config.response}),
        client(tcp_of(hosts.a), kLabel, config) {}
  void run(Duration time) {
    server.start(kRunStart);
    client.start(kRunStart);
    hosts.kernel.run_until(at(time));
  }

  TwoHosts hosts{10ms};
  TcpResponseServer server;
  TcpRequestClient client;
};

TEST(TcpRequest, OnOneConnectionTakesOneRoundTripEach) {
  Exchange x(requests(100, 1000, 10));
  x.run(10s);
  EXPECT_EQ(x.client.report(at(10s)).sent, 10U);
  EXPECT_EQ(x.client.report(at(10s)).received, 10U);
  EXPECT_EQ(x.client.report(at(10s)).bytes_received, 10'000U);
  EXPECT_EQ(x.server.report(at(10s)).received, 10U);
  // The first one waits for ARP and the handshake, too.
  EXPECT_EQ(x.client.latency().min(), 20'000'000U);
  EXPECT_EQ(x.client.latency().max(), 60'000'000U);
}

TEST(TcpRequest, OnANewConnectionEachTakesTwoRoundTrips) {
  TcpRequestConfig config = requests(100, 1000, 10);
  config.connection_each = true;
  Exchange x(config);
  x.run(10s);
  EXPECT_EQ(x.client.report(at(10s)).received, 10U);
  EXPECT_EQ(x.client.latency().min(), 40'000'000U);
  EXPECT_EQ(x.server.connections(), 0U);
}

// 100 segments at an initial window of 10, doubled each round trip: 10 + 20 + 40 + 30.
TEST(TcpRequest, ALargeResponseTakesTheRoundTripsOfSlowStart) {
  Exchange x(requests(100, 100 * 1448, 1));
  x.run(10s);
  EXPECT_EQ(x.client.report(at(10s)).received, 1U);
  EXPECT_EQ(x.client.latency().max(), (2 + 4) * 20'000'000U);
}

TEST(TcpRequest, ThinksBetweenResponseAndNextRequest) {
  TcpRequestConfig config = requests(100, 100, 1000);
  config.think = {PeriodLength::Kind::kConstant, 80ms};
  Exchange x(config);
  x.run(10040ms);
  EXPECT_NEAR(static_cast<double>(x.client.report(at(10s)).received), 100, 1);
}

TEST(TcpRequest, RequestsLargerThanTheSendBufferArrive) {
  TcpRequestConfig config = requests(1'000'000, 500'000, 3);
  config.tcp.send_buffer = Bytes{10'000};
  Exchange x(config);
  x.run(600s);
  EXPECT_EQ(x.client.report(at(600s)).received, 3U);
  EXPECT_EQ(x.server.report(at(600s)).bytes_received, 3'000'000U);
}

TEST(TcpRequest, OneThatIsStoppedStillGetsItsResponse) {
  Exchange x(requests(100, 1000, 1'000'000));
  x.run(1005ms);
  const std::uint64_t sent = x.client.report(at(1s)).sent;
  x.client.stop(at(1005ms));
  x.hosts.kernel.run();
  EXPECT_EQ(x.client.report(at(2s)).sent, sent);
  EXPECT_EQ(x.client.report(at(2s)).received, sent);
  EXPECT_EQ(x.server.connections(), 0U);
  EXPECT_EQ(tcp_of(x.hosts.a).connections(), 0U);
}

TEST(TcpRequest, TriesAgainUntilAServerIsThere) {
  Exchange x(requests(100, 1000, 10));
  x.client.start(kRunStart);
  x.hosts.kernel.run_until(at(2500ms));
  EXPECT_EQ(x.client.failures(), 3U);
  EXPECT_EQ(x.client.report(at(2500ms)).received, 0U);
  x.server.start(at(2500ms));
  x.hosts.kernel.run_until(at(10s));
  EXPECT_EQ(x.client.report(at(10s)).received, 7U);
}

TEST(TcpRequest, RefusesSizesOfZero) {
  TwoHosts hosts;
  EXPECT_THROW(TcpRequestClient(tcp_of(hosts.a), kLabel, requests(0, 1, 1)), std::invalid_argument);
  EXPECT_THROW(TcpResponseServer(tcp_of(hosts.a), kLabel, {.port = 1, .request = Bytes{1}}),
               std::invalid_argument);
}

}  // namespace
}  // namespace violin
