#include "models/neighbor/neighbor_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace violin {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using wire::ArpPacket;

constexpr Ipv4Address kOwn(10, 0, 0, 1);
constexpr Ipv4Address kPeer(10, 0, 0, 2);
constexpr Ipv4Address kOther(10, 0, 0, 3);
constexpr MacAddress kOwnMac = MacAddress::local(1);
constexpr MacAddress kPeerMac = MacAddress::local(2);
constexpr MacAddress kNewMac = MacAddress::local(0x22);

constexpr TimePoint at(Duration since_start) { return kRunStart + since_start; }

ArpPacket reply_from(Ipv4Address who, MacAddress mac) {
  return {.operation = ArpPacket::Operation::kReply,
          .sender_mac = mac,
          .sender_ip = who,
          .target_mac = kOwnMac,
          .target_ip = kOwn};
}

class NeighborCacheTest : public testing::Test {
 protected:
  Frame frame(std::uint8_t mark) { return pool_.copy_of(std::array{mark}); }
  static std::vector<int> marks(const std::vector<WaitingFrame>& waiting) {
    std::vector<int> result;
    for (const WaitingFrame& w : waiting) {
      result.push_back(w.frame.bytes()[0]);
    }
    return result;
  }
  // Asks at `when` and has the answer at once.
  void resolve(TimePoint when) {
    cache_.lookup(kPeer, when);
    cache_.receive(reply_from(kPeer, kPeerMac), true, when);
  }

  FramePool pool_;
  NeighborConfig config_;
  NeighborCache cache_{config_};
};

TEST_F(NeighborCacheTest, AsksByBroadcastForAnUnknownNeighbor) {
  const NeighborAnswer answer = cache_.lookup(kPeer, at(seconds(0)));
  EXPECT_EQ(answer.mac, std::nullopt);
  EXPECT_EQ(answer.request, (NeighborRequest{kPeer, MacAddress::broadcast()}));
}

// RFC 1122 section 2.3.2.1: at most one request per second and destination.
TEST_F(NeighborCacheTest, AsksOncePerSecondHoweverManyFramesArrive) {
  int requests = 0;
  for (int ms = 0; ms < 3000; ++ms) {
    requests += static_cast<int>(cache_.expire(at(milliseconds(ms))).requests.size());
    requests += cache_.lookup(kPeer, at(milliseconds(ms))).request.has_value() ? 1 : 0;
  }
  EXPECT_EQ(requests, 3);
}

TEST_F(NeighborCacheTest, KnowsTheNeighborAfterItsReply) {
  resolve(at(seconds(0)));
  EXPECT_EQ(cache_.lookup(kPeer, at(seconds(1))).mac, kPeerMac);
  EXPECT_EQ(cache_.find(kPeer, at(seconds(1))), kPeerMac);
  EXPECT_EQ(cache_.due(), kNever);
}

TEST_F(NeighborCacheTest, ReleasesWaitingFramesInOrderWithTheirTags) {
  cache_.lookup(kPeer, at(seconds(0)));
  EXPECT_FALSE(cache_.wait(kPeer, frame(1), 7));
  EXPECT_FALSE(cache_.wait(kPeer, frame(2), 8));
  EXPECT_EQ(cache_.queued(), 2U);
  const auto released = cache_.receive(reply_from(kPeer, kPeerMac), true, at(milliseconds(1)));
  EXPECT_THAT(marks(released), ElementsAre(1, 2));
  EXPECT_EQ(released[0].tag, 7U);
  EXPECT_EQ(released[1].tag, 8U);
  EXPECT_EQ(cache_.queued(), 0U);
}

// RFC 1122 section 2.3.2.2: the latest packet is saved.
TEST_F(NeighborCacheTest, GivesBackTheOldestFrameWhenTheQueueIsFull) {
  cache_.lookup(kPeer, at(seconds(0)));
  const auto limit = static_cast<std::uint8_t>(NeighborConfig{}.queue_limit);
  for (std::uint8_t i = 0; i < limit; ++i) {
    ASSERT_FALSE(cache_.wait(kPeer, frame(i)));
  }
  const Frame oldest = cache_.wait(kPeer, frame(limit));
  ASSERT_TRUE(oldest);
  EXPECT_EQ(oldest.bytes()[0], 0);
  EXPECT_EQ(cache_.queued(), limit);
}

