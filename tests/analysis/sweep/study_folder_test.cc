#include "analysis/sweep/study_folder.h"

#include <fstream>

#include "tests/scenarios/running.h"

namespace violin::sweep {
namespace {

namespace fs = std::filesystem;

class StudyFolderTest : public ::testing::Test {
 protected:
  fs::path out() const { return folder_.path() / "out"; }
  TemporaryFolder folder_;
};

TEST_F(StudyFolderTest, IsPartialUntilItIsComplete) {
  const StudyFolder folder(out() / "");
  folder.begin("study", false);
  EXPECT_TRUE(fs::is_directory(folder.rows()));
  EXPECT_FALSE(fs::exists(out()));
  folder.complete();
  EXPECT_FALSE(fs::exists(folder.partial()));
  EXPECT_TRUE(fs::is_directory(out() / "rows"));
}

TEST_F(StudyFolderTest, GoesOnOnlyWithTheSameStudyAndWhenTold) {
  const StudyFolder folder(out());
  folder.begin("study", false);
  std::ofstream(folder.shard(3)) << "row";
  EXPECT_THROW(folder.begin("study", false), std::runtime_error);
  EXPECT_THROW(folder.begin("another", true), std::runtime_error);
  folder.begin("study", true);
  EXPECT_TRUE(fs::exists(folder.shard(3)));
}

TEST_F(StudyFolderTest, ResumesAFinishedOneWithItsRows) {
  const StudyFolder folder(out());
  folder.begin("study", true);
  std::ofstream(folder.shard(0)) << "row";
  folder.complete();
  folder.begin("study", true);
  EXPECT_TRUE(fs::exists(folder.shard(0)));
}

TEST_F(StudyFolderTest, ReplacesAnEarlierStudyAndNothingElse) {
  const StudyFolder folder(out());
  folder.begin("earlier", false);
  folder.complete();
  folder.begin("study", false);
  folder.complete();
  fs::remove_all(out());
  fs::create_directories(out());
  std::ofstream(out() / "mine") << "precious";
  EXPECT_THROW(folder.begin("study", false), std::runtime_error);
  EXPECT_TRUE(fs::exists(out() / "mine"));
}

TEST_F(StudyFolderTest, IsCompletedByOneOnly) {
  const StudyFolder folder(out());
  folder.begin("study", false);
  EXPECT_TRUE(folder.claim_completion());
  EXPECT_FALSE(folder.claim_completion());
  folder.begin("study", true);  // who had claimed it is lost
  EXPECT_TRUE(folder.claim_completion());
}

}  // namespace
}  // namespace violin::sweep
