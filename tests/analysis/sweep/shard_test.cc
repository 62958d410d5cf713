#include "analysis/sweep/shard.h"

#include <fstream>

#include "tests/scenarios/running.h"

namespace violin::sweep {
namespace {

Outcome outcome(std::uint64_t alternative) {
  Outcome result;
  result.alternative = alternative;
  result.costs = {{0.1, 1.0 / 3, 1e-300, 5e300}, 0.1 + 0.2};
  result.violations = 2;
  result.violation = "host 'x': \"much\"\nof it";
  result.bound = 1e-7;
  result.placement = {3, 0, 4294967295};
  result.failures = {{"h1", 2, 1.5, 0.25, 0.1, std::nullopt}, {"h2", 1, 0, 0, 0, 7.0}};
  result.replications = {{18446744073709551615U, 1e6 / 3, std::nullopt, 0.01}, {2, 0, 0.5, 1}};
  return result;
}

TEST(Outcome, IsTheSameAfterALine) {
  const std::string line = to_line(outcome(7));
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const Outcome read = from_line(line).value();
  EXPECT_EQ(to_line(read), line);
  EXPECT_EQ(read.costs->terms, outcome(7).costs->terms);
  EXPECT_EQ(read.replications[0].seed, 18446744073709551615U);
  EXPECT_EQ(read.failures[1].cost, 7.0);
  EXPECT_EQ(from_line(to_line(Outcome{}))->costs.has_value(), false);
}

TEST(Outcome, OfPartOfALineIsNone) {
  const std::string line = to_line(outcome(7));
  for (std::size_t length = 0; length < line.size(); ++length) {
    EXPECT_FALSE(from_line(line.substr(0, length)));
  }
}

class ShardTest : public ::testing::Test {
 protected:
  std::filesystem::path file(const std::string& name) const { return folder_.path() / name; }
  std::vector<std::uint64_t> finished() const {
    std::vector<std::uint64_t> numbers;
    for (const auto& [alternative, unused] : read_shards(folder_.path())) {
      numbers.push_back(alternative);
    }
    return numbers;
  }

  TemporaryFolder folder_;
};

TEST_F(ShardTest, CanBeReadWhileItIsWritten) {
  Shard shard(file("rank0.jsonl"));
  shard.append(outcome(4));
  Shard other(file("rank1.jsonl"));
  other.append(outcome(1));
  EXPECT_EQ(finished(), (std::vector<std::uint64_t>{1, 4}));
}

TEST_F(ShardTest, GoesOnAfterALineThatWasTornAnywhere) {
  const std::string line = to_line(outcome(2));
  for (const std::size_t length : {std::size_t{1}, line.size() / 2, line.size()}) {
    std::ofstream(file("rank0.jsonl")) << to_line(outcome(1)) << "\n" << line.substr(0, length);
    EXPECT_EQ(finished(), std::vector<std::uint64_t>{1});
    Shard(file("rank0.jsonl")).append(outcome(3));
    EXPECT_EQ(finished(), (std::vector<std::uint64_t>{1, 3}));
  }
}

TEST_F(ShardTest, ThatCannotBeWrittenIsAnError) {
  EXPECT_THROW(Shard(file("none") / "rank0.jsonl"), std::runtime_error);
}

}  // namespace
}  // namespace violin::sweep
