#include "models/entity/capture_tap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "tests/core/tshark.h"

namespace violin {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using Direction = PcapngWriter::Direction;

class Keeper final : public FrameSink {
 public:
  void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override {
    ports.push_back(port);
    sizes.push_back(burst.size());
    last_time = now;
    for (Frame& frame : burst) {
      frames.push_back(std::move(frame));
    }
  }
  std::vector<PortIndex> ports;
  std::vector<std::size_t> sizes;
  std::vector<Frame> frames;
  TimePoint last_time;
};

class CaptureTapTest : public ::testing::Test {
 protected:
  Kernel kernel_;
  std::ostringstream out_;
  PcapngWriter writer_{out_, "test"};
  PcapngWriter::InterfaceId vnic_ = writer_.add_interface({"vHost1.eth0", "", {}});
  Keeper keeper_;
};

TEST_F(CaptureTapTest, HandsTheBurstOnUnchanged) {
  CaptureTap tap(writer_, vnic_, Direction::kInbound, keeper_);
  std::vector<Frame> burst;
  burst.push_back(kernel_.frames().make(60, 40));
  burst.push_back(kernel_.frames().make(61));
  const auto* bytes = burst[0].bytes().data();
  tap.receive(PortIndex{3}, burst, kRunStart + 5ms);
  EXPECT_THAT(keeper_.ports, ElementsAre(PortIndex{3}));
  EXPECT_THAT(keeper_.sizes, ElementsAre(2U));
  EXPECT_EQ(keeper_.last_time, kRunStart + 5ms);
  EXPECT_EQ(keeper_.frames[0].bytes().data(), bytes);
  EXPECT_FALSE(keeper_.frames[0].is_shared());
  EXPECT_EQ(keeper_.frames[0].size(), Bytes{100});
  EXPECT_EQ(keeper_.frames[1].size(), Bytes{61});
}

TEST_F(CaptureTapTest, RecordsEachFrameOfTheBurst) {
  CaptureTap tap(writer_, vnic_, Direction::kOutbound, keeper_);
  std::vector<Frame> burst;
  burst.push_back(kernel_.frames().make(60));
  burst.push_back(kernel_.frames().make(61));
  tap.receive(PortIndex{0}, burst, kRunStart + 5ms);
  EXPECT_EQ(writer_.frames(vnic_), 2U);
  if (!Tshark::present()) {
    GTEST_SKIP() << "tshark is missing: apt-get install tshark";
  }
  EXPECT_THAT(
      Tshark(out_.str()).fields({"frame.time_epoch", "frame.len", "frame.packet_flags_direction"}),
      ElementsAre("0.005000000|60|0x00000002", "0.005000000|61|0x00000002"));
}

TEST_F(CaptureTapTest, ADroppedFrameIsRecordedWithTheReasonAsItsComment) {
  DropCapture capture(kernel_, writer_, vnic_);
  Ledger ledger;
  ledger.observe_drops(&capture);
  kernel_.run_until(kRunStart + 7ms);
  ledger.drop(kernel_.frames().make(60), Drop::kTtlExpired);
  EXPECT_EQ(ledger.total_drops(), 1U);
  EXPECT_EQ(writer_.frames(vnic_), 1U);
  if (!Tshark::present()) {
    GTEST_SKIP() << "tshark is missing: apt-get install tshark";
  }
  EXPECT_THAT(Tshark(out_.str()).fields({"frame.time_epoch", "frame.comment"}),
              ElementsAre("0.007000000|drop: ttl-expired"));
}

}  // namespace
}  // namespace violin
