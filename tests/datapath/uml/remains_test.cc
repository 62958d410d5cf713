#include "datapath/uml/remains.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <array>
#include <cstdio>
#include <fstream>

#include "datapath/uml/process_table.h"
#include "tests/datapath/uml/guest_fixture.h"

namespace violin::uml {
namespace {

namespace fs = std::filesystem;

class RemainsTest : public GuestTest {
 protected:
  // Runs a guest's owner and kills it once it has said `word`.
  void kill_owner_after(const std::string& word) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
      throw_errno("pipe");
    }
    const FileDescriptor read_end(pipe[0]);
    FileDescriptor write_end(pipe[1]);
    Session owner({.program = VIOLIN_GUEST_OWNER,
                   .arguments = {directory("vHost1").string()},
                   .directory = "/",
                   .descriptors = {{write_end.get(), 1}}});
    write_end.reset();
    std::string said;
    std::array<char, 64> text{};
    while (said.find(word) == std::string::npos) {
      const ssize_t size = ::read(read_end.get(), text.data(), text.size());
      if (size <= 0) {
        throw std::runtime_error("the owner ended");
      }
      said.append(text.data(), static_cast<std::size_t>(size));
    }
    owner.kill();
  }
  std::size_t processes_in(const fs::path& path) {
    std::size_t count = 0;
    for (const Process& process : all_processes()) {
      std::error_code ignored;
      if (fs::read_symlink("/proc/" + std::to_string(process.pid) + "/cwd", ignored) == path) {
        ++count;
      }
    }
    return count;
  }
};

TEST_F(RemainsTest, OfAKilledOwnerAreRemoved) {
  for (const char* word : {"started", "ready"}) {
    kill_owner_after(word);
    const Remains remains = remove_guest_remains(directory("vHost1"));
    EXPECT_TRUE(remains.directory);
    EXPECT_EQ(processes_in(directory("vHost1")), 0U);
    EXPECT_FALSE(fs::exists(directory("vHost1")));
  }
}

// Nobody can reach it any more.
TEST_F(RemainsTest, AGuestWhoseOwnerWasKilledSwitchesItselfOff) {
  kill_owner_after("ready");
  for (int i = 0; i < 1000 && processes_in(directory("vHost1")) > 0; ++i) {
    ::poll(nullptr, 0, 10);
  }
  EXPECT_EQ(processes_in(directory("vHost1")), 0U);
}

TEST_F(RemainsTest, NothingElseIsTouched) {
  const auto other = ready(spec("vHost2"));
  // Looks at the dead guest's token, as anybody may.
  fs::create_directories(directory("vHost1"));
  const FileDescriptor token = make_token(directory("vHost1"), GuestSpec{}.kernel);
  std::ofstream(directory("vHost1") / "notes.txt") << "mine";
  std::ofstream(directory("vHost1") / "nic1x") << "mine";
  std::ofstream(directory("vHost1") / kConsoleFile) << "the guest's";
  const Remains remains = remove_guest_remains(directory("vHost1"));
  EXPECT_EQ(remains.processes, 0U);
  EXPECT_TRUE(fs::exists(directory("vHost1") / "notes.txt"));
  EXPECT_TRUE(fs::exists(directory("vHost1") / "nic1x"));
  EXPECT_FALSE(fs::exists(directory("vHost1") / kConsoleFile));
  EXPECT_EQ(other->run({"echo", "alive"}).output, "alive\n");
}

TEST_F(RemainsTest, ADirectoryOfNoGuestIsLeftAlone) {
  fs::create_directories(directory("vHost1") / "uml");
  std::ofstream(directory("vHost1") / kConsoleFile) << "somebody's";
  EXPECT_FALSE(remove_guest_remains(directory("vHost1")).directory);
  EXPECT_TRUE(fs::exists(directory("vHost1") / kConsoleFile));
  EXPECT_FALSE(remove_guest_remains(directory("nowhere")).directory);
}

}  // namespace
}  // namespace violin::uml
