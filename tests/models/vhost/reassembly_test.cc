// Fragments: RFC 791 section 3.2, RFC 815, RFC 1122 section 3.3.2, RFC 5722 section 4.
#include "models/vhost/reassembly.h"

#include <gtest/gtest.h>

#include <random>

#include "models/vhost/fragment.h"
#include "tests/models/vhost/testbed.h"

namespace violin {
namespace {

using namespace testbed;

// A datagram as a frame that begins with the IPv4 header.
struct Whole {
  wire::Ipv4Header header;
  Frame frame;
};

Whole datagram(Kernel& kernel, const std::vector<std::uint8_t>& payload, std::uint32_t elided = 0,
               const std::vector<std::uint8_t>& options = {}) {
  Whole whole;
  whole.header.options_size = static_cast<std::uint8_t>(options.size());
  std::ranges::copy(options, whole.header.options.begin());
  whole.header.total_length =
      static_cast<std::uint16_t>(whole.header.size() + payload.size() + elided);
  whole.header.identification = 99;
  whole.header.source = ip("10.0.0.2");
  whole.header.destination = ip("10.0.0.1");
  whole.frame = kernel.frames().copy_of(payload, elided);
  whole.header.serialize(whole.frame.push_front(whole.header.size()));
  return whole;
}

wire::Ipv4Header header_of(const Frame& frame) {
  const auto header = wire::Ipv4Header::parse(frame.bytes(), frame.size().value);
  EXPECT_TRUE(header);
  return *header;
}

std::vector<std::uint8_t> counting(std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 256 + 1);
  }
  return bytes;
}

// Stored and elided bytes of a payload, all of them.
std::vector<std::uint8_t> unfold(const Frame& frame, std::size_t from) {
  const auto stored = frame.bytes().subspan(from);
  std::vector<std::uint8_t> bytes(stored.size() + frame.elided());
  std::ranges::copy(stored, bytes.begin());
  return bytes;
}

struct Host {
  Kernel kernel;
  Ledger ledger;
  ReassemblyConfig config;
  Reassembly reassembly{config, ledger};

  std::optional<IpPacket> add(Frame frame, TimePoint now = at(0s)) {
    ++ledger.in;
    const wire::Ipv4Header header = header_of(frame);
    return reassembly.add(header, {std::move(frame), 0}, now);
  }
  Frame piece(std::uint32_t begin, std::uint32_t length, bool more, std::uint16_t id = 1) {
    wire::Ipv4Header header;
    header.total_length = static_cast<std::uint16_t>(20 + length);
    header.fragment_offset = static_cast<std::uint16_t>(begin / 8);
    header.more_fragments = more;
    header.identification = id;
    header.source = ip("10.0.0.2");
    header.destination = ip("10.0.0.1");
    Frame frame = kernel.frames().copy_of(std::vector<std::uint8_t>(length, 0x55));
    header.serialize(frame.push_front(20));
    return frame;
  }
};

TEST(Fragment, CutsAtMultiplesOfEightAndFillsAllButTheLast) {
  Kernel kernel;
  const Whole whole = datagram(kernel, counting(4000));
  const auto fragments = fragment(whole.header, whole.frame, 1500);
  ASSERT_EQ(fragments.size(), 3U);
  const std::vector<std::uint16_t> lengths = {1500, 1500, 1060};
  const std::vector<std::uint16_t> offsets = {0, 185, 370};  // of 8 bytes
  for (std::size_t i = 0; i < 3; ++i) {
    const wire::Ipv4Header header = header_of(fragments[i]);
    EXPECT_EQ(header.total_length, lengths[i]);
    EXPECT_EQ(header.fragment_offset, offsets[i]);
    EXPECT_EQ(header.more_fragments, i < 2);
    EXPECT_EQ(header.identification, 99);
    EXPECT_EQ(fragments[i].size().value, lengths[i]);
  }
}

