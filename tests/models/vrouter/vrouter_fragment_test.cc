// Fragmentation at a router: RFC 791 section 3.2, RFC 1812 section 4.2.2.7.

#include <map>
#include <random>

#include "tests/models/vrouter/router_fixture.h"

namespace violin::router_test {
namespace {

using testing::ElementsAre;

// The reassembly of RFC 791 by its definition: each byte lands where its offset says.
struct Reassembled {
  std::map<std::size_t, std::uint8_t> bytes;
  std::optional<std::size_t> size;

  void add(const Ipv4Header& ip, std::span<const std::uint8_t> payload) {
    const std::size_t at = std::size_t{8} * ip.fragment_offset;
    for (std::size_t i = 0; i < ip.payload_size(); ++i) {
      const std::uint8_t byte = i < payload.size() ? payload[i] : 0;
      ASSERT_TRUE(bytes.emplace(at + i, byte).second) << "two fragments have byte " << at + i;
    }
    if (!ip.more_fragments) {
      size = at + ip.payload_size();
    }
  }
  std::vector<std::uint8_t> payload() const {
    std::vector<std::uint8_t> result;
    for (const auto& [at, byte] : bytes) {
      result.push_back(byte);
    }
    return result;
  }
};

class RouterFragments : public RouterTest {
 protected:
  RouterFragments() { know_stations(); }

