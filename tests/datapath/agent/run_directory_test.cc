#include "datapath/agent/run_directory.h"

#include <sys/stat.h>

#include <cstdlib>
#include <stdexcept>

#include "tests/scenarios/running.h"

namespace violin {
namespace {

class RunDirectoryTest : public ::testing::Test {
 protected:
  RunDirectoryTest() { ::setenv("XDG_RUNTIME_DIR", folder_.path().c_str(), 1); }
  TemporaryFolder folder_;
};

TEST_F(RunDirectoryTest, IsMadeForTheUserAloneListedAndRemoved) {
  const RunDirectory directory("figure2");
  EXPECT_FALSE(directory.exists());
  directory.create();
  EXPECT_TRUE(directory.exists());
  EXPECT_EQ(directory.path(), folder_.path() / "violin" / "figure2");
  struct stat status {};
  ASSERT_EQ(::stat(directory.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  EXPECT_THAT(RunDirectory::names(), ::testing::ElementsAre("figure2"));
  directory.remove();
  EXPECT_FALSE(directory.exists());
  EXPECT_THAT(RunDirectory::names(), ::testing::IsEmpty());
}

TEST_F(RunDirectoryTest, IsThereOnce) {
  RunDirectory("twice").create();
  try {
    RunDirectory("twice").create();
    FAIL() << "was made again";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("violin down twice"));
  }
}

TEST_F(RunDirectoryTest, NamesCannotLeadElsewhere) {
  for (const char* name : {"", "..", ".hidden", "a/b", "a b", "../../etc",
                           "a-name-that-is-longer-than-forty-characters"}) {
    EXPECT_THROW(RunDirectory{name}, std::invalid_argument) << name;
  }
  EXPECT_NO_THROW(RunDirectory{"Figure_2.b-1"});
}

TEST_F(RunDirectoryTest, ALinkInItsPlaceIsNotFollowed) {
  std::filesystem::create_directory_symlink("/tmp", folder_.path() / "violin");
  EXPECT_THROW(RunDirectory{"x"}, std::runtime_error);
}

}  // namespace
}  // namespace violin
