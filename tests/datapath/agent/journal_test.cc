#include "datapath/agent/journal.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "tests/scenarios/running.h"

namespace violin {
namespace {

class JournalTest : public ::testing::Test {
 protected:
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const Resource& resource : Journal(file()).resources()) {
      names.push_back(resource.kind + " " + resource.name + " " + resource.detail);
    }
    return names;
  }
  std::filesystem::path file() const { return folder_.path() / "journal.db"; }

  TemporaryFolder folder_;
};

using ::testing::ElementsAre;

TEST_F(JournalTest, KnowsWhatWasRecordedAmendedAndStruckOut) {
  Journal journal(file());
  const auto first = journal.record("guest", "/run/a");
  const auto second = journal.record("guest", "/run/b", R"({"x": 1})");
  const auto third = journal.record("jetway", "tap0");
  EXPECT_THAT(names(),
              ElementsAre("guest /run/a {}", R"(guest /run/b {"x": 1})", "jetway tap0 {}"));
  journal.amend(second, R"({"x": 2})");
  journal.strike(first);
  journal.strike(third);
  EXPECT_THAT(names(), ElementsAre(R"(guest /run/b {"x": 2})"));
}

TEST_F(JournalTest, WhatWasRecordedOutlivesAKilledProcess) {
  const pid_t child = ::fork();
  if (child == 0) {
    Journal journal(file());
    journal.record("guest", "it's; \"quoted\"");
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_THAT(names(), ElementsAre("guest it's; \"quoted\" {}"));
}

TEST_F(JournalTest, IsOpenTwiceWithoutHarm) {
  Journal one(file());
  Journal other(file());
  one.record("a", "1");
  other.record("b", "2");
  EXPECT_EQ(one.resources().size(), 2U);
}

TEST_F(JournalTest, AFileThatCannotBeOpenedIsNamed) {
  const std::string nowhere = folder_.path() / "nowhere" / "journal.db";
  try {
    Journal journal(nowhere);
    FAIL() << "was opened";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr(nowhere));
  }
}

TEST_F(JournalTest, AFileThatIsNoDatabaseIsNamed) {
  std::ofstream(file()) << "this is text, and long enough to be read as a header of a database";
  EXPECT_THROW(
      {
        try {
          Journal journal(file());
        } catch (const std::runtime_error& error) {
          EXPECT_THAT(error.what(), ::testing::HasSubstr(file().string()));
          throw;
        }
      },
      std::runtime_error);
}

}  // namespace
}  // namespace violin
