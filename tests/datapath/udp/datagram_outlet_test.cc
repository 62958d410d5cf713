#include "datapath/udp/datagram_outlet.h"

#include <gtest/gtest.h>

#include <array>

#include "datapath/udp/datagram_intake.h"
#include "tests/datapath/net_namespace.h"

namespace violin {
namespace {

const UdpAddress kAnywhere{Ipv4Address(127, 0, 0, 1), 0};

class Outlet : public ::testing::TestWithParam<bool> {
 protected:
  void send(std::size_t size, std::uint8_t fill, const UdpAddress& to) {
    Frame frame = pool_.make(size);
    std::ranges::fill(frame.writable(), fill);
    ++books_.in;
    outlet_.send(to, std::move(frame), books_);
  }
  // What is there, as (size, first byte).
  using Seen = std::vector<std::pair<std::size_t, std::uint8_t>>;
  static Seen drain(DatagramIntake& intake) {
    Seen seen;
    for (auto some = intake.receive(); !some.empty(); some = intake.receive()) {
      for (const Datagram& d : some) {
        seen.emplace_back(d.frame.bytes().size(), d.frame.bytes()[0]);
      }
    }
    return seen;
  }

  FramePool pool_;
  DatagramSocket a_{kAnywhere, {.receive_trains = GetParam()}};
  DatagramSocket b_{kAnywhere, {.receive_trains = GetParam()}};
  DatagramIntake at_a_{a_, pool_};
  DatagramIntake at_b_{b_, pool_};
  DatagramSocket sender_{kAnywhere, {.send_trains = GetParam()}};
  Ledger books_;
  DatagramOutlet outlet_{sender_};
};

INSTANTIATE_TEST_SUITE_P(Trains, Outlet, ::testing::Bool());

TEST_P(Outlet, SendsNothingBeforeTheFlush) {
  send(100, 1, a_.local());
  EXPECT_TRUE(drain(at_a_).empty());
  EXPECT_EQ(outlet_.waiting(books_), 1U);
  EXPECT_TRUE(books_.balances(outlet_.waiting(books_)));
  outlet_.flush();
  EXPECT_EQ(drain(at_a_), (Seen{{100, 1}}));
  EXPECT_EQ(books_.consumed, 1U);
  EXPECT_TRUE(outlet_.empty());
}

TEST_P(Outlet, KeepsTheOrderOfEachDestinationWhateverTheSizes) {
  Seen to_a;
  Seen to_b;
  std::uint8_t fill = 0;
  for (const std::size_t size : {100U, 100U, 60U, 60U, 90U, 1400U, 1400U, 1400U, 1U, 9000U}) {
    for (int i = 0; i < 3; ++i) {
      send(size, ++fill, a_.local());
      to_a.emplace_back(size, fill);
    }
    send(size, ++fill, b_.local());
    to_b.emplace_back(size, fill);
  }
  outlet_.flush();
  EXPECT_EQ(drain(at_a_), to_a);
  EXPECT_EQ(drain(at_b_), to_b);
  EXPECT_EQ(books_.consumed, 40U);
  EXPECT_EQ(books_.total_drops(), 0U);
}

TEST_P(Outlet, AFullOneFlushesItself) {
  for (std::size_t i = 0; i < DatagramOutlet::kMostWaiting; ++i) {
    send(1400, static_cast<std::uint8_t>(i), a_.local());
  }
  EXPECT_TRUE(outlet_.empty());
  const Seen seen = drain(at_a_);
  ASSERT_EQ(seen.size(), DatagramOutlet::kMostWaiting);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i].second, static_cast<std::uint8_t>(i));
  }
}

TEST_P(Outlet, OneThatNoRouteLeadsToIsCountedAndTheOthersGo) {
  send(100, 1, a_.local());
  send(100, 2, {Ipv4Address(0, 0, 0, 0), 0});
  send(100, 3, a_.local());
  outlet_.flush();
  EXPECT_EQ(drain(at_a_), (Seen{{100, 1}, {100, 3}}));
  EXPECT_EQ(books_.drops(Drop::kNoRoute), 1U);
  EXPECT_TRUE(books_.balances(0));
}

TEST_P(Outlet, OneTooLargeForUdpIsCountedAsOversize) {
  send(66'000, 1, a_.local());
  send(100, 2, a_.local());
  outlet_.flush();
  EXPECT_EQ(drain(at_a_), (Seen{{100, 2}}));
  EXPECT_EQ(books_.drops(Drop::kOversize), 1U);
  EXPECT_TRUE(books_.balances(0));
}

TEST_P(Outlet, APortWhereNobodyListensDoesNotStopIt) {
  UdpAddress nobody;
  {
    const DatagramSocket gone(kAnywhere);
    nobody = gone.local();
  }
  for (int i = 0; i < 10; ++i) {
    send(100, 1, nobody);
    send(100, 2, a_.local());
    outlet_.flush();
  }
  EXPECT_EQ(drain(at_a_).size(), 10U);
  EXPECT_EQ(books_.consumed, 20U);
}

TEST_P(Outlet, ForgetsOnlyWhatIsOfTheseBooks) {
  Ledger other;
  ++other.in;
  outlet_.send(a_.local(), pool_.make(50), other);
  send(100, 1, a_.local());
  outlet_.forget(other, Drop::kDetached);
  EXPECT_EQ(other.drops(Drop::kDetached), 1U);
  outlet_.flush();
  EXPECT_EQ(drain(at_a_), (Seen{{100, 1}}));
  EXPECT_EQ(other.consumed, 0U);
}

TEST(OutletOfAFullSocket, CountsWhatTheSystemDidNotTake) {
  NetNamespace world;
  if (!world.present()) {
    GTEST_SKIP() << world.why_absent();
  }
  // A device that lets 1 byte through in a millisecond, and so holds what a socket sent.
  if (!world.run("ip link add slow type veth peer name end && "
                 "ip address add 10.0.0.1/24 dev slow && ip link set slow up && "
                 "ip link set end up && "
                 "ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev slow && "
                 "tc qdisc add dev slow root tbf rate 8kbit burst 3kb latency 1000s")) {
    GTEST_SKIP() << "no veth or no tbf here";
  }
  const auto inside = world.enter();
  FramePool pool;
  const DatagramSocket sender({Ipv4Address(10, 0, 0, 1), 0}, {.send_buffer = Bytes{20'000}});
  DatagramOutlet outlet(sender);
  Ledger books;
  for (int i = 0; i < 100; ++i) {
    ++books.in;
    outlet.send({Ipv4Address(10, 0, 0, 2), 9}, pool.make(1000), books);
    outlet.flush();
  }
  EXPECT_GT(books.drops(Drop::kSocketFull), 0U);
  EXPECT_GT(books.consumed, 0U);
  EXPECT_EQ(books.drops(Drop::kSocketFull) + books.consumed, 100U);
}

}  // namespace
}  // namespace violin
