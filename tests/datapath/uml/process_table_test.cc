#include "datapath/uml/process_table.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "datapath/reactor/file_descriptor.h"
#include "datapath/uml/initramfs.h"

namespace violin::uml {
namespace {

// proc(5): pid, name in parentheses, state, parent, group, session, and more.
TEST(ProcessTable, ReadsALineOfStatWhateverTheNameHolds) {
  for (const char* name : {"bash", "a b", ") S 1 2 3", "(())", ""}) {
    const std::string line = "4711 (" + std::string(name) + ") t 12 34 56 34816 0 -1 4194560 12";
    const auto process = parse_process_stat(line);
    ASSERT_TRUE(process) << line;
    EXPECT_EQ(process->pid, 4711);
    EXPECT_EQ(process->state, 't');
    EXPECT_EQ(process->parent, 12);
    EXPECT_EQ(process->group, 34);
    EXPECT_EQ(process->session, 56);
  }
}

TEST(ProcessTable, OtherLinesAreNone) {
  for (const char* line : {"", "x", "12 bash S 1 2 3", "x (bash) S 1 2 3", "12 (bash) S 1 2"}) {
    EXPECT_FALSE(parse_process_stat(line)) << line;
  }
}

TEST(ProcessTable, KnowsThisProcess) {
  const auto processes = all_processes();
  const auto self = std::ranges::find(processes, ::getpid(), &Process::pid);
  ASSERT_NE(self, processes.end());
  EXPECT_EQ(self->parent, ::getppid());
  EXPECT_EQ(self->session, ::getsid(0));
  EXPECT_GT(proportional_set_size(::getpid()), Bytes{100'000});
  EXPECT_EQ(program_of(::getpid()), std::filesystem::canonical("/proc/self/exe"));
}

TEST(ProcessTable, KnowsAProcesssChildren) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  const auto children = children_of(::getpid());
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(std::ranges::count(children, child, &Process::pid), 1);
  EXPECT_EQ(std::ranges::count(children, ::getpid(), &Process::parent),
            static_cast<std::ptrdiff_t>(children.size()));
  const auto none_left = children_of(::getpid());
  EXPECT_EQ(std::ranges::count(none_left, child, &Process::pid), 0);
}

TEST(ProcessTable, KnowsWhatIsHeldOpen) {
  const FileDescriptor file = memory_file("process-table-test", "x");
  const std::filesystem::path path = "/proc/self/fd/" + std::to_string(file.get());
  EXPECT_TRUE(holds_open(::getpid(), path));
  EXPECT_FALSE(holds_open(::getpid(), "/proc/self/stat"));
  EXPECT_FALSE(holds_open(::getpid(), "/nowhere"));
}

}  // namespace
}  // namespace violin::uml
