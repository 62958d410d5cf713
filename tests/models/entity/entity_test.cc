#include "models/entity/entity.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace violin {
namespace {

// Sends what comes in at port p out at port p + 1.
class Relay final : public Entity {
 public:
  explicit Relay(Kernel& kernel) : Entity(kernel, "relay") {}
  using Entity::open_port;

  void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override {
    ledger_.in += burst.size();
    transmit(PortIndex{static_cast<std::uint32_t>(port) + 1}, burst, now);
  }
  void abandon(Drop) override {}
  std::uint64_t queued() const override { return 0; }
};

class Taker final : public FrameSink {
 public:
  void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override {
    for (Frame& frame : burst) {
      sizes.push_back(frame.size().value);
      frame.reset();
    }
    last_port = port;
    last_time = now;
  }
  std::vector<std::uint64_t> sizes;
  PortIndex last_port{};
  TimePoint last_time;
};

class EntityTest : public ::testing::Test {
 protected:
  EntityTest() {
    relay_.open_port(PortIndex{0});
    relay_.open_port(PortIndex{1});
  }
  void send(std::size_t frames) {
    std::vector<Frame> burst;
    for (std::size_t i = 0; i < frames; ++i) {
      burst.push_back(kernel_.frames().make(60 + i));
    }
    relay_.receive(PortIndex{0}, burst, kernel_.now());
  }

  Kernel kernel_;
  Relay relay_{kernel_};
  Taker taker_;
};

TEST_F(EntityTest, SendsToTheSinkAndPortThatAreAttached) {
  relay_.plug(PortIndex{1}, {&taker_, PortIndex{5}});
  kernel_.run_until(kRunStart + Duration(7));
  send(2);
  EXPECT_EQ(taker_.sizes, (std::vector<std::uint64_t>{60, 61}));
  EXPECT_EQ(taker_.last_port, PortIndex{5});
  EXPECT_EQ(taker_.last_time, kRunStart + Duration(7));
  EXPECT_EQ(relay_.ledger().out, 2U);
}

TEST_F(EntityTest, DropsWhatItSendsToAPortWithoutACable) {
  send(2);
  EXPECT_EQ(relay_.ledger().drops(Drop::kDetached), 2U);
  EXPECT_EQ(relay_.ledger().out, 0U);
  EXPECT_TRUE(relay_.ledger().balances(0));
}

TEST_F(EntityTest, DropsWhatItSendsAfterTheCableWasPulled) {
  relay_.plug(PortIndex{1}, {&taker_, PortIndex{5}});
  EXPECT_TRUE(relay_.plugged(PortIndex{1}));
  relay_.unplug(PortIndex{1});
  EXPECT_FALSE(relay_.plugged(PortIndex{1}));
  send(1);
  EXPECT_EQ(relay_.ledger().drops(Drop::kDetached), 1U);
}

TEST_F(EntityTest, HasNoPortsButThoseThatWereOpened) {
  EXPECT_EQ(relay_.ports(), 2U);
  EXPECT_FALSE(relay_.plugged(PortIndex{2}));
  EXPECT_THROW(relay_.plug(PortIndex{2}, {&taker_, PortIndex{0}}), std::logic_error);
  EXPECT_THROW(relay_.unplug(PortIndex{2}), std::logic_error);
}

TEST_F(EntityTest, ItsLifeExpiresWithIt) {
  auto relay = std::make_unique<Relay>(kernel_);
  const auto life = relay->life();
  const auto again = relay->life();
  EXPECT_FALSE(life.expired());
  relay.reset();
  EXPECT_TRUE(life.expired());
  EXPECT_TRUE(again.expired());
}

}  // namespace
}  // namespace violin
