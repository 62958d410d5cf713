#include "datapath/uml/guest_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include <thread>

#include "datapath/uml/guest.h"
#include "tests/datapath/uml/guest_fixture.h"

namespace violin::uml {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

// Of busybox, which boots fastest and whose shell has all that is needed here.
class RunningCommands : public GuestTest {
 protected:
  void SetUp() override {
    GuestTest::SetUp();
    if (IsSkipped()) {
      return;
    }
    if (::access("/bin/busybox", X_OK) != 0) {
      GTEST_SKIP() << "there is no busybox: apt-get install busybox-static";
    }
    GuestSpec busybox = spec("vHost1");
    busybox.root = BusyboxRoot{};
    guest_ = ready(busybox);
  }
  std::unique_ptr<GuestCommand> shell(const std::string& script,
                                      std::optional<WindowSize> terminal = std::nullopt) {
    return guest_->exec({{"sh", "-c", script}, {}, {}, terminal});
  }
  GuestOutcome run(const std::string& script) { return guest_->run({"sh", "-c", script}); }
  // Until the number of processes that are called so is what it should be, or much time has passed.
  int processes(const std::string& name, int wanted) {
    int found = -1;
    for (int i = 0; i < 100 && found != wanted; ++i) {
      found = std::stoi(run("pidof " + name + " | wc -w").output);
    }
    return found;
  }

