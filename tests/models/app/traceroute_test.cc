// Traceroute against routers that do what RFC 1812 says of TTLs, and nothing else.
#include "models/app/traceroute.h"

#include <gtest/gtest.h>

#include "tests/models/vhost/testbed.h"

namespace violin {
namespace {

using namespace testbed;

// Stands at the far end of the lone host's cable for a path of `routers` and the destination. The
// k-th router answers k * 10 ms after it was asked, unless it is one of the silent ones.
class Path final : public FrameSink {
 public:
  Path(LoneHost& lone, std::vector<Ipv4Address> routers, Ipv4Address destination)
      : lone_(lone), routers_(std::move(routers)), destination_(destination) {
    lone.host.unplug(lone.port);
    lone.host.plug(lone.port, {this, {}});
    lone.host.set_default_gateway(ip("10.0.0.2"));
    std::ignore = lone.host.neighbors(lone.port).add_static(ip("10.0.0.2"), MacAddress::local(2));
  }
  void receive(PortIndex /*port*/, std::span<Frame> burst, TimePoint now) override {
    for (Frame& frame : burst) {
      const auto header =
          *wire::Ipv4Header::parse(frame.bytes().subspan(14), frame.size().value - 14);
      ttls.push_back(header.ttl);
      sizes.push_back(header.total_length);
      const std::size_t hop = std::min<std::size_t>(header.ttl, routers_.size() + 1);
      const Ipv4Address from = hop <= routers_.size() ? routers_[hop - 1] : destination_;
      if (!silent.contains(from)) {
        answers_.emplace(now + 10ms * hop, error(from, header, frame));
        timer_.arm(answers_.begin()->first);
      }
      frame.reset();
    }
  }

  std::vector<std::uint8_t> ttls;
  std::vector<std::uint16_t> sizes;
  std::set<Ipv4Address> silent;

 private:
  Frame error(Ipv4Address from, const wire::Ipv4Header& header, Frame& frame) {
    IcmpProblem problem = IcmpProblem::unreachable(wire::UnreachableCode::kPort);
    if (from != destination_) {
      problem = IcmpProblem::time_exceeded(wire::TimeExceededCode::kTtl);
    }
    std::vector<std::uint8_t> message(8);
    const auto quote = frame.bytes().subspan(14, header.size() + 8);
    message.insert(message.end(), quote.begin(), quote.end());
    wire::IcmpHeader{problem.type, problem.code, 0}.serialize(message);
    return Datagram{.protocol = wire::IpProtocol::kIcmp, .source = from}.frame(lone_.kernel,
                                                                               message);
  }
  void answer() {
    Frame frame = std::move(answers_.begin()->second);
    answers_.erase(answers_.begin());
    lone_.receive(std::move(frame));
  }

