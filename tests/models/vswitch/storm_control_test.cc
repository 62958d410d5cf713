#include "models/vswitch/storm_control.h"

#include <gtest/gtest.h>

namespace violin {
namespace {

StormLimit limit(std::uint32_t rate, std::uint32_t burst) { return {FrameRate{rate}, burst}; }

TEST(StormGate, LimitsEachKindByItselfAndLeavesTheOthersFree) {
  StormControl control;
  control.broadcast = limit(1, 1);
  control.unknown_unicast = limit(1, 2);
  StormGate gate(control, kRunStart);
  EXPECT_TRUE(gate.admit(FloodKind::kBroadcast, kRunStart));
  EXPECT_FALSE(gate.admit(FloodKind::kBroadcast, kRunStart));
  EXPECT_TRUE(gate.admit(FloodKind::kUnknownUnicast, kRunStart));
  EXPECT_TRUE(gate.admit(FloodKind::kUnknownUnicast, kRunStart));
  EXPECT_FALSE(gate.admit(FloodKind::kUnknownUnicast, kRunStart));
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(gate.admit(FloodKind::kMulticast, kRunStart));
  }
}

}  // namespace
}  // namespace violin
