#include "datapath/uml/syscall_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <filesystem>
#include <functional>
#include <string>

#include "datapath/uml/initramfs.h"
#include "datapath/uml/process_table.h"
#include "datapath/uml/session.h"
#include "tests/datapath/uml/guest_fixture.h"

namespace violin::uml {
namespace {

using namespace std::chrono_literals;

bool becomes(const std::function<bool()>& condition) {
  for (int i = 0; i < 1000 && !condition(); ++i) {
    ::poll(nullptr, 0, 10);
  }
  return condition();
}

// A guest's program is linked to 0x400000, as its processes' code is.
TEST(SyscallGuard, EndsAGuestsProgramThatCallsTheHost) {
  const FileDescriptor program = memory_file("guest-program", guest_program());
  Session session({.program = "/proc/self/fd/9",
                   .arguments = {},
                   .directory = "/",
                   .descriptors = {{program.get(), 9}}});
  const auto status = session.wait(10s);
  ASSERT_TRUE(status);
  EXPECT_TRUE(WIFSIGNALED(*status));
  EXPECT_EQ(WTERMSIG(*status), SIGSYS);
}

// They write a file of the guest all the time; of the host's, once they are let go.
TEST_F(GuestTest, ItsProcessesDoNothingToTheHostOnceItsKernelIsKilled) {
  const auto guest = ready(spec("vHost1"));
  const std::filesystem::path file = base_ / "escaped";
  const auto command =
      guest->exec({{"sh", "-c",
                    "mkdir -p '" + base_.string() + "'; echo ready; while :; do echo x > '" +
                        file.string() + "'; done"},
                   {},
                   {},
                   std::nullopt});
  ASSERT_EQ(command->next(10s)->bytes, "ready\n");
  const pid_t session = guest->session_id();
  ASSERT_GT(processes_of_session(session).size(), 3U);
  ::kill(session, SIGKILL);
  EXPECT_TRUE(becomes([&] {
    std::size_t alive = 0;
    for (const Process& process : processes_of_session(session)) {
      alive += process.state == 'Z' ? 0U : 1U;
    }
    return alive == 0;
  }));
  EXPECT_FALSE(std::filesystem::exists(file));
}

}  // namespace
}  // namespace violin::uml