  std::unique_ptr<Guest> guest_;
};

std::string everything(GuestCommand& command) {
  std::string all;
  while (auto piece = command.next(10s)) {
    all += piece->bytes;
  }
  return all;
}

// Bytes of every value in an order that no line discipline would leave alone.
std::string many_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 1;
  for (char& byte : bytes) {
    state = state * 1664525U + 1013904223U;  // Numerical Recipes' generator
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

TEST_F(RunningCommands, ExitCodeAndBothOutputsAreTheCommands) {
  const GuestOutcome outcome = run("echo out; echo err >&2; exit 7");
  EXPECT_EQ(outcome.status, (ExitStatus{false, 7}));
  EXPECT_EQ(outcome.output, "out\n");
  EXPECT_EQ(outcome.error, "err\n");
}

TEST_F(RunningCommands, ASignalThatEndsItIsTold) {
  const GuestOutcome outcome = run("kill -TERM $$");
  EXPECT_EQ(outcome.status, (ExitStatus{true, SIGTERM}));
  EXPECT_EQ(outcome.status.code(), 128 + SIGTERM);
}

// As shells tell it (POSIX, Shell Command Language 2.8.2).
TEST_F(RunningCommands, WhatCannotBeRunEndsWith127Or126) {
  const GuestOutcome missing = guest_->run({"no-such-program"});
  EXPECT_EQ(missing.status.code(), 127);
  EXPECT_THAT(missing.error, HasSubstr("no-such-program"));
  EXPECT_EQ(guest_->run({"/etc/passwd"}).status.code(), 126);
}

TEST_F(RunningCommands, HasTheEnvironmentAndDirectoryItIsGiven) {
  const auto command =
      guest_->exec({{"sh", "-c", "echo $COLOUR; pwd"}, {"COLOUR=a b"}, "/usr/bin", std::nullopt});
  EXPECT_EQ(everything(*command), "a b\n/usr/bin\n");
}

TEST_F(RunningCommands, InputAndOutputOfAnyBytesAndSizeAreIntact) {
  const std::string bytes = many_bytes(400'000);
  const GuestOutcome outcome = guest_->run({"cat"}, bytes);
  EXPECT_TRUE(outcome.output == bytes) << outcome.output.size() << " bytes";
}

TEST_F(RunningCommands, InputThatNobodyReadsBlocksNobody) {
  const GuestOutcome outcome = guest_->run({"true"}, std::string(2'000'000, 'x'));
  EXPECT_EQ(outcome.status.code(), 0);
}

TEST_F(RunningCommands, OneWhoseOutputNobodyTakesDoesNotStopOthers) {
  const auto unread = shell("head -c 2000000 /dev/zero");
  EXPECT_EQ(run("echo hello").output, "hello\n");
  // And it is not lost.
  EXPECT_EQ(everything(*unread), std::string(2'000'000, '\0'));
  EXPECT_EQ(unread->status().code(), 0);
}

TEST_F(RunningCommands, ManyRunAtOnce) {
  std::vector<std::unique_ptr<GuestCommand>> commands;
  for (int i = 0; i < 10; ++i) {
    commands.push_back(shell("read line; echo $line; exit " + std::to_string(i)));
  }
  for (int i = 9; i >= 0; --i) {
    GuestCommand& command = *commands[static_cast<std::size_t>(i)];
    command.write("line " + std::to_string(i) + "\n");
    EXPECT_EQ(everything(command), "line " + std::to_string(i) + "\n");
    EXPECT_EQ(command.status().code(), i);
  }
}

TEST_F(RunningCommands, IsKilledWithItsChildrenWhenItsUserGoes) {
  auto command = shell("sleep 1001 & sleep 1002; wait");
  EXPECT_EQ(processes("sleep", 2), 2);
  command.reset();
  EXPECT_EQ(processes("sleep", 0), 0);
}

TEST_F(RunningCommands, ADaemonThatItLeavesDoesNotKeepIt) {
  const GuestOutcome outcome = run("setsid sleep 1003 & echo started");
  EXPECT_EQ(outcome.output, "started\n");
  EXPECT_EQ(processes("sleep", 1), 1);
}

TEST_F(RunningCommands, TakesTooLongAndIsKilled) {
  EXPECT_THROW(guest_->run({"sleep", "1004"}, {}, 200ms), GuestError);
  EXPECT_EQ(processes("sleep", 0), 0);
}

TEST_F(RunningCommands, SignalsReachIt) {
  const auto command = shell(
      "trap 'echo interrupted; exit 3' INT; echo ready; "
      "while :; do sleep 0.1; done");
  EXPECT_EQ(command->next(10s)->bytes, "ready\n");
  command->signal(SIGINT);
  EXPECT_EQ(everything(*command), "interrupted\n");
  EXPECT_EQ(command->status().code(), 3);
}

TEST_F(RunningCommands, ItsDescriptorTellsWhenThereIsSomething) {
  const auto command = shell("read go; echo went");
  pollfd polled{command->descriptor(), POLLIN, 0};
  EXPECT_EQ(command->try_next(), std::nullopt);
  EXPECT_FALSE(command->ended());
  EXPECT_EQ(::poll(&polled, 1, 100), 0);
  command->write("\n");
  std::string all;
  while (!command->ended()) {
    ASSERT_EQ(::poll(&polled, 1, 10'000), 1);
    while (const auto piece = command->try_next()) {
      all += piece->bytes;
    }
  }
  EXPECT_EQ(all, "went\n");
  EXPECT_EQ(command->status().code(), 0);
}

TEST_F(RunningCommands, ATerminalHasTheSizeItIsGiven) {
  const auto command = shell("tty; stty size; read go; stty size", WindowSize{30, 100});
  std::string all;
  while (all.find("30 100") == std::string::npos) {
    all += command->next(10s)->bytes;
  }
  EXPECT_THAT(all, HasSubstr("/dev/pts/"));
  command->resize({40, 120});
  command->write("\n");
  EXPECT_THAT(everything(*command), HasSubstr("40 120"));
}

TEST_F(RunningCommands, ATerminalsInterruptCharacterInterrupts) {
  const auto command = shell("echo ready; sleep 1005", WindowSize{});
  EXPECT_THAT(command->next(10s)->bytes, HasSubstr("ready"));
  command->write("\x03");
  everything(*command);
  EXPECT_EQ(command->status().code(), 128 + SIGINT);
}

TEST_F(RunningCommands, ATerminalsInputEndsItsShell) {
  const auto command = guest_->exec({{"sh"}, {}, {}, WindowSize{}});
  command->write("echo $((6 * 7))\n");
  std::string all;
  // Its next prompt: before it, the terminal is not yet as the shell wants it for reading.
  while (all.find("42") == std::string::npos ||
         all.find("# ", all.find("42")) == std::string::npos) {
    all += command->next(10s)->bytes;
  }
  command->end_input();
  everything(*command);
  EXPECT_EQ(command->status().code(), 0);
}

TEST_F(RunningCommands, OfAStoppedGuestHaveNoEnd) {
  const auto command = shell("sleep 1006");
  guest_->stop();
  EXPECT_THROW(everything(*command), GuestError);
  EXPECT_THROW(guest_->run({"true"}), GuestError);
}

TEST_F(RunningCommands, FilesCanBeReadWithoutOne) {
  run("echo content > /etc/note; head -c 100000 /dev/zero > /etc/large");
  EXPECT_EQ(guest_->read_file("/etc/note"), "content\n");
  EXPECT_EQ(guest_->read_file("/etc/large").size(), 65536U);
  EXPECT_THAT(guest_->read_file("/proc/version"), ::testing::StartsWith("Linux version"));
  EXPECT_THROW(guest_->read_file("/etc/nothing"), GuestError);
  EXPECT_THROW(guest_->read_file("/etc"), GuestError);
}

TEST_F(RunningCommands, FailedSetUpsSayWhatFailed) {
  try {
    guest_->set_up("route\t10.9.0.0/16\t10.1.2.3\n");
    FAIL() << "there is no way to that gateway";
  } catch (const GuestError& error) {
    EXPECT_THAT(error.what(), HasSubstr("route 10.9.0.0/16 via 10.1.2.3: Network is unreachable"));
  }
  guest_->set_up("sysctl\tnet.ipv4.ip_default_ttl\t33\n");
  EXPECT_EQ(run("cat /proc/sys/net/ipv4/ip_default_ttl").output, "33\n");
}

}  // namespace
}  // namespace violin::uml
