#include "datapath/tunnel/path_mtu.h"

#include <gtest/gtest.h>

#include <functional>

namespace violin {
namespace {

using namespace std::chrono_literals;

// A path that carries UDP payloads of `crosses` bytes at most, in 10 ms there and back, and a
// device that refuses those above `device` at once.
class Path {
 public:
  explicit Path(std::size_t mtu, std::size_t device_mtu = 65'535)
      : crosses(mtu - 28), device(device_mtu - 28) {}

  void start(PathMtu& search) { send(search, search.start(now, 50ms)); }
  void run_for(PathMtu& search, Duration time) {
    const TimePoint end = now + time;
    while (true) {
      const TimePoint next = std::min(search.due(), answer_size != 0 ? answer_at : kNever);
      if (next > end) {
        now = end;
        return;
      }
      now = next;
      if (answer_size != 0 && answer_at == now) {
        send(search, search.on_answer(std::exchange(answer_size, 0), now));
      } else {
        send(search, search.on_timer(now));
      }
    }
  }
  void send(PathMtu& search, PathMtu::Probe probe) {
    while (probe) {
      ++probes;
      if (*probe <= device) {
        if (*probe <= crosses && (!drops || !drops())) {
          answer_size = *probe;
          answer_at = now + 10ms;
        }
        return;
      }
      probe = search.on_refused(*probe, now);
    }
  }

  std::size_t crosses;
  std::size_t device;
  TimePoint now{};
  std::size_t answer_size = 0;
  TimePoint answer_at{};
  int probes = 0;
  std::function<bool()> drops;
};

class PathMtuOf : public ::testing::TestWithParam<std::size_t> {};

// MTUs that links and tunnels have are found exactly, others within 16 bytes.
TEST_P(PathMtuOf, IsFoundAndNeverExceeded) {
  const std::size_t mtu = GetParam();
  PathMtu search({.base = 1200, .largest = 9000 - 28});
  Path path(mtu);
  path.start(search);
  path.run_for(search, 5s);
  EXPECT_FALSE(search.searching());
  EXPECT_LE(search.size(), std::min<std::size_t>(mtu, 9000) - 28);
  EXPECT_GT(search.size() + 28 + 16, std::min<std::size_t>(mtu, 9000));
  EXPECT_LE(path.probes, 60);
}

INSTANTIATE_TEST_SUITE_P(Mtus, PathMtuOf,
                         ::testing::Values(600, 900, 1228, 1280, 1300, 1400, 1420, 1437, 1450, 1472,
                                           1492, 1500, 1501, 2000, 4352, 7777, 8950, 9000, 9180,
                                           65'535),
                         [](const auto& test) { return std::to_string(test.param); });

TEST(PathMtu, CommonMtusAreFoundExactly) {
  for (const std::size_t mtu : {1280U, 1400U, 1420U, 1450U, 1492U, 1500U, 9000U}) {
    PathMtu search({});
    Path path(mtu);
    path.start(search);
    path.run_for(search, 5s);
    EXPECT_EQ(search.size() + 28, mtu);
  }
}

TEST(PathMtu, SizesThatTheDeviceRefusesCostNoTime) {
  PathMtu search({});
  Path path(1400, /*device_mtu=*/1400);
  path.start(search);
  path.run_for(search, 25ms);  // the base, and 1280
  path.run_for(search, 30ms);  // 1400, and then all others are refused at once
  EXPECT_FALSE(search.searching());
  EXPECT_EQ(search.size(), 1400U - 28);
}

TEST(PathMtu, SurvivesTheLossOfTwoProbesInARow) {
  PathMtu search({});
  Path path(1500);
  int n = 0;
  path.drops = [&] { return n++ % 3 != 2; };
  path.start(search);
  path.run_for(search, 10s);
  EXPECT_EQ(search.size(), 1500U - 28);
}

TEST(PathMtu, ABlackHoleIsFoundByTheNextConfirmation) {
  PathMtu search({});
  Path path(1500);
  path.start(search);
  path.run_for(search, 2s);
  ASSERT_EQ(search.size(), 1500U - 28);
  path.crosses = 1400 - 28;
  path.run_for(search, PathMtu::kConfirmEvery + 3s);
  EXPECT_EQ(search.size(), 1400U - 28);
}

TEST(PathMtu, ASuspectedBlackHoleIsFoundAtOnce) {
  PathMtu search({});
  Path path(1500);
  path.start(search);
  path.run_for(search, 2s);
  path.crosses = 1280 - 28;
  path.send(search, search.suspect(path.now));
  path.run_for(search, 150ms);  // three probes of 50 ms
  EXPECT_LE(search.size(), 1280U - 28);
  path.run_for(search, 3s);
  EXPECT_EQ(search.size(), 1280U - 28);
}

TEST(PathMtu, AFalseSuspicionChangesNothing) {
  PathMtu search({});
  Path path(1500);
  path.start(search);
  path.run_for(search, 2s);
  path.send(search, search.suspect(path.now));
  EXPECT_EQ(search.size(), 1500U - 28);
  path.run_for(search, 1s);
  EXPECT_EQ(search.size(), 1500U - 28);
  EXPECT_FALSE(search.searching());
}

TEST(PathMtu, ALargerPathIsFoundAfterTenMinutes) {
  PathMtu search({});
  Path path(1400);
  path.start(search);
  path.run_for(search, 60s);
  path.crosses = 1500 - 28;
  path.run_for(search, PathMtu::kRaiseEvery);
  path.run_for(search, 10s);
  EXPECT_EQ(search.size(), 1500U - 28);
}

TEST(PathMtu, AnAnswerToNoProbeChangesNothing) {
  PathMtu search({});
  EXPECT_EQ(search.on_answer(8000, kRunStart), std::nullopt);
  Path path(1500);
  path.start(search);
  EXPECT_EQ(search.on_answer(8000, kRunStart), std::nullopt);
  path.run_for(search, 2s);
  EXPECT_EQ(search.on_answer(8000, path.now), std::nullopt);
  EXPECT_EQ(search.size(), 1500U - 28);
}

TEST(PathMtu, RefusesSizesThatCannotBe) {
  EXPECT_THROW(PathMtu({.base = 500, .largest = 1472}), std::invalid_argument);
  EXPECT_THROW(PathMtu({.base = 1200, .largest = 1000}), std::invalid_argument);
  EXPECT_THROW(PathMtu({.base = 1200, .largest = 65'508}), std::invalid_argument);
}

}  // namespace
}  // namespace violin
