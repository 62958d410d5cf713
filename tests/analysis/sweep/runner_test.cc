#include "analysis/sweep/runner.h"

#include <atomic>
#include <map>
#include <set>

#include "tests/analysis/sweep/studying.h"

namespace violin::sweep {
namespace {

std::vector<std::uint64_t> everything(const Study& study) {
  return share_of(study.design().size(), {}, [](std::uint64_t) { return false; });
}

std::map<std::uint64_t, std::string> lines(const Study& study, unsigned threads) {
  std::map<std::uint64_t, std::string> lines;
  RunnerOptions options;
  options.threads = threads;
  options.finished = [&](const Outcome& outcome) {
    EXPECT_TRUE(lines.emplace(outcome.alternative, to_line(outcome)).second);
  };
  EXPECT_TRUE(run_alternatives(study, everything(study), options));
  return lines;
}

TEST(Runner, RowsAreTheSameWhateverTheNumberOfThreads) {
  const Study study = study_of({"entity.s.host=*", "entity.a.host=*", "seed=1,2",
                                "substrate.scale=0.5..8:0.5", "weight.delay=0,1"},
                               {.fail_each_host = true});
  const auto alone = lines(study, 1);
  EXPECT_EQ(alone.size(), study.design().size());
  EXPECT_EQ(lines(study, 2), alone);
  EXPECT_EQ(lines(study, 5), alone);
}

TEST(Runner, SimulatedRowsAreTheSameWhateverTheNumberOfThreads) {
  const Study study = study_of({"entity.s.host=*"}, {.replications = 2});
  EXPECT_EQ(lines(study, 3), lines(study, 1));
}

TEST(Runner, SharesOfAllRanksAreTheWhole) {
  const auto done = [](std::uint64_t i) { return i % 5 == 0; };
  for (const int size : {1, 2, 3, 7, 200}) {
    std::multiset<std::uint64_t> all;
    for (int rank = 0; rank < size; ++rank) {
      for (const std::uint64_t i : share_of(100, {rank, size}, done)) {
        all.insert(i);
      }
    }
    std::multiset<std::uint64_t> expected;
    for (std::uint64_t i = 0; i < 100; ++i) {
      if (!done(i)) {
        expected.insert(i);
      }
    }
    EXPECT_EQ(all, expected);
  }
}

// A grid varies its last axis fastest: a share of every second alternative would be one half of it.
TEST(Runner, SharesHaveEachValueOfTheLastAxisAlike) {
  for (const std::uint64_t values : {2ULL, 4ULL}) {
    for (int rank = 0; rank < 2; ++rank) {
      std::map<std::uint64_t, int> counts;
      for (const std::uint64_t i :
           share_of(8 * values, {rank, 2}, [](std::uint64_t) { return false; })) {
        ++counts[values == 4 ? i % values / 2 : i % values];
      }
      EXPECT_EQ(counts[0], counts[1]) << values << " values, rank " << rank;
    }
  }
}

TEST(Runner, EndsWhenToldAndKeepsWhatIsFinished) {
  const Study study = study_of({"entity.s.host=*"}, {.replications = 1});
  std::atomic<int> finished = 0;
  RunnerOptions options;
  options.threads = 2;
  options.keep_going = [&] { return finished < 2; };
  options.finished = [&](const Outcome& outcome) {
    EXPECT_EQ(outcome.replications.size(), 1U);
    ++finished;
  };
  EXPECT_FALSE(run_alternatives(study, everything(study), options));
  EXPECT_EQ(finished, 2);
}

TEST(Runner, TellsWhatWentWrong) {
  const Study study = study_of({"entity.s.host=*", "seed=1..50"});
  RunnerOptions options;
  options.threads = 3;
  options.finished = [](const Outcome& outcome) {
    if (outcome.alternative > 20) {
      throw std::runtime_error("the disk is full");
    }
  };
  EXPECT_THROW(run_alternatives(study, everything(study), options), std::runtime_error);
}

}  // namespace
}  // namespace violin::sweep