TEST_F(NeighborCacheTest, GivesUpAfterThreeUnansweredRequests) {
  cache_.lookup(kPeer, at(seconds(0)));
  ASSERT_FALSE(cache_.wait(kPeer, frame(1), 5));
  const NeighborRequest again{kPeer, MacAddress::broadcast()};
  EXPECT_EQ(cache_.due(), at(seconds(1)));
  EXPECT_THAT(cache_.expire(at(seconds(1))).requests, ElementsAre(again));
  EXPECT_THAT(cache_.expire(at(seconds(2))).requests, ElementsAre(again));
  const NeighborWork last = cache_.expire(at(seconds(3)));
  EXPECT_THAT(last.requests, IsEmpty());
  ASSERT_EQ(last.unresolved.size(), 1U);
  EXPECT_EQ(last.unresolved[0].tag, 5U);
  EXPECT_EQ(cache_.size(), 0U);
  EXPECT_EQ(cache_.due(), kNever);
}

TEST_F(NeighborCacheTest, HasNothingToDoBeforeItIsDue) {
  cache_.lookup(kPeer, at(seconds(0)));
  const NeighborWork work = cache_.expire(at(milliseconds(999)));
  EXPECT_THAT(work.requests, IsEmpty());
  EXPECT_THAT(work.unresolved, IsEmpty());
}

TEST_F(NeighborCacheTest, RetriesEachNeighborAtItsOwnTime) {
  cache_.lookup(kPeer, at(seconds(0)));
  cache_.lookup(kOther, at(milliseconds(400)));
  EXPECT_EQ(cache_.expire(at(seconds(1))).requests.at(0).target, kPeer);
  EXPECT_EQ(cache_.due(), at(milliseconds(1400)));
  EXPECT_EQ(cache_.expire(at(milliseconds(1400))).requests.at(0).target, kOther);
  EXPECT_EQ(cache_.due(), at(seconds(2)));
}

// RFC 1122 section 2.3.2.1 (2): a point-to-point request to the known address.
TEST_F(NeighborCacheTest, VerifiesAnOldNeighborByAUnicastPollAndUsesItMeanwhile) {
  resolve(at(seconds(0)));
  EXPECT_EQ(cache_.lookup(kPeer, at(seconds(60))).request, std::nullopt);
  EXPECT_EQ(cache_.find(kPeer, at(seconds(61))), std::nullopt);
  const NeighborAnswer answer = cache_.lookup(kPeer, at(seconds(61)));
  EXPECT_EQ(answer.mac, kPeerMac);
  EXPECT_EQ(answer.request, (NeighborRequest{kPeer, kPeerMac}));
  EXPECT_EQ(cache_.lookup(kPeer, at(milliseconds(61500))).request, std::nullopt);
}

TEST_F(NeighborCacheTest, IsFreshAgainAfterAnAnsweredPoll) {
  resolve(at(seconds(0)));
  cache_.lookup(kPeer, at(seconds(61)));
  cache_.receive(reply_from(kPeer, kPeerMac), true, at(seconds(61)));
  EXPECT_EQ(cache_.due(), kNever);
  EXPECT_EQ(cache_.find(kPeer, at(seconds(121))), kPeerMac);
}

TEST_F(NeighborCacheTest, AsksByBroadcastAgainAfterAPollThatNobodyAnswered) {
  resolve(at(seconds(0)));
  cache_.lookup(kPeer, at(seconds(61)));
  EXPECT_THAT(cache_.expire(at(seconds(62))).requests,
              ElementsAre(NeighborRequest{kPeer, kPeerMac}));
  cache_.expire(at(seconds(63)));
  EXPECT_THAT(cache_.expire(at(seconds(64))).unresolved, IsEmpty());
  EXPECT_EQ(cache_.lookup(kPeer, at(seconds(64))).request,
            (NeighborRequest{kPeer, MacAddress::broadcast()}));
}

TEST_F(NeighborCacheTest, CostsNothingWhileAnOldNeighborIsNotUsed) {
  resolve(at(seconds(0)));
  EXPECT_EQ(cache_.due(), kNever);
}

// RFC 826: "?Am I the target protocol address?" adds the sender of a request.
TEST_F(NeighborCacheTest, LearnsTheSenderOfARequestForUs) {
  cache_.receive(arp_request(kPeerMac, kPeer, kOwn), true, at(seconds(0)));
  EXPECT_EQ(cache_.find(kPeer, at(seconds(0))), kPeerMac);
}