TEST(Fragment, CopiesOnlyOptionsThatAreToBeCopied) {
  Kernel kernel;
  // Record route (7) is not copied, loose source route (131) is; RFC 791 section 3.1.
  const Whole whole = datagram(kernel, counting(200), 0, {7, 3, 4, 131, 3, 4, 0, 0});
  const auto fragments = fragment(whole.header, whole.frame, 100);
  EXPECT_EQ(header_of(fragments[0]).options_size, 8);
  const wire::Ipv4Header later = header_of(fragments[1]);
  EXPECT_EQ(later.options_size, 4);
  EXPECT_EQ(later.options[0], 131);
}

TEST(Fragment, OfAFragmentContinuesItsOffsets) {
  Kernel kernel;
  Whole whole = datagram(kernel, counting(160));
  whole.header.fragment_offset = 10;
  whole.header.more_fragments = true;
  const auto fragments = fragment(whole.header, whole.frame, 100);
  ASSERT_EQ(fragments.size(), 2U);
  EXPECT_EQ(header_of(fragments[0]).fragment_offset, 10);
  EXPECT_EQ(header_of(fragments[1]).fragment_offset, 20);
  EXPECT_TRUE(header_of(fragments[1]).more_fragments);
}

TEST(Fragment, LeavesElidedPayloadElided) {
  Kernel kernel;
  const Whole whole = datagram(kernel, counting(32), 3000);
  const auto fragments = fragment(whole.header, whole.frame, 1500);
  ASSERT_EQ(fragments.size(), 3U);
  EXPECT_EQ(fragments[0].bytes().size(), 52U);
  EXPECT_EQ(fragments[1].bytes().size(), 20U);
  EXPECT_EQ(fragments[1].elided(), 1480U);
}

TEST(Reassembly, RestoresTheDatagramFromFragmentsInAnyOrder) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 500; ++round) {
    Host host;
    const auto stored = counting(random() % 3000);
    const auto elided = static_cast<std::uint32_t>(random() % 2 == 0 ? 0 : random() % 5000);
    const Whole whole = datagram(host.kernel, stored, elided, {7, 3, 4, 131, 3, 4, 0, 0});
    const auto mtu = static_cast<std::uint32_t>(68 + random() % 700);
    if (whole.header.total_length <= mtu) {
      continue;
    }
    auto fragments = fragment(whole.header, whole.frame, mtu);
    // Cut some of them again, as a router further on would.
    for (std::size_t i = 0; i < fragments.size(); ++i) {
      const wire::Ipv4Header header = header_of(fragments[i]);
      if (random() % 4 == 0 && header.total_length > 68) {
        auto again = fragment(header, fragments[i], 68);
        fragments.erase(fragments.begin() + static_cast<std::ptrdiff_t>(i));
        std::ranges::move(again, std::back_inserter(fragments));
      }
    }
    std::ranges::shuffle(fragments, random);
    const std::size_t count = fragments.size();
    std::optional<IpPacket> result;
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_FALSE(result) << "complete before the last fragment";
      if (i + 1 < count && random() % 4 == 0) {
        EXPECT_FALSE(host.add(fragments[i].share()));  // the next one repeats it
      }
      result = host.add(std::move(fragments[i]));
      ASSERT_TRUE(host.ledger.balances(host.reassembly.queued() + (result ? 1 : 0)));
    }
    ASSERT_TRUE(result);
    EXPECT_EQ(header_of(result->frame), whole.header);
    EXPECT_EQ(unfold(result->frame, 28), unfold(whole.frame, 28));
    EXPECT_EQ(host.reassembly.queued(), 0U);
    EXPECT_EQ(host.reassembly.due(), kNever);
  }
}

TEST(Reassembly, KeepsElidedPayloadElidedBehindTheLastStoredByte) {
  Host host;
  const Whole whole = datagram(host.kernel, counting(32), 3000);
  auto fragments = fragment(whole.header, whole.frame, 1500);
  EXPECT_FALSE(host.add(std::move(fragments[2])));
  EXPECT_FALSE(host.add(std::move(fragments[0])));
  const auto result = host.add(std::move(fragments[1]));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->frame.bytes().size(), 52U);
  EXPECT_EQ(result->frame.elided(), 3000U);
}

