#include "datapath/uml/guest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include <fstream>
#include <functional>
#include <iterator>

#include "datapath/uml/process_table.h"
#include "tests/datapath/uml/guest_fixture.h"

namespace violin::uml {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

bool becomes_readable(int fd) {
  pollfd polled{fd, POLLIN, 0};
  return ::poll(&polled, 1, 10'000) == 1;
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST_F(GuestTest, SeesTheHostsFilesAndWritesToItsOwnMemory) {
  const std::filesystem::path file = base_ / "written";
  const auto guest = ready(spec("vHost1"));
  EXPECT_EQ(guest->run({"hostname"}).output, "vHost1\n");
  EXPECT_EQ(guest->run({"cat", "/etc/debian_version"}).output, [] {
    std::ifstream version("/etc/debian_version");
    return std::string(std::istreambuf_iterator<char>(version), {});
  }());
  const std::string write = "mkdir -p '" + base_.string() + "' && echo here > '" + file.string() +
                            "' && cat '" + file.string() + "'";
  EXPECT_EQ(guest->run({"sh", "-c", write}).output, "here\n");
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(GuestTest, TellsBootTimeAndMemory) {
  const auto guest = started(spec("vHost1"));
  EXPECT_EQ(guest->boot_time(), std::nullopt);
  guest->wait_until_ready();
  ASSERT_TRUE(guest->boot_time());
  EXPECT_GT(*guest->boot_time(), 0s);
  // More than the kernel's own text, less than what it was given and that.
  EXPECT_GT(guest->memory(), Bytes{5 << 20});
  EXPECT_LT(guest->memory(), Bytes{80 << 20});
}

TEST_F(GuestTest, StandsStillWhilePaused) {
  const auto guest = ready(spec("vHost1"));
  guest->pause();
  EXPECT_EQ(guest->state(), GuestState::kPaused);
  const auto command = guest->exec({{"echo", "hello"}, {}, {}, std::nullopt});
  EXPECT_THROW(command->next(300ms), GuestError);
  guest->resume();
  EXPECT_EQ(command->next(10s)->bytes, "hello\n");
}

TEST_F(GuestTest, AGuestThatIsKilledIsNoticedAndCanBeRestarted) {
  const auto guest = ready(spec("vHost1"));
  const pid_t first = guest->session_id();
  const auto command = guest->exec({{"sleep", "1000"}, {}, {}, std::nullopt});
  ::kill(first, SIGKILL);
  ASSERT_TRUE(becomes_readable(guest->exit_descriptor()));
  EXPECT_EQ(guest->state(), GuestState::kDied);
  EXPECT_THAT(guest->how_it_died(), HasSubstr("killed by signal 9"));
  EXPECT_THROW(while (command->next(10s)){}, GuestError);
  guest->kill();
  EXPECT_THAT(processes_of_session(first), ::testing::IsEmpty());
  guest->start();
  guest->wait_until_ready();
  EXPECT_EQ(guest->run({"echo", "again"}).output, "again\n");
}

TEST_F(GuestTest, LeavesNoProcessAndNoFile) {
  auto guest = ready(spec("vHost1"));
  const pid_t session = guest->session_id();
  EXPECT_FALSE(processes_of_session(session).empty());
  EXPECT_TRUE(std::filesystem::exists(directory("vHost1")));
  // So that there are traced processes to be ended with it.
  const auto command = guest->exec({{"sleep", "1000"}, {}, {}, std::nullopt});
  guest->remove();
  EXPECT_THAT(processes_of_session(session), ::testing::IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(directory("vHost1")));
  EXPECT_EQ(guest->state(), GuestState::kStopped);
}

TEST_F(GuestTest, StopsInOrder) {
  const auto guest = ready(spec("vHost1"));
  const std::filesystem::path shared = base_ / "shared";
  std::filesystem::create_directories(shared);
  guest->set_up("share\t" + shared.string() + "\t/mnt/shared\trw\n");
  // Ends in order only if it is asked to, not if it is killed.
  const auto command = guest->exec({{"sh", "-c",
                                     "trap 'echo asked > /mnt/shared/end; exit' TERM; echo ready; "
                                     "while :; do sleep 0.1; done"},
                                    {},
                                    {},
                                    std::nullopt});
  EXPECT_EQ(command->next(10s)->bytes, "ready\n");
  guest->stop();
  std::ifstream end(shared / "end");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(end), {}), "asked\n");
}

TEST_F(GuestTest, OneThatRebootsOrCrashesHasEnded) {
  const auto guest = ready(spec("vHost1"));
  for (const char* key : {"b", "c"}) {
    const std::string request = std::string("echo ") + key + " > /proc/sysrq-trigger";
    const auto command = guest->exec({{"sh", "-c", request}, {}, {}, std::nullopt});
    ASSERT_TRUE(becomes_readable(guest->exit_descriptor())) << key;
    EXPECT_EQ(guest->state(), GuestState::kDied);
    guest->start();
    guest->wait_until_ready();
  }
}

TEST_F(GuestTest, ADirectoryIsOneGuestsAtATime) {
  const auto guest = ready(spec("vHost1"));
  Guest second(host_, spec("vHost2"), directory("vHost1"));
  EXPECT_THAT(message_of([&] { second.start(); }), HasSubstr("another guest has the directory"));
  second.remove();
  EXPECT_EQ(guest->run({"echo", "alive"}).output, "alive\n");
  guest->stop();
  second.start();
  second.wait_until_ready();
}

TEST_F(GuestTest, AMissingKernelNamesThePackage) {
  GuestSpec missing = spec("vHost1");
  missing.kernel = "/nowhere/linux";
  const std::string message = message_of([&] { started(missing); });
  EXPECT_THAT(message, HasSubstr("/nowhere/linux"));
  EXPECT_THAT(message, HasSubstr("No such file or directory"));
  EXPECT_THAT(message, HasSubstr("apt-get install user-mode-linux"));
}

TEST_F(GuestTest, AKernelThatEndsSaysHow) {
  GuestSpec wrong = spec("vHost1");
  wrong.kernel = "/bin/false";
  const std::string message = message_of([&] { ready(wrong); });
  EXPECT_THAT(message, HasSubstr("guest vHost1"));
  EXPECT_THAT(message, HasSubstr("exited with status 1"));
}

TEST_F(GuestTest, AnUnreadyGuestIsToldWithItsConsole) {
  const auto guest = started(spec("vHost1"));
  EXPECT_THAT(message_of([&] { guest->wait_until_ready(1ms); }),
              HasSubstr("is not ready after 1ms"));
  guest->wait_until_ready();
}

TEST_F(GuestTest, ManyBootAtOnce) {
  std::vector<std::unique_ptr<Guest>> guests;
  for (int i = 1; i <= 6; ++i) {
    guests.push_back(started(spec("vHost" + std::to_string(i))));
  }
  for (const auto& guest : guests) {
    guest->wait_until_ready();
    EXPECT_EQ(guest->run({"hostname"}).output, guest->spec().name + "\n");
  }
}

}  // namespace
}  // namespace violin::uml
