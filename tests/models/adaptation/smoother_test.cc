#include "models/adaptation/smoother.h"

#include <cmath>

#include "tests/models/placement/random_problem.h"

namespace violin::adaptation {
namespace {

using namespace std::chrono_literals;

class Smoothing : public testing::Test {
 protected:
  Snapshot sample(std::optional<Duration> delay) {
    problem_->delays.set(0, 1, delay);
    return Snapshot(*problem_);
  }
  placement::OwnedProblem problem_ = placement::random_problem(1, {});
};

TEST_F(Smoothing, AStepIsApproachedExponentiallyWhateverTheRhythm) {
  for (const Duration period : {1s, 5s, 20s}) {
    Smoother smoother(40s);
    smoother.smooth(sample(10ms), kRunStart);
    std::optional<Duration> seen;
    for (Duration t = period; t <= 60s; t += period) {
      seen = smoother.smooth(sample(50ms), kRunStart + t).delays.at(0, 1);
    }
    const double expected = 50 - 40 * std::exp(-60.0 / 40);
    EXPECT_NEAR(to_seconds(*seen) * 1e3, expected, 0.001);
  }
}

TEST_F(Smoothing, ChangesFarBelowACellAreNotLost) {
  Smoother smoother(1000s);
  smoother.smooth(sample(10ms), kRunStart);
  std::optional<Duration> seen;
  for (int t = 1; t <= 20'000; ++t) {  // each step moves the mean by less than half a cell
    seen = smoother.smooth(sample(10ms + 100us), kRunStart + t * 1s).delays.at(0, 1);
  }
  EXPECT_EQ(seen, 10ms + 100us);
}

TEST_F(Smoothing, WithoutATimeConstantTheLastSampleCounts) {
  Smoother smoother(0s);
  smoother.smooth(sample(10ms), kRunStart);
  EXPECT_EQ(smoother.smooth(sample(30ms), kRunStart + 1s).delays.at(0, 1), 30ms);
}

TEST_F(Smoothing, AWayThatIsLostOrFoundIsBelievedAtOnce) {
  Smoother smoother(1h);
  smoother.smooth(sample(10ms), kRunStart);
  EXPECT_EQ(smoother.smooth(sample(std::nullopt), kRunStart + 1s).delays.at(0, 1), std::nullopt);
  EXPECT_EQ(smoother.smooth(sample(30ms), kRunStart + 2s).delays.at(0, 1), 30ms);
}

TEST_F(Smoothing, LossesAreSmoothedToo) {
  at(problem_->weights, placement::Term::kLoss) = 1;
  problem_.substrate->set_loss(HostId{0}, HostId{1}, 0.5);
  Smoother smoother(10s);
  smoother.smooth(sample(10ms), kRunStart);
  problem_.substrate->set_loss(HostId{0}, HostId{1}, 0.75);
  const Snapshot seen = smoother.smooth(sample(10ms), kRunStart + 10s);
  EXPECT_NEAR(seen.losses[1], std::log(2.0) * (2 - std::exp(-1.0)), 1e-6);
}

TEST_F(Smoothing, TimeDoesNotRunBackwards) {
  Smoother smoother(10s);
  smoother.smooth(sample(10ms), kRunStart + 1s);
  EXPECT_THROW(smoother.smooth(sample(10ms), kRunStart), std::logic_error);
}

}  // namespace
}  // namespace violin::adaptation
