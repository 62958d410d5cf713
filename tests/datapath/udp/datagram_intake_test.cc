#include "datapath/udp/datagram_intake.h"

#include <gtest/gtest.h>
#include <netinet/udp.h>

#include <array>
#include <numeric>

namespace violin {
namespace {

const UdpAddress kAnywhere{Ipv4Address(127, 0, 0, 1), 0};

std::vector<std::uint8_t> numbered(std::size_t size, std::uint8_t first) {
  std::vector<std::uint8_t> bytes(size);
  std::iota(bytes.begin(), bytes.end(), first);
  return bytes;
}

class Intake : public ::testing::Test {
 protected:
  explicit Intake(const DatagramSocketOptions& options = {}) : socket_(kAnywhere, options) {}

  void send(const std::vector<std::uint8_t>& bytes) {
    const sockaddr_in to = socket_.local().name();
    ASSERT_EQ(sendto(sender_.fd(), bytes.data(), bytes.size(), 0,
                     reinterpret_cast<const sockaddr*>(&to), sizeof to),
              static_cast<ssize_t>(bytes.size()));
  }
  void send_train(const std::vector<std::uint8_t>& bytes, int each) {
    ASSERT_EQ(setsockopt(sender_.fd(), SOL_UDP, UDP_SEGMENT, &each, sizeof each), 0);
    send(bytes);
  }
  std::vector<std::vector<std::uint8_t>> receive() {
    std::vector<std::vector<std::uint8_t>> all;
    for (Datagram& datagram : intake_.receive()) {
      EXPECT_EQ(datagram.source, sender_.local());
      const auto bytes = datagram.frame.bytes();
      all.emplace_back(bytes.begin(), bytes.end());
    }
    return all;
  }