TEST(Reassembly, IgnoresEthernetPaddingOfAFragment) {
  Host host;
  EXPECT_FALSE(host.add(host.piece(0, 16, true)));
  Frame last = host.piece(16, 4, false);
  const wire::Ipv4Header header = header_of(last);
  std::ranges::fill(last.push_back(22), std::uint8_t{0xff});
  ++host.ledger.in;
  const auto result = host.reassembly.add(header, {std::move(last), 0}, at(0s));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->frame.size(), Bytes{40});
}

TEST(Reassembly, KeepsDatagramsApartByIdentification) {
  Host host;
  EXPECT_FALSE(host.add(host.piece(0, 8, true, 1)));
  EXPECT_FALSE(host.add(host.piece(8, 8, false, 2)));
  EXPECT_EQ(host.reassembly.queued(), 2U);
  EXPECT_TRUE(host.add(host.piece(0, 8, true, 2)));
}

struct Overlap {
  const char* what;
  std::uint32_t begin;
  std::uint32_t length;
  bool more;
};

class ReassemblyRefuses : public testing::TestWithParam<Overlap> {};

// There are [16, 32) and, as the last, [48, 64).
TEST_P(ReassemblyRefuses, TheWholeDatagramOnAFragmentThat) {
  Host host;
  EXPECT_FALSE(host.add(host.piece(16, 16, true)));
  EXPECT_FALSE(host.add(host.piece(48, 16, false)));
  const Overlap& bad = GetParam();
  EXPECT_FALSE(host.add(host.piece(bad.begin, bad.length, bad.more)));
  EXPECT_EQ(host.ledger.drops(Drop::kReassembly), 3U);
  EXPECT_EQ(host.reassembly.queued(), 0U);
  // RFC 5722: also those "not yet received".
  for (std::uint32_t begin = 0; begin < 64; begin += 16) {
    EXPECT_FALSE(host.add(host.piece(begin, 16, begin < 48)));
  }
  EXPECT_EQ(host.ledger.drops(Drop::kReassembly), 7U);
  EXPECT_TRUE(host.ledger.balances(0));
  // Until its time is over.
  EXPECT_TRUE(host.reassembly.expire(at(30s)).empty());
  EXPECT_EQ(host.reassembly.due(), kNever);
}

INSTANTIATE_TEST_SUITE_P(Overlaps, ReassemblyRefuses,
                         testing::Values(Overlap{"OverlapsInFront", 8, 16, true},
                                         Overlap{"OverlapsBehind", 24, 16, true},
                                         Overlap{"LiesInside", 24, 8, true},
                                         Overlap{"Covers", 8, 32, true},
                                         Overlap{"GoesBeyondTheEnd", 64, 8, true},
                                         Overlap{"EndsElsewhere", 64, 8, false},
                                         Overlap{"EndsBeforeAnother", 32, 8, false}),
                         [](const auto& test) { return test.param.what; });

TEST(Reassembly, DropsOnlyTheRepetitionOfAFragment) {
  Host host;
  EXPECT_FALSE(host.add(host.piece(0, 8, true)));
  EXPECT_FALSE(host.add(host.piece(0, 8, true)));
  EXPECT_EQ(host.ledger.drops(Drop::kReassembly), 1U);
  EXPECT_TRUE(host.add(host.piece(8, 8, false)));
}

TEST(Reassembly, RefusesPiecesThatCannotBeFragments) {
  Host host;
  EXPECT_FALSE(host.add(host.piece(0, 12, true)));  // not a multiple of 8
  EXPECT_FALSE(host.add(host.piece(8, 0, true)));
  EXPECT_EQ(host.ledger.drops(Drop::kBadHeader), 2U);
}