TEST_F(NeighborCacheTest, DoesNotLearnTheSenderOfARequestForOthers) {
  cache_.receive(arp_request(kPeerMac, kPeer, kOther), false, at(seconds(0)));
  EXPECT_EQ(cache_.size(), 0U);
}

TEST_F(NeighborCacheTest, DoesNotLearnFromAReplyThatItDidNotAskFor) {
  cache_.receive(reply_from(kPeer, kPeerMac), true, at(seconds(0)));
  EXPECT_EQ(cache_.size(), 0U);
}

TEST_F(NeighborCacheTest, AnAnnouncementMovesAKnownNeighbor) {
  resolve(at(seconds(0)));
  cache_.receive(arp_announcement(kNewMac, kPeer), false, at(seconds(1)));
  EXPECT_EQ(cache_.find(kPeer, at(seconds(1))), kNewMac);
}

TEST_F(NeighborCacheTest, AnAnnouncementCreatesNoEntry) {
  cache_.receive(arp_announcement(kPeerMac, kPeer), false, at(seconds(0)));
  EXPECT_EQ(cache_.size(), 0U);
}

TEST_F(NeighborCacheTest, AnAnnouncementAnswersAPendingRequest) {
  cache_.lookup(kPeer, at(seconds(0)));
  ASSERT_FALSE(cache_.wait(kPeer, frame(1)));
  EXPECT_EQ(cache_.receive(arp_announcement(kPeerMac, kPeer), false, at(seconds(1))).size(), 1U);
}

// RFC 1122 section 2.3.2.1 (1): "regardless of target address".
TEST_F(NeighborCacheTest, ARequestForOthersRestartsTheTimeoutOfItsSender) {
  resolve(at(seconds(0)));
  cache_.receive(arp_request(kPeerMac, kPeer, kOther), false, at(seconds(50)));
  EXPECT_EQ(cache_.find(kPeer, at(seconds(110))), kPeerMac);
}

// RFC 5227 section 1.1: the sender of a probe has no address yet.
TEST_F(NeighborCacheTest, DoesNotLearnTheSenderOfAProbe) {
  cache_.receive(arp_request(kPeerMac, Ipv4Address(), kOwn), true, at(seconds(0)));
  EXPECT_EQ(cache_.size(), 0U);
}

struct NoStation {
  const char* name;
  Ipv4Address ip;
  MacAddress mac;
};
class NeighborCacheNoStation : public testing::TestWithParam<NoStation> {};

