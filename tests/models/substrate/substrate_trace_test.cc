#include "models/substrate/substrate_trace.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace violin {
namespace {

using namespace std::chrono_literals;

constexpr HostId kA{0};
constexpr HostId kB{1};

Substrate two_hosts() {
  const std::vector<OverlayHost> hosts{OverlayHost{.name = "a"}, OverlayHost{.name = "b"}};
  DelayMatrix delays(2);
  delays.set(0, 1, 10ms);
  return Substrate(hosts, MeasuredPaths(delays));
}

PairChange delay_of(Duration delay) { return {kA, kB, delay, std::nullopt, std::nullopt}; }

TEST(SubstrateTrace, AppliesWhatIsDueAndNoMore) {
  Substrate substrate = two_hosts();
  SubstrateTrace trace;
  trace.add(kRunStart + 5s, delay_of(50ms));
  trace.add(kRunStart + 1s, delay_of(20ms));
  EXPECT_EQ(trace.next_due(), kRunStart + 1s);
  EXPECT_EQ(trace.apply_due(substrate, kRunStart + 4999ms), 1U);
  EXPECT_EQ(substrate.delay(kA, kB), 20ms);
  EXPECT_EQ(trace.next_due(), kRunStart + 5s);
  EXPECT_EQ(trace.apply_due(substrate, kRunStart + 5s), 1U);
  EXPECT_EQ(substrate.delay(kA, kB), 50ms);
  EXPECT_EQ(trace.next_due(), std::nullopt);
  EXPECT_EQ(trace.apply_due(substrate, kRunStart + 9s), 0U);
}

TEST(SubstrateTrace, AppliesWhatIsDueAtOnceInTheOrderOfAdding) {
  Substrate substrate = two_hosts();
  SubstrateTrace trace;
  trace.add(kRunStart, delay_of(1ms));
  SubstrateTrace later;
  later.add(kRunStart, delay_of(2ms));
  trace.add(std::move(later));
  trace.apply_due(substrate, kRunStart);
  EXPECT_EQ(substrate.delay(kA, kB), 2ms);
}

TEST(SubstrateTrace, LeavesAloneWhatAChangeDoesNotName) {
  Substrate substrate = two_hosts();
  substrate.set_loss(kA, kB, 0.5);
  apply_change(delay_of(1ms), substrate);
  EXPECT_EQ(substrate.loss(kA, kB), 0.5);
  apply_change(PairChange{kA, kB, std::nullopt, 0.25, BitRate::mbps(3)}, substrate);
  EXPECT_EQ(substrate.delay(kA, kB), 1ms);
  EXPECT_EQ(substrate.loss(kA, kB), 0.25);
  EXPECT_EQ(substrate.bandwidth(kA, kB), BitRate::mbps(3));
}

TEST(SubstrateTrace, ChangesCapacitiesAndAllDelays) {
  Substrate substrate = two_hosts();
  apply_change(CapacityChange{kB, FrameRate{700}}, substrate);
  EXPECT_EQ(substrate.host(kB).capacity, FrameRate{700});
  DelayMatrix delays(2);
  delays.set(0, 1, 99ms);
  apply_change(DelaysChange{delays}, substrate);
  EXPECT_EQ(substrate.delay(kA, kB), 99ms);
}

TEST(SubstrateTrace, MayBeRewound) {
  Substrate substrate = two_hosts();
  SubstrateTrace trace;
  trace.add(kRunStart, delay_of(1ms));
  trace.apply_due(substrate, kRunStart);
  trace.rewind();
  EXPECT_EQ(trace.apply_due(substrate, kRunStart), 1U);
}

TEST(SubstrateTrace, RefusesToChangeThePast) {
  Substrate substrate = two_hosts();
  SubstrateTrace trace;
  trace.add(kRunStart + 2s, delay_of(1ms));
  trace.apply_due(substrate, kRunStart + 2s);
  EXPECT_THROW(trace.add(kRunStart + 1s, delay_of(1ms)), std::logic_error);
}

}  // namespace
}  // namespace violin