TEST(Reassembly, GivesUpAfterItsTimeAndReturnsTheFirstFragment) {
  Host host;
  EXPECT_FALSE(host.add(host.piece(8, 8, true, 1), at(1s)));
  EXPECT_FALSE(host.add(host.piece(0, 8, true, 2), at(2s)));
  EXPECT_FALSE(host.add(host.piece(8, 8, true, 2), at(29s)));  // does not prolong it
  EXPECT_EQ(host.reassembly.due(), at(31s));
  EXPECT_TRUE(host.reassembly.expire(at(31s)).empty());
  EXPECT_EQ(host.ledger.drops(Drop::kReassembly), 1U);
  EXPECT_EQ(host.reassembly.due(), at(32s));
  auto quotes = host.reassembly.expire(at(32s));
  ASSERT_EQ(quotes.size(), 1U);
  EXPECT_EQ(header_of(quotes[0].frame).identification, 2);
  EXPECT_EQ(host.ledger.drops(Drop::kReassembly), 2U);
  EXPECT_TRUE(host.ledger.balances(1));  // the quote is the caller's
}

TEST(Reassembly, HoldsABoundedNumberOfDatagrams) {
  Host host;
  host.config.max_datagrams = 3;
  for (std::uint16_t id = 0; id < 5; ++id) {
    EXPECT_FALSE(host.add(host.piece(0, 8, true, id)));
  }
  EXPECT_EQ(host.reassembly.queued(), 3U);
  EXPECT_EQ(host.ledger.drops(Drop::kReassembly), 2U);
  EXPECT_FALSE(host.add(host.piece(8, 8, false, 0)));  // the oldest was given up
}

TEST(Reassembly, HoldsABoundedNumberOfBytes) {
  Host host;
  host.config.max_held = Bytes{100};
  EXPECT_FALSE(host.add(host.piece(0, 64, true, 1)));
  EXPECT_FALSE(host.add(host.piece(0, 64, true, 2)));
  EXPECT_EQ(host.reassembly.queued(), 1U);
  EXPECT_FALSE(host.add(host.piece(64, 64, true, 2)));  // makes room by giving itself up
  EXPECT_EQ(host.reassembly.queued(), 0U);
  EXPECT_TRUE(host.ledger.balances(0));
}

TEST(VHost, TellsTheSourceThatReassemblyTookTooLong) {
  LoneHost lone;
  std::ignore = lone.host.neighbors(lone.port).add_static(ip("10.0.0.2"), MacAddress::local(2));
  lone.receive(Datagram{.more_fragments = true}.frame(lone.kernel, counting(64)));
  lone.kernel.run();
  EXPECT_EQ(lone.kernel.now(), at(30s));
  ASSERT_EQ(lone.sent.frames.size(), 1U);
  const auto error = wire::IcmpHeader::parse(lone.sent.payload(0));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->type, wire::IcmpType::kTimeExceeded);
  EXPECT_EQ(error->code, 1);
  EXPECT_TRUE(lone.host.ledger().balances(0));
}

TEST(VHost, SendsAndReceivesDatagramsUpToTheLargest) {
  TwoHosts net;
  UdpRecorder at_b;
  UdpRecorder at_a;
  UdpSocket server(net.b, at_b, 5);
  UdpSocket client(net.a, at_a);
  std::ignore = net.a.neighbors(net.a_port).add_static(ip("10.0.0.2"), MacAddress::local(2));
  const auto content = counting(65'507);
  client.send_to(ip("10.0.0.2"), 5, bytes(net.kernel, content), net.kernel.now());
  client.send_to(ip("10.0.0.2"), 5, bytes(net.kernel, {1, 2}, 65'505), net.kernel.now());
  EXPECT_EQ(net.a.ledger().out, 2U * 45);  // ceil(65515 / 1480)
  net.kernel.run();
  ASSERT_EQ(at_b.arrivals.size(), 2U);
  EXPECT_EQ(at_b.arrivals[0].stored, content);
  EXPECT_EQ(at_b.arrivals[1].size, 65'507U);
  EXPECT_EQ(at_b.arrivals[1].stored.size(), 2U);
  EXPECT_TRUE(net.balances());
}

}  // namespace
}  // namespace violin
