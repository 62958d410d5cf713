// The state machine of RFC 9293, step by step.
#include <gtest/gtest.h>

#include "tests/models/vhost/tcp_script.h"

namespace violin {
namespace {

using namespace std::chrono_literals;
using tcp_test::Script;

Script plain() { return Script(Script::plain()); }

TEST(TcpHandshake, ActiveSideSendsSynThenAcknowledges) {  // RFC 9293 figure 6
  Script s(Script::plain());
  s.connect().expect({.flags = "S", .seq = 0}).expect_state(TcpState::kSynSent);
  EXPECT_EQ(s.last().header.maximum_segment_size, 1460);
  s.receive({.flags = "SA", .seq = 0, .ack = 1})
      .expect({.flags = "A", .seq = 1, .ack = 1})
      .expect_state(TcpState::kEstablished)
      .expect_nothing();
  EXPECT_TRUE(s.events().connected);
}

TEST(TcpHandshake, PassiveSideAnswersSynAndIsEstablishedByTheAcknowledgment) {
  Script s(Script::plain());
  s.accept({.flags = "S", .seq = 0})
      .expect({.flags = "SA", .seq = 0, .ack = 1})
      .expect_state(TcpState::kSynReceived)
      .receive({.flags = "A", .seq = 1, .ack = 1})
      .expect_state(TcpState::kEstablished)
      .expect_nothing();
}

TEST(TcpHandshake, SynIsRepeatedWithBackOffUntilTheConnectionTimesOut) {  // RFC 6298 (5.5)
  TcpConfig config = Script::plain();
  config.max_syn_retransmissions = 3;
  Script s(config);
  s.connect().expect({.flags = "S"});
  s.wait(999ms).expect_nothing().wait(1ms).expect({.flags = "S"});
  s.wait(1999ms).expect_nothing().wait(1ms).expect({.flags = "S"});
  s.wait(3999ms).expect_nothing().wait(1ms).expect({.flags = "S"});
  s.wait(7999ms).expect_ended(std::nullopt).wait(1ms);
  s.expect_nothing().expect_ended(TcpEnd::kTimedOut).expect_state(TcpState::kClosed);
}

TEST(TcpHandshake, RepeatedSynIsAnsweredAgain) {
  Script s(Script::plain());
  s.accept({.flags = "S", .seq = 0})
      .expect({.flags = "SA", .seq = 0, .ack = 1})
      .receive({.flags = "S", .seq = 0})
      .expect({.flags = "SA", .seq = 0, .ack = 1})
      .expect_nothing();
}

TEST(TcpHandshake, RepeatedSynAckIsAcknowledgedAgain) {
  plain()
      .establish()
      .receive({.flags = "SA", .seq = 0, .ack = 1})
      .expect({.flags = "A", .seq = 1, .ack = 1})
      .expect_state(TcpState::kEstablished);
}

TEST(TcpHandshake, SimultaneousOpenEstablishesBothSides) {  // RFC 9293 figure 7
  Script s(Script::plain());
  s.connect()
      .expect({.flags = "S", .seq = 0})
      .receive({.flags = "S", .seq = 0})
      .expect({.flags = "SA", .seq = 0, .ack = 1})
      .expect_state(TcpState::kSynReceived)
      .receive({.flags = "SA", .seq = 0, .ack = 1})
      .expect_state(TcpState::kEstablished);
}

TEST(TcpHandshake, ResetInAnswerToSynRefusesTheConnection) {
  Script s(Script::plain());
  s.connect()
      .expect({.flags = "S"})
      .receive({.flags = "RA", .seq = 0, .ack = 1})
      .expect_state(TcpState::kClosed)
      .expect_ended(TcpEnd::kRefused);
}

TEST(TcpHandshake, ResetThatDoesNotAcknowledgeTheSynIsIgnored) {
  Script s(Script::plain());
  s.connect()
      .expect({.flags = "S"})
      .receive({.flags = "R", .seq = 0})
      .receive({.flags = "RA", .seq = 0, .ack = 7})
      .expect_state(TcpState::kSynSent)
      .expect_nothing();
}

TEST(TcpHandshake, OldAcknowledgmentInSynSentIsAnsweredWithAReset) {  // RFC 9293 figure 9
  Script s(Script::plain());
  s.connect()
      .expect({.flags = "S"})
      .receive({.flags = "A", .seq = 300, .ack = 100})
      .expect({.flags = "R", .seq = 100, .win = 0})
      .expect_state(TcpState::kSynSent);
}

TEST(TcpHandshake, WrongAcknowledgmentInSynReceivedIsAnsweredWithAReset) {
  Script s(Script::plain());
  s.accept({.flags = "S", .seq = 0})
      .expect({.flags = "SA", .seq = 0, .ack = 1})
      .receive({.flags = "A", .seq = 1, .ack = 9})
      .expect({.flags = "R", .seq = 9, .win = 0})
      .expect_state(TcpState::kSynReceived);
}

TEST(TcpHandshake, DataAreSentInSegmentsOfThePeersMaximum) {  // RFC 9293 section 3.7.1
  Script s(Script::plain());
  s.connect().expect({.flags = "S"});
  s.receive({.flags = "SA", .seq = 0, .ack = 1, .mss = 1000})
      .expect({.flags = "A", .seq = 1, .ack = 1});
  s.send(1500).expect({.flags = "A", .seq = 1, .ack = 1, .len = 1000}).wait(0ms);
}

TEST(TcpClose, ActiveCloseGoesThroughFinWaitAndTimeWait) {  // RFC 9293 figure 12
  Script s(Script::plain());
  s.establish()
      .close()
      .expect({.flags = "FA", .seq = 1, .ack = 1})
      .expect_state(TcpState::kFinWait1)
      .receive({.flags = "A", .seq = 1, .ack = 2})
      .expect_state(TcpState::kFinWait2)
      .receive({.flags = "FA", .seq = 1, .ack = 2})
      .expect({.flags = "A", .seq = 2, .ack = 2})
      .expect_state(TcpState::kTimeWait)
      .expect_ended(TcpEnd::kFinished);
  s.wait(59s).expect_state(TcpState::kTimeWait).wait(1s).expect_state(TcpState::kClosed);
  EXPECT_EQ(s.connection().deadline(), kNever);
}

TEST(TcpClose, PassiveCloseGoesThroughCloseWaitAndLastAck) {
  Script s(Script::plain());
  s.establish()
      .receive({.flags = "FA", .seq = 1, .ack = 1})
      .expect({.flags = "A", .seq = 1, .ack = 2})
      .expect_state(TcpState::kCloseWait)
      .close()
      .expect({.flags = "FA", .seq = 1, .ack = 2})
      .expect_state(TcpState::kLastAck)
      .receive({.flags = "A", .seq = 2, .ack = 2})
      .expect_state(TcpState::kClosed)
      .expect_ended(TcpEnd::kFinished);
  EXPECT_EQ(s.connection().deadline(), kNever);
}

TEST(TcpClose, SimultaneousCloseGoesThroughClosing) {  // RFC 9293 figure 13
  plain()
      .establish()
      .close()
      .expect({.flags = "FA", .seq = 1, .ack = 1})
      .receive({.flags = "FA", .seq = 1, .ack = 1})
      .expect({.flags = "A", .seq = 2, .ack = 2})
      .expect_state(TcpState::kClosing)
      .receive({.flags = "A", .seq = 2, .ack = 2})
      .expect_state(TcpState::kTimeWait);
}

TEST(TcpClose, FinIsRepeatedUntilAcknowledged) {
  plain()
      .establish()
      .close()
      .expect({.flags = "FA", .seq = 1, .ack = 1})
      .wait(200ms)
      .expect({.flags = "FA", .seq = 1, .ack = 1})
      .wait(400ms)
      .expect({.flags = "FA", .seq = 1, .ack = 1})
      .receive({.flags = "A", .seq = 1, .ack = 2})
      .expect_state(TcpState::kFinWait2)
      .wait(60s)
      .expect_nothing();
}

TEST(TcpClose, RepeatedFinInTimeWaitIsAcknowledgedAndRestartsTheWait) {
  Script s(Script::plain());
  s.establish()
      .close()
      .receive({.flags = "FA", .seq = 1, .ack = 2})
      .expect_state(TcpState::kTimeWait);
  s.forget_sent();
  s.wait(59s)
      .receive({.flags = "FA", .seq = 1, .ack = 2})
      .expect({.flags = "A", .seq = 2, .ack = 2})
      .wait(59s)
      .expect_state(TcpState::kTimeWait)
      .wait(1s)
      .expect_state(TcpState::kClosed);
}

TEST(TcpClose, DataStillFlowTowardsTheSideThatHasClosed) {
  plain()
      .establish()
      .close()
      .expect({.flags = "FA", .seq = 1, .ack = 1})
      .receive({.flags = "A", .seq = 1, .ack = 2})
      .receive({.flags = "A", .seq = 1, .ack = 2, .len = 500})
      .wait(40ms)
      .expect({.flags = "A", .seq = 2, .ack = 501})
      .expect_readable(500);
}

TEST(TcpClose, FinFollowsTheDataThatWereSentBefore) {
  plain()
      .establish()
      .send(2000)
      .close()
      .expect({.flags = "A", .seq = 1, .ack = 1, .len = 1460})
      .expect({.flags = "FA", .seq = 1461, .ack = 1, .len = 540})
      .expect_nothing();
}

TEST(TcpReset, AtTheExactPositionEndsTheConnection) {  // RFC 5961 section 3.2
  plain()
      .establish()
      .receive({.flags = "R", .seq = 1})
      .expect_nothing()
      .expect_state(TcpState::kClosed)
      .expect_ended(TcpEnd::kReset);
}

TEST(TcpReset, ElsewhereInTheWindowIsChallenged) {
  plain()
      .establish()
      .receive({.flags = "R", .seq = 2})
      .expect({.flags = "A", .seq = 1, .ack = 1})
      .expect_state(TcpState::kEstablished);
}

TEST(TcpReset, OutsideTheWindowIsIgnored) {
  plain()
      .establish()
      .receive({.flags = "R", .seq = 70000})
      .receive({.flags = "R", .seq = 0})
      .expect_nothing()
      .expect_state(TcpState::kEstablished);
}

TEST(TcpReset, SynInTheWindowIsChallenged) {  // RFC 5961 section 4.2
  plain()
      .establish()
      .receive({.flags = "S", .seq = 500})
      .expect({.flags = "A", .seq = 1, .ack = 1})
      .expect_state(TcpState::kEstablished);
}

TEST(TcpReset, AcknowledgmentOfWhatWasNeverSentIsChallenged) {  // RFC 5961 section 5.2
  plain()
      .establish()
      .receive({.flags = "A", .seq = 1, .ack = 100, .len = 10})
      .expect({.flags = "A", .seq = 1, .ack = 1})
      .expect_readable(0);
}

TEST(TcpReset, AbortSendsOneWithTheNextSequenceNumber) {
  plain()
      .establish()
      .send(100)
      .expect({.flags = "A", .seq = 1, .ack = 1, .len = 100})
      .abort()
      .expect({.flags = "RA", .seq = 101, .ack = 1, .win = 0})
      .expect_state(TcpState::kClosed);
}

TEST(TcpTimeout, SilentPeerEndsTheConnectionAfterTheLastRetransmission) {  // RFC 9293 section 3.8.3
  TcpConfig config = Script::plain();
  config.max_retransmissions = 4;
  config.initial_rto = 1s;
  Script s(config);
  s.establish().send(100).expect({.flags = "A", .seq = 1, .ack = 1, .len = 100});
  for (int i = 0; i < 4; ++i) {
    s.wait(s.connection().deadline() - s.now())
        .expect({.flags = "A", .seq = 1, .ack = 1, .len = 100});
  }
  s.wait(s.connection().deadline() - s.now())
      .expect_nothing()
      .expect_ended(TcpEnd::kTimedOut)
      .expect_state(TcpState::kClosed);
}

TEST(TcpPathMtu, SmallerPathSendsWhatIsOutstandingAgainInSmallerSegments) {  // RFC 1191 section 6
  plain()
      .establish()
      .send(2920)
      .expect({.flags = "A", .seq = 1, .ack = 1, .len = 1460})
      .expect({.flags = "A", .seq = 1461, .ack = 1, .len = 1460})
      .path_mtu(1040)
      .expect({.flags = "A", .seq = 1, .ack = 1, .len = 1000})
      .expect({.flags = "A", .seq = 1001, .ack = 1, .len = 1000})
      .expect({.flags = "A", .seq = 2001, .ack = 1, .len = 920})
      .expect_nothing();
}

}  // namespace
}  // namespace violin
