#include "datapath/jetway/offload_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace violin {
namespace {

using ::testing::ElementsAre;
using Octets = std::vector<std::uint8_t>;

class Keeper final : public FrameSink {
 public:
  void receive(PortIndex /*port*/, std::span<Frame> burst, TimePoint /*now*/) override {
    for (Frame& frame : burst) {
      frames.push_back(std::move(frame));
    }
  }
  std::vector<Frame> frames;
};

class OffloadHeaderTest : public ::testing::Test {
 protected:
  OffloadHeaderTest() {
    header_.plug(OffloadHeader::kNetwork, {&network_, PortIndex{0}});
    header_.plug(OffloadHeader::kTunnel, {&tunnel_, PortIndex{0}});
  }
  void send(PortIndex port, const std::vector<Octets>& all, FrameOffload offload = {}) {
    std::vector<Frame> burst;
    for (const Octets& bytes : all) {
      burst.push_back(kernel_.frames().copy_of(bytes));
      burst.back().set_offload(offload);
    }
    header_.receive(port, burst, kRunStart);
    for (const Frame& frame : burst) {
      EXPECT_FALSE(frame);
    }
    EXPECT_TRUE(header_.ledger().balances(0));
  }

  Kernel kernel_;
  OffloadHeader header_{kernel_, "header"};
  Keeper network_;
  Keeper tunnel_;
};

TEST_F(OffloadHeaderTest, IsInFrontOfWhatGoesIntoTheTunnel) {
  send(OffloadHeader::kNetwork, {{7, 8, 9}}, {.segment_size = 0x05a8, .checksum_pending = true});
  send(OffloadHeader::kNetwork, {{7, 8, 9}});
  ASSERT_EQ(tunnel_.frames.size(), 2U);
  EXPECT_THAT(tunnel_.frames[0].bytes(), ElementsAre(0x05, 0xa8, 0, 1, 7, 8, 9));
  EXPECT_THAT(tunnel_.frames[1].bytes(), ElementsAre(0, 0, 0, 0, 7, 8, 9));
}

TEST_F(OffloadHeaderTest, IsTakenOffWhatComesOutOfTheTunnel) {
  send(OffloadHeader::kTunnel, {{0x05, 0xa8, 0, 1, 7, 8}, {0, 0, 0, 1, 9}, {0, 0, 0, 0, 1}});
  ASSERT_EQ(network_.frames.size(), 3U);
  EXPECT_THAT(network_.frames[0].bytes(), ElementsAre(7, 8));
  EXPECT_EQ(network_.frames[0].offload(),
            (FrameOffload{.segment_size = 0x05a8, .checksum_pending = true}));
  EXPECT_EQ(network_.frames[1].offload(), FrameOffload{.checksum_pending = true});
  EXPECT_EQ(network_.frames[2].offload(), FrameOffload{});
}

TEST_F(OffloadHeaderTest, DropsWhatHasNoGoodHeaderAndHandsTheRestOn) {
  send(OffloadHeader::kTunnel, {{0, 0, 0, 0},
                                {0, 0, 0, 0, 1},
                                {},
                                {0, 0, 0, 2, 1},
                                {0, 0, 1, 1, 1},
                                {5, 0, 0, 0, 1},
                                {0, 0, 0, 1, 2}});
  EXPECT_EQ(header_.ledger().drops(Drop::kBadFrame), 5U);
  ASSERT_EQ(network_.frames.size(), 2U);
  EXPECT_THAT(network_.frames[0].bytes(), ElementsAre(1));
  EXPECT_THAT(network_.frames[1].bytes(), ElementsAre(2));
}

TEST_F(OffloadHeaderTest, LeavesOtherHoldersOfTheBytesAlone) {
  Frame frame = kernel_.frames().copy_of(Octets{7, 8});
  const Frame other = frame.share();
  header_.receive(OffloadHeader::kNetwork, {&frame, 1}, kRunStart);
  EXPECT_THAT(other.bytes(), ElementsAre(7, 8));
}

TEST_F(OffloadHeaderTest, WithoutACableOnTheOtherSideDropsAsDetached) {
  header_.plug(OffloadHeader::kNetwork, {});
  send(OffloadHeader::kTunnel, {{0, 0, 0, 0, 1}});
  EXPECT_EQ(header_.ledger().drops(Drop::kDetached), 1U);
}

}  // namespace
}  // namespace violin
