#include "models/entity/outlet.h"

#include <gtest/gtest.h>

namespace violin {
namespace {

// Remembers what it was given.
struct Shelf final : FrameSink {
  void receive(PortIndex port, std::span<Frame> burst, TimePoint /*now*/) override {
    for (Frame& frame : burst) {
      taken.emplace_back(port, std::move(frame));
    }
  }
  std::vector<std::pair<PortIndex, Frame>> taken;
};

class OutletTest : public ::testing::Test {
 protected:
  Frame frame(std::uint8_t mark) { return kernel_.frames().copy_of(std::vector{mark}); }
  void send(Attachment to, std::uint8_t mark) {
    Frame one = frame(mark);
    to.send(one, kernel_.now());
  }

  Kernel kernel_;
  Shelf cable_;
  Shelf outside_;
  Outlet outlet_{kernel_, "violin/guest"};
};

TEST_F(OutletTest, HandsWhatACableBringsToWhatIsOutsideOfThatPort) {
  outlet_.add_port(PortIndex{3});
  outlet_.connect(PortIndex{3}, {&outside_, PortIndex{7}});
  send({&outlet_, PortIndex{3}}, 42);
  ASSERT_EQ(outside_.taken.size(), 1U);
  EXPECT_EQ(outside_.taken[0].first, PortIndex{7});
  EXPECT_EQ(outside_.taken[0].second.bytes()[0], 42);
  EXPECT_TRUE(outlet_.ledger().balances(outlet_.queued()));
}

TEST_F(OutletTest, HandsWhatComesFromOutsideToThatPortsCable) {
  const PortIndex port = outlet_.add_port();
  outlet_.plug(port, {&cable_, PortIndex{9}});
  send(outlet_.inward(port), 17);
  ASSERT_EQ(cable_.taken.size(), 1U);
  EXPECT_EQ(cable_.taken[0].first, PortIndex{9});
  EXPECT_EQ(outlet_.ledger().in, 1U);
  EXPECT_EQ(outlet_.ledger().out, 1U);
}

TEST_F(OutletTest, DropsAsDetachedWhatHasNowhereToGo) {
  const PortIndex port = outlet_.add_port();
  send({&outlet_, port}, 1);
  send(outlet_.inward(port), 2);
  send({&outlet_, PortIndex{5}}, 3);
  EXPECT_EQ(outlet_.ledger().drops(Drop::kDetached), 3U);
  EXPECT_TRUE(outlet_.ledger().balances(0));
}

TEST_F(OutletTest, UsesTheIndexOfARemovedPortAgain) {
  EXPECT_EQ(outlet_.add_port(), PortIndex{0});
  EXPECT_EQ(outlet_.add_port(), PortIndex{1});
  outlet_.remove_port(PortIndex{0});
  EXPECT_EQ(outlet_.add_port(), PortIndex{0});
  EXPECT_THROW(outlet_.add_port(PortIndex{1}), std::logic_error);
}

TEST_F(OutletTest, ARemovedPortSendsNothingAnyMore) {
  const PortIndex port = outlet_.add_port();
  outlet_.connect(port, {&outside_, PortIndex{}});
  outlet_.plug(port, {&cable_, PortIndex{}});
  outlet_.remove_port(port);
  send({&outlet_, port}, 1);
  send(outlet_.inward(port), 2);
  EXPECT_TRUE(outside_.taken.empty());
  EXPECT_TRUE(cable_.taken.empty());
}

}  // namespace
}  // namespace violin