TEST_P(NeighborCacheNoStation, IsNotLearnt) {
  const NeighborConfig config;
  NeighborCache cache(config);
  cache.receive(arp_request(GetParam().mac, GetParam().ip, kOwn), true, kRunStart);
  EXPECT_EQ(cache.size(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Senders, NeighborCacheNoStation,
    testing::Values(NoStation{"MulticastIp", Ipv4Address(224, 0, 0, 5), kPeerMac},
                    NoStation{"BroadcastIp", Ipv4Address(0xffff'ffff), kPeerMac},
                    NoStation{"GroupMac", kPeer, MacAddress(0x0100'5e00'0005)},
                    NoStation{"ZeroMac", kPeer, MacAddress()}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST_F(NeighborCacheTest, AStaticEntryNeitherAgesNorChanges) {
  cache_.add_static(kPeer, kPeerMac);
  cache_.receive(reply_from(kPeer, kNewMac), true, at(seconds(1)));
  EXPECT_EQ(cache_.find(kPeer, at(std::chrono::hours(1000))), kPeerMac);
}

TEST_F(NeighborCacheTest, AStaticEntryReleasesWhatWaitedForIt) {
  cache_.lookup(kPeer, at(seconds(0)));
  ASSERT_FALSE(cache_.wait(kPeer, frame(3)));
  EXPECT_THAT(marks(cache_.add_static(kPeer, kPeerMac)), ElementsAre(3));
  EXPECT_EQ(cache_.due(), kNever);
}

TEST_F(NeighborCacheTest, ForgettingANeighborReturnsWhatWaited) {
  cache_.lookup(kPeer, at(seconds(0)));
  ASSERT_FALSE(cache_.wait(kPeer, frame(3)));
  EXPECT_THAT(marks(cache_.remove(kPeer)), ElementsAre(3));
  EXPECT_EQ(cache_.size(), 0U);
  EXPECT_EQ(cache_.due(), kNever);
}

TEST_F(NeighborCacheTest, ClearingReturnsEverythingThatWaited) {
  for (const Ipv4Address who : {kPeer, kOther}) {
    cache_.lookup(who, at(seconds(0)));
    ASSERT_FALSE(cache_.wait(who, frame(static_cast<std::uint8_t>(who.bits()))));
  }
  EXPECT_THAT(marks(cache_.clear()), ElementsAre(2, 3));
  EXPECT_EQ(cache_.queued(), 0U);
  EXPECT_EQ(cache_.size(), 0U);
}

TEST_F(NeighborCacheTest, FlushingKeepsStaticEntries) {
  cache_.add_static(kOther, kNewMac);
  cache_.lookup(kPeer, at(seconds(0)));
  ASSERT_FALSE(cache_.wait(kPeer, frame(3)));
  EXPECT_THAT(marks(cache_.flush()), ElementsAre(3));
  EXPECT_EQ(cache_.find(kOther, at(seconds(1))), kNewMac);
  EXPECT_EQ(cache_.size(), 1U);
}

TEST_F(NeighborCacheTest, TheVersionChangesWithEveryMapping) {
  const auto changes = [this](auto&& action) {
    const std::uint32_t before = cache_.version();
    action();
    return cache_.version() != before;
  };
  EXPECT_TRUE(changes([this] { resolve(at(seconds(0))); }));
  EXPECT_FALSE(
      changes([this] { cache_.receive(reply_from(kPeer, kPeerMac), true, at(seconds(1))); }));
  EXPECT_TRUE(
      changes([this] { cache_.receive(reply_from(kPeer, kNewMac), true, at(seconds(2))); }));
  EXPECT_TRUE(changes([this] { cache_.remove(kPeer); }));
  EXPECT_TRUE(changes([this] { cache_.add_static(kPeer, kPeerMac); }));
  EXPECT_TRUE(changes([this] { cache_.clear(); }));
}

class FullNeighborCacheTest : public NeighborCacheTest {
 protected:
  NeighborConfig small_{.max_entries = 1};
  NeighborCache full_{small_};
};

TEST_F(FullNeighborCacheTest, TakesNoFurtherNeighbor) {
  full_.lookup(kPeer, at(seconds(0)));
  EXPECT_EQ(full_.lookup(kOther, at(seconds(0))).request, std::nullopt);
  EXPECT_TRUE(full_.wait(kOther, frame(1)));
  EXPECT_EQ(full_.size(), 1U);
}

TEST_F(FullNeighborCacheTest, ForgetsAnOldNeighborForANewOne) {
  full_.lookup(kPeer, at(seconds(0)));
  full_.receive(reply_from(kPeer, kPeerMac), true, at(seconds(0)));
  EXPECT_TRUE(full_.lookup(kOther, at(seconds(61))).request.has_value());
  EXPECT_EQ(full_.find(kPeer, at(seconds(61))), std::nullopt);
}

TEST(NeighborConfig, EveryLimitMustBePositive) {
  for (const NeighborConfig& bad :
       {NeighborConfig{.reachable_time = seconds(0)},
        NeighborConfig{.request_interval = seconds(-1)}, NeighborConfig{.max_requests = 0},
        NeighborConfig{.queue_limit = 0}, NeighborConfig{.max_entries = 0}}) {
    EXPECT_THROW(NeighborCache{bad}, std::invalid_argument);
  }
}

TEST(ArpReply, SwapsTheRolesOfTheRequest) {
  const ArpPacket reply = arp_reply(arp_request(kPeerMac, kPeer, kOwn), kOwnMac);
  EXPECT_EQ(reply, (ArpPacket{.operation = ArpPacket::Operation::kReply,
                              .sender_mac = kOwnMac,
                              .sender_ip = kOwn,
                              .target_mac = kPeerMac,
                              .target_ip = kPeer}));
}

TEST(ArpAnnouncement, NamesTheOwnAddressTwice) {
  const ArpPacket packet = arp_announcement(kOwnMac, kOwn);
  EXPECT_EQ(packet.operation, ArpPacket::Operation::kRequest);
  EXPECT_EQ(packet.sender_ip, kOwn);
  EXPECT_EQ(packet.target_ip, kOwn);
}

}  // namespace
}  // namespace violin
