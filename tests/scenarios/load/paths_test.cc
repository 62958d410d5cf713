#include "scenarios/load/paths.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace violin::scenario {
namespace {

namespace fs = std::filesystem;

class DataFolder : public ::testing::Test {
 public:
  ~DataFolder() override {
    before_ ? setenv("VIOLIN_DATA", before_->c_str(), 1) : unsetenv("VIOLIN_DATA");
    fs::remove_all(folder_);
  }

 protected:
  DataFolder()
      : folder_(fs::temp_directory_path() / ("violin-paths-test-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_ / "shared" / "data");
    fs::create_directories(folder_ / "repository" / "scenarios");
    if (const char* value = std::getenv("VIOLIN_DATA")) {
      before_ = value;
    }
    unsetenv("VIOLIN_DATA");
  }

  fs::path folder_;
  std::optional<std::string> before_;
};

TEST_F(DataFolder, IsWhatTheEnvironmentSays) {
  setenv("VIOLIN_DATA", "/data", 1);
  EXPECT_EQ(resolve_path("${VIOLIN_DATA}/rtt", folder_), "/data/rtt");
}

TEST_F(DataFolder, IsElseTheNearestSharedDataAboveTheScenario) {
  EXPECT_EQ(resolve_path("${VIOLIN_DATA}/rtt", folder_ / "repository" / "scenarios"),
            folder_ / "shared" / "data" / "rtt");
}

TEST_F(DataFolder, ThatIsNowhereIsAnErrorThatNamesTheVariable) {
  EXPECT_THROW(
      {
        try {
          resolve_path("${VIOLIN_DATA}/rtt", "/");
        } catch (const std::runtime_error& error) {
          EXPECT_THAT(error.what(), ::testing::HasSubstr("VIOLIN_DATA is not set"));
          throw;
        }
      },
      std::runtime_error);
}

TEST(ScenarioPath, IsRelativeToTheScenario) {
  EXPECT_EQ(resolve_path("data/rtt.txt", "/a/b"), "/a/b/data/rtt.txt");
  EXPECT_EQ(resolve_path("/abs/rtt.txt", "/a/b"), "/abs/rtt.txt");
}

TEST(ScenarioPath, TakesNoOtherVariable) {
  EXPECT_EQ(problem_with_path("${HOME}/x"),
            "only ${VIOLIN_DATA} is expanded, at the beginning of a path");
  EXPECT_EQ(problem_with_path("x/${VIOLIN_DATA}"),
            "only ${VIOLIN_DATA} is expanded, at the beginning of a path");
  EXPECT_EQ(problem_with_path("${VIOLIN_DATA}/x"), "");
}

}  // namespace
}  // namespace violin::scenario
