#include "models/link/cable.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>

#include "tests/models/link/traffic.h"

namespace violin::link_test {
namespace {

using namespace std::chrono_literals;
using Numbers = std::vector<std::uint64_t>;

class Station : public Entity {
 public:
  Station(Kernel& kernel, std::string name) : Entity(kernel, std::move(name)) {
    open_port(PortIndex{0});
    open_port(PortIndex{1});
  }
  void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override {
    recorder.receive(port, burst, now);
  }
  void abandon(Drop) override {}
  std::uint64_t queued() const override { return 0; }
  void send(std::uint64_t number, std::uint32_t port = 0) {
    transmit(PortIndex{port}, numbered(kernel_, number), kernel_.now());
  }
  CableEnd end(std::uint32_t port = 0) { return {*this, PortIndex{port}}; }

  Recorder recorder;
};

class CableTest : public testing::Test {
 protected:
  Kernel kernel_;
  Station left_{kernel_, "left"};
  Station right_{kernel_, "right"};
};

TEST_F(CableTest, CarriesFramesBothWays) {
  Cable cable(kernel_, "cable", left_.end(1), right_.end(0), {.delay = ConstantDelay{1ms}},
              {.delay = ConstantDelay{2ms}});
  left_.send(1, 1);
  right_.send(2, 0);
  kernel_.run();
  ASSERT_EQ(right_.recorder.numbers(), Numbers{1});
  ASSERT_EQ(left_.recorder.numbers(), Numbers{2});
  EXPECT_EQ(right_.recorder.arrivals[0].port, PortIndex{0});
  EXPECT_EQ(right_.recorder.arrivals[0].at, kRunStart + 1ms);
  EXPECT_EQ(left_.recorder.arrivals[0].port, PortIndex{1});
  EXPECT_EQ(left_.recorder.arrivals[0].at, kRunStart + 2ms);
}

TEST_F(CableTest, NamesItsLinksByDirection) {
  Cable cable(kernel_, "cable", left_.end(), right_.end());
  EXPECT_EQ(cable.a_to_b().pipe().name(), "cable/ab");
  EXPECT_EQ(cable.b_to_a().pipe().name(), "cable/ba");
}

TEST_F(CableTest, UnplugsBothEndsWhenItGoes) {
  auto cable = std::make_unique<Cable>(kernel_, "cable", left_.end(), right_.end());
  left_.send(1);
  cable.reset();
  EXPECT_FALSE(left_.plugged(PortIndex{0}));
  EXPECT_FALSE(right_.plugged(PortIndex{0}));
  left_.send(2);
  kernel_.run();
  EXPECT_TRUE(right_.recorder.arrivals.empty());
  EXPECT_EQ(left_.ledger().drops(Drop::kDetached), 1U);
  EXPECT_EQ(kernel_.frames().live(), 0U);
}

TEST_F(CableTest, ConfiguresBothDirections) {
  Cable cable(kernel_, "cable", left_.end(), right_.end());
  cable.configure({.delay = ConstantDelay{7ms}}, kernel_.now());
  left_.send(1);
  right_.send(1);
  kernel_.run();
  EXPECT_EQ(left_.recorder.arrivals.at(0).at, kRunStart + 7ms);
  EXPECT_EQ(right_.recorder.arrivals.at(0).at, kRunStart + 7ms);
}

TEST_F(CableTest, AbandonEndsWhatItHolds) {
  Cable cable(kernel_, "cable", left_.end(), right_.end(), {.delay = ConstantDelay{7ms}});
  left_.send(1);
  right_.send(1);
  cable.abandon(Drop::kDetached);
  EXPECT_EQ(cable.a_to_b().pipe().ledger().drops(Drop::kDetached), 1U);
  EXPECT_EQ(cable.b_to_a().pipe().ledger().drops(Drop::kDetached), 1U);
}

TEST_F(CableTest, RefusesAPortThatHasACable) {
  Cable cable(kernel_, "cable", left_.end(), right_.end());
  EXPECT_THROW(Cable(kernel_, "second", left_.end(0), right_.end(1)), std::logic_error);
  EXPECT_TRUE(left_.plugged(PortIndex{0}));
  EXPECT_FALSE(right_.plugged(PortIndex{1}));
}

}  // namespace
}  // namespace violin::link_test