  LoneHost& lone_;
  std::vector<Ipv4Address> routers_;
  Ipv4Address destination_;
  std::multimap<TimePoint, Frame> answers_;
  EventOrigin origin_{lone_.kernel};
  Timer timer_ = Timer::calling<&Path::answer>(lone_.kernel, origin_, *this);
};

TracerouteConfig to(std::string_view destination) {
  TracerouteConfig config;
  config.destination = ip(destination);
  return config;
}

std::vector<std::optional<Ipv4Address>> addresses(const Traceroute& traceroute) {
  std::vector<std::optional<Ipv4Address>> result;
  for (const TracerouteHop& hop : traceroute.hops()) {
    result.push_back(hop.address());
  }
  return result;
}

TEST(Traceroute, FindsEveryRouterAndTheDestinationWithTheirRoundTrips) {
  LoneHost lone;
  Path path(lone, {ip("10.0.0.2"), ip("10.9.0.1")}, ip("192.0.2.1"));
  Traceroute traceroute(lone.host, {}, to("192.0.2.1"));
  traceroute.start(lone.kernel.now());
  lone.kernel.run();
  EXPECT_TRUE(traceroute.finished());
  EXPECT_TRUE(traceroute.reached());
  EXPECT_EQ(addresses(traceroute), (std::vector<std::optional<Ipv4Address>>{
                                       ip("10.0.0.2"), ip("10.9.0.1"), ip("192.0.2.1")}));
  EXPECT_EQ(path.ttls, (std::vector<std::uint8_t>{1, 1, 1, 2, 2, 2, 3, 3, 3}));
  EXPECT_EQ(path.sizes, std::vector<std::uint16_t>(9, 60));
  for (const TracerouteHop& hop : traceroute.hops()) {
    ASSERT_EQ(hop.queries.size(), 3U);
    for (const TracerouteQuery& query : hop.queries) {
      EXPECT_EQ(query.round_trip, 10ms * hop.ttl);
    }
  }
  EXPECT_EQ(lone.kernel.now(), at(180ms));  // one query at a time
  EXPECT_TRUE(lone.host.ledger().balances(0));
}

TEST(Traceroute, GoesOnPastARouterThatIsSilent) {
  LoneHost lone;
  Path path(lone, {ip("10.0.0.2"), ip("10.9.0.1")}, ip("192.0.2.1"));
  path.silent = {ip("10.0.0.2")};
  Traceroute traceroute(lone.host, {}, to("192.0.2.1"));
  traceroute.start(lone.kernel.now());
  lone.kernel.run();
  EXPECT_EQ(addresses(traceroute), (std::vector<std::optional<Ipv4Address>>{
                                       std::nullopt, ip("10.9.0.1"), ip("192.0.2.1")}));
  EXPECT_EQ(lone.kernel.now(), at(15s + 150ms));  // three timeouts of 5 s
  EXPECT_EQ(traceroute.report(lone.kernel.now()).lost, 3U);
}

TEST(Traceroute, GivesUpAtItsLargestTtl) {
  LoneHost lone;
  Path path(lone, {ip("10.0.0.2")}, ip("192.0.2.1"));
  path.silent = {ip("192.0.2.1")};
  TracerouteConfig config = to("192.0.2.1");
  config.max_ttl = 4;
  config.queries = 1;
  config.timeout = 1s;
  Traceroute traceroute(lone.host, {}, config);
  traceroute.start(lone.kernel.now());
  lone.kernel.run();
  EXPECT_TRUE(traceroute.finished());
  EXPECT_FALSE(traceroute.reached());
  EXPECT_EQ(path.ttls, (std::vector<std::uint8_t>{1, 2, 3, 4}));
}

TEST(Traceroute, EndsWhereItsOwnArpFails) {
  LoneHost lone;
  Traceroute traceroute(lone.host, {}, to("10.0.0.9"));
  traceroute.start(lone.kernel.now());
  lone.kernel.run();
  EXPECT_TRUE(traceroute.finished());
  EXPECT_FALSE(traceroute.reached());
  EXPECT_EQ(addresses(traceroute),
            (std::vector<std::optional<Ipv4Address>>{ip("10.0.0.1")}));  // the host itself says so
}

TEST(Traceroute, ToANeighborTakesOneHop) {
  TwoHosts net(1ms);
  Traceroute traceroute(net.a, {}, to("10.0.0.2"));
  traceroute.start(net.kernel.now());
  net.kernel.run();
  EXPECT_TRUE(traceroute.reached());
  EXPECT_EQ(addresses(traceroute), (std::vector<std::optional<Ipv4Address>>{ip("10.0.0.2")}));
  EXPECT_TRUE(net.balances());
}

TEST(Traceroute, RefusesPortsBeyondTheLast) {
  LoneHost lone;
  TracerouteConfig config = to("10.0.0.2");
  config.first_port = 65500;
  EXPECT_THROW(Traceroute(lone.host, {}, config), std::invalid_argument);
}

}  // namespace
}  // namespace violin
