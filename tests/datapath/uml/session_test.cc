#include "datapath/uml/session.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <array>
#include <filesystem>
#include <system_error>

#include "datapath/uml/process_table.h"

namespace violin::uml {
namespace {

using namespace std::chrono_literals;

Launch shell(const std::string& script) {
  return {.program = "/bin/sh", .arguments = {"-c", script}, .directory = "/", .descriptors = {}};
}

std::size_t processes_become(pid_t session, std::size_t count) {
  for (int i = 0; i < 1000 && processes_of_session(session).size() != count; ++i) {
    ::poll(nullptr, 0, 10);
  }
  return processes_of_session(session).size();
}

class SessionTest : public ::testing::Test {
 protected:
  void SetUp() override { ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }
};

TEST_F(SessionTest, IsOfItsOwn) {
  Session session(shell("sleep 100"));
  EXPECT_EQ(::getsid(session.id()), session.id());
  EXPECT_NE(session.id(), ::getsid(0));
  EXPECT_EQ(session.wait(0s), std::nullopt);
}

TEST_F(SessionTest, TellsHowItEndedUntilItIsKilled) {
  Session session(shell("exit 3"));
  for (int i = 0; i < 2; ++i) {
    const auto status = session.wait(10s);
    ASSERT_TRUE(status);
    EXPECT_EQ(WEXITSTATUS(*status), 3);
  }
  EXPECT_EQ(describe_wait_status(*session.wait(0s)), "exited with status 3");
  session.kill();
  EXPECT_EQ(WEXITSTATUS(*session.wait(0s)), 3);
}

TEST_F(SessionTest, KillsWhatIsLeftOfIt) {
  // The shell ends; of what it started, one stands still.
  Session session(shell("sleep 100 & sleep 101 & kill -STOP $!; exit 0"));
  ASSERT_TRUE(session.wait(10s));
  EXPECT_EQ(processes_become(session.id(), 3), 3U);  // the shell is not reaped yet
  session.kill();
  EXPECT_EQ(processes_of_session(session.id()).size(), 0U);
}

TEST_F(SessionTest, FindsTheDescriptorsItIsGiven) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
  const FileDescriptor read_end(pipe[0]);
  const FileDescriptor write_end(pipe[1]);
  Launch launch = shell("echo here >&7; exec 7>&-; echo there >&8");
  launch.descriptors = {{write_end.get(), 7}, {write_end.get(), 8}};
  Session session(launch);
  ASSERT_EQ(WEXITSTATUS(*session.wait(10s)), 0);
  std::array<char, 64> text{};
  ASSERT_GT(::read(read_end.get(), text.data(), text.size()), 0);
  EXPECT_STREQ(text.data(), "here\nthere\n");
}

TEST_F(SessionTest, AProgramThatIsNotThereIsAnError) {
  Launch launch = shell("");
  launch.program = "/nowhere/program";
  try {
    const Session session(launch);
    FAIL() << "there is no such program";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("/nowhere/program"));
  }
}

}  // namespace
}  // namespace violin::uml