  FramePool pool_;
  DatagramSocket socket_;
  DatagramSocket sender_{kAnywhere};
  DatagramIntake intake_{socket_, pool_};
};

TEST_F(Intake, NothingThereGivesNothing) { EXPECT_TRUE(receive().empty()); }

TEST_F(Intake, EachDatagramIsAFrameWithItsSource) {
  std::vector<std::vector<std::uint8_t>> sent;
  for (const std::size_t size : {1U, 60U, 1514U, 1952U, 1953U, 9014U, 65'507U}) {
    sent.push_back(numbered(size, static_cast<std::uint8_t>(size)));
    send(sent.back());
  }
  EXPECT_EQ(receive(), sent);
  EXPECT_TRUE(receive().empty());
}

TEST_F(Intake, AFrameHasHeadroomForOuterHeaders) {
  send(numbered(100, 0));
  send(numbered(5000, 0));
  for (Datagram& datagram : intake_.receive()) {
    EXPECT_GE(datagram.frame.headroom(), FramePool::kHeadroom);
    EXPECT_FALSE(datagram.frame.is_shared());
  }
}

TEST_F(Intake, EmptyDatagramsAreLeftOut) {
  send({});
  send(numbered(3, 0));
  EXPECT_EQ(receive().size(), 1U);
}

TEST_F(Intake, TakesSixtyFourAtATime) {
  for (std::uint8_t i = 0; i < 100; ++i) {
    send({i});
  }
  EXPECT_EQ(receive().size(), 64U);
  EXPECT_EQ(receive().size(), 36U);
}

TEST_F(Intake, ATrainIsSplitIntoItsDatagrams) {
  if (!socket_.receives_trains() || !sender_.sends_trains()) {
    GTEST_SKIP() << "this kernel has no UDP_GRO or UDP_SEGMENT";
  }
  const auto train = numbered(20 * 700 + 33, 0);
  send_train(train, 700);
  const auto got = receive();
  ASSERT_EQ(got.size(), 21U);
  std::vector<std::uint8_t> joined;
  for (const auto& datagram : got) {
    EXPECT_EQ(datagram.size(), &datagram == &got.back() ? 33U : 700U);
    joined.insert(joined.end(), datagram.begin(), datagram.end());
  }
  EXPECT_EQ(joined, train);
}

TEST_F(Intake, TrainsAndDatagramsKeepTheirOrder) {
  if (!sender_.sends_trains()) {
    GTEST_SKIP() << "this kernel has no UDP_SEGMENT";
  }
  for (int round = 0; round < 30; ++round) {
    send_train(numbered(1000, static_cast<std::uint8_t>(round)), 100);
    send_train(numbered(100, static_cast<std::uint8_t>(round + 100)), 0);
  }
  std::vector<std::vector<std::uint8_t>> all;
  for (auto some = receive(); !some.empty(); some = receive()) {
    all.insert(all.end(), some.begin(), some.end());
  }
  ASSERT_EQ(all.size(), 30U * 11);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::size_t first = i % 11 == 10 ? i / 11 + 100 : i / 11 + 100 * (i % 11);
    EXPECT_EQ(all[i], numbered(100, static_cast<std::uint8_t>(first))) << i;
  }
}

// The whole train is read at once, into memory that all of its frames share out.
TEST_F(Intake, ALongTrainLandsInARowOfFrames) {
  if (!socket_.receives_trains() || !sender_.sends_trains()) {
    GTEST_SKIP() << "this kernel has no UDP_GRO or UDP_SEGMENT";
  }
  const auto train = numbered(40 * 1400, 0);
  send_train(train, 1400);
  intake_.receive();  // which tells the size to expect
  send_train(train, 1400);
  const auto row = intake_.receive();
  ASSERT_EQ(row.size(), 40U);
  for (std::size_t i = 1; i < row.size(); ++i) {
    EXPECT_EQ(row[i].frame.bytes().data(), row[0].frame.bytes().data() + i * 1400);
  }
}

// Sizes around that of a frame's buffer, in the first trains that come and in later ones, of the
// same size and of others.
TEST_F(Intake, TrainsOfAnySizeAreSplitWhereverTheyCome) {
  if (!sender_.sends_trains()) {
    GTEST_SKIP() << "this kernel has no UDP_SEGMENT";
  }
  std::vector<std::vector<std::uint8_t>> sent;
  std::uint8_t fill = 0;
  const auto send_train_of = [&](std::size_t each, std::size_t count) {
    std::vector<std::uint8_t> train;
    for (std::size_t i = 0; i < count; ++i) {
      sent.push_back(numbered(i + 1 == count ? each / 2 : each, ++fill));
      train.insert(train.end(), sent.back().begin(), sent.back().end());
    }
    send_train(train, static_cast<int>(each));
  };
  std::vector<std::vector<std::uint8_t>> got;
  for (const std::size_t each : {1952U, 1951U, 1953U, 64U, 1472U, 1472U, 9000U, 20'000U, 1952U}) {
    const std::size_t count = std::min<std::size_t>(64, 65'000 / each);
    for (int twice = 0; twice < 2; ++twice) {
      sent.push_back(numbered(77, ++fill));
      send_train(sent.back(), 0);  // a single one before it
      send_train_of(each, count);
    }
    for (auto some = receive(); !some.empty(); some = receive()) {
      got.insert(got.end(), some.begin(), some.end());
    }
    ASSERT_EQ(got, sent) << each;
  }
}

struct IntakeOfASmallBuffer : Intake {
  IntakeOfASmallBuffer() : Intake({.receive_buffer = Bytes{1}}) {}
};

TEST_F(IntakeOfASmallBuffer, TellsOverrunsWithTheNextDatagram) {
  for (std::uint8_t i = 0; i < 50; ++i) {
    send(numbered(500, i));
  }
  std::size_t received = receive().size();
  EXPECT_LT(received, 50U);
  send(numbered(500, 0));
  received += receive().size();
  EXPECT_EQ(intake_.take_overruns(), 51U - received);
  EXPECT_EQ(intake_.take_overruns(), 0U);
}

TEST_F(Intake, HoldsNoMoreThanItsBuffersHoweverMuchComes) {
  std::uint64_t most = 0;
  for (int round = 0; round < 100; ++round) {
    for (std::uint8_t i = 0; i < 32; ++i) {
      send(numbered(i % 4 == 0 ? 4000 : 90, i));
    }
    EXPECT_EQ(receive().size(), 32U);
    intake_.receive();
    most = std::max(most, pool_.live());
  }
  EXPECT_LE(most, DatagramIntake::kMessages + 32);
}

}  // namespace
}  // namespace violin
