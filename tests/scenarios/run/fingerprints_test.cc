// One order of events everywhere: the same seed has the same fingerprint in every build. Each build
// writes what it finds; `./dev test` compares the files.
#include <fmt/format.h>

#include <fstream>

#include "tests/scenarios/run/random_scenario.h"
#include "tests/scenarios/running.h"

namespace violin {
namespace {

TEST(Fingerprints, OfRandomScenariosAreWrittenForOtherBuildsToCompare) {
  std::ofstream file(VIOLIN_FINGERPRINTS);
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const RunResult result = run(random_scenario(seed));
    file << fmt::format("{} {:016x} {}\n", seed, result.fingerprint, result.events);
  }
  EXPECT_TRUE(file.flush()) << VIOLIN_FINGERPRINTS;
}

}  // namespace
}  // namespace violin