  Reassembled reassemble(std::size_t port = 1) {
    Reassembled whole;
    for (std::size_t i = 0; i < out_[port].size(); ++i) {
      whole.add(out_[port].ip(i), out_[port].payload(i));
    }
    return whole;
  }
};

TEST_F(RouterFragments, PutTogetherAreTheOriginal) {
  set_mtu(1, 576);
  const Datagram original{.size = 1400, .tos = 0x28};
  receive(original);
  ASSERT_EQ(out_[1].size(), 3U);
  const Reassembled whole = reassemble();
  EXPECT_EQ(whole.size, 1400U);
  EXPECT_EQ(whole.payload(), original.stored());
  for (std::size_t i = 0; i < 3; ++i) {
    Ipv4Header expected = original.header();
    expected.ttl = 63;
    expected.total_length = out_[1].ip(i).total_length;
    expected.fragment_offset = out_[1].ip(i).fragment_offset;
    expected.more_fragments = i < 2;
    EXPECT_EQ(out_[1].ip(i), expected);
    EXPECT_LE(expected.total_length, 576);
    EXPECT_EQ(out_[1].frames[i].size(), Bytes{kLink + expected.total_length});
    EXPECT_EQ(out_[1].ethernet(i).destination, station_mac(1));
  }
  EXPECT_EQ(router_.ledger().replicated, 2U);
}

TEST_F(RouterFragments, HoldForRandomDatagramsAndMtus) {
  for (std::uint32_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto below = [&random](unsigned n) { return static_cast<unsigned>(random()) % n; };
    const unsigned mtu = 68 + below(600);
    set_mtu(1, mtu);
    out_[1].clear();
    Datagram original{.size = below(3000), .elided = below(2) == 0 ? 0 : below(2000)};
    original.more_fragments = below(2) == 0;
    original.fragment_offset = static_cast<std::uint16_t>(below(2) * below(4000));
    original.size -= original.size % (original.more_fragments ? 8 : 1);
    original.elided -= original.elided % (original.more_fragments ? 8 : 1);
    const unsigned options = 4 * below(11);
    for (unsigned i = 0; i + 4 <= options; i += 4) {
      const std::uint8_t copied = below(2) == 0 ? 0x80 : 0;
      original.options.insert(original.options.end(),
                              {static_cast<std::uint8_t>(copied | 0x1e), 4, 1, 2});
    }
    receive(original);
    const Reassembled whole = reassemble();
    std::vector<std::uint8_t> expected = original.stored();
    expected.resize(expected.size() + original.elided, 0);
    ASSERT_EQ(whole.payload(), expected);
    const std::size_t first = std::size_t{8} * original.fragment_offset;
    ASSERT_EQ(whole.size.has_value(), !original.more_fragments);
    ASSERT_TRUE(!whole.size || *whole.size == first + expected.size());
    for (std::size_t i = 0; i < out_[1].size(); ++i) {
      ASSERT_LE(out_[1].ip(i).total_length, mtu);
    }
  }
}

// RFC 791 section 3.1: the copied flag.
TEST_F(RouterFragments, AfterTheFirstCarryOnlyCopiedOptions) {
  set_mtu(1, 300);
  receive(Datagram{.size = 600, .options = {7, 7, 40, 0, 0, 0, 0, 0x94, 4, 0, 0, 0}});
  ASSERT_EQ(out_[1].size(), 3U);
  EXPECT_EQ(out_[1].ip(0).options_size, 12);
  for (std::size_t i = 1; i < 3; ++i) {
    const Ipv4Header ip = out_[1].ip(i);
    EXPECT_THAT(std::span(ip.options).first(ip.options_size), ElementsAre(0x94, 4, 0, 0));
  }
}

TEST_F(RouterFragments, OfElidedPayloadAreElided) {
  set_mtu(1, 576);
  receive(Datagram{.size = 8, .elided = 1392});
  ASSERT_EQ(out_[1].size(), 3U);
  EXPECT_EQ(out_[1].frames[0].bytes().size(), kLink + 20 + 8);
  EXPECT_EQ(out_[1].frames[1].bytes().size(), kLink + 20);
}

TEST_F(RouterFragments, WaitForTheNeighborTogether) {
  router_.remove_interface(PortIndex{1});
  add(1, 576);
  receive(Datagram{.size = 1400});
  EXPECT_EQ(router_.queued(), 3U);
  answer_arp(1);
  ASSERT_EQ(out_[1].size(), 4U);
  out_[1].frames.erase(out_[1].frames.begin());  // the request
  EXPECT_EQ(reassemble().size, 1400U);
}

TEST_F(RouterFragments, ToTheRouterArePutTogether) {
  const auto message = icmp_message(IcmpType::kEchoRequest, 0, 5, 792);
  const std::vector<std::uint8_t> head(message.begin(), message.begin() + 400);
  const std::vector<std::uint8_t> tail(message.begin() + 400, message.end());
  receive(Datagram{.destination = own(0),
                   .protocol = IpProtocol::kIcmp,
                   .fragment_offset = 50,
                   .payload = tail});
  EXPECT_EQ(router_.queued(), 1U);
  receive(Datagram{.destination = own(0),
                   .protocol = IpProtocol::kIcmp,
                   .more_fragments = true,
                   .payload = head});
  ASSERT_EQ(out_[0].size(), 1U);
  EXPECT_TRUE(std::ranges::equal(out_[0].payload(), icmp_message(IcmpType::kEchoReply, 0, 5, 792)));
  EXPECT_EQ(router_.queued(), 0U);
}

// RFC 1122 section 3.3.2: time exceeded, code 1.
TEST_F(RouterFragments, ToTheRouterThatStayIncompleteAreReported) {
  receive(Datagram{.destination = own(0), .more_fragments = true});
  kernel_.run();
  ASSERT_EQ(out_[0].size(), 1U);
  EXPECT_EQ(out_[0].icmp().type, IcmpType::kTimeExceeded);
  EXPECT_EQ(out_[0].icmp().code, 1);
  EXPECT_EQ(drops(Drop::kReassembly), 1U);
}

TEST_F(RouterFragments, OfALongEchoReplyLeaveByItsMtu) {
  set_mtu(0, 400);
  receive(Datagram{.destination = own(0),
                   .protocol = IpProtocol::kIcmp,
                   .payload = icmp_message(IcmpType::kEchoRequest, 0, 5, 992)});
  ASSERT_EQ(out_[0].size(), 3U);
  EXPECT_EQ(reassemble(0).payload(), icmp_message(IcmpType::kEchoReply, 0, 5, 992));
}

}  // namespace
}  // namespace violin::router_test
