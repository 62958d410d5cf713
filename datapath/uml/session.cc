#include "datapath/uml/session.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <chrono>
#include <cstring>
#include <stdexcept>

#include "datapath/uml/process_table.h"

namespace violin::uml {

namespace {

// posix_spawn's two bundles, released with it.
struct SpawnActions {
  SpawnActions() { ::posix_spawn_file_actions_init(&value); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions() { ::posix_spawn_file_actions_destroy(&value); }
  posix_spawn_file_actions_t value{};
};

struct SpawnAttributes {
  SpawnAttributes() {
    ::posix_spawnattr_init(&value);
    sigset_t signals{};
    sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&value, &signals);
    sigfillset(&signals);
    ::posix_spawnattr_setsigdefault(&value, &signals);
    ::posix_spawnattr_setflags(&value,
                               POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  ~SpawnAttributes() { ::posix_spawnattr_destroy(&value); }
  posix_spawnattr_t value{};
};

// Out of the way of the numbers that the guest is to find.
FileDescriptor moved_up(int fd) {
  constexpr int kAbove = 100;
  FileDescriptor moved(::fcntl(fd, F_DUPFD_CLOEXEC, kAbove));
  if (!moved) {
    throw_errno("cannot pass descriptors to a guest");
  }
  return moved;
}

pid_t spawn(const Launch& launch) {
  SpawnActions actions;
  ::posix_spawn_file_actions_addopen(&actions.value, 0, "/dev/null", O_RDONLY, 0);
  std::vector<FileDescriptor> passed;
  for (const auto& [ours, theirs] : launch.descriptors) {
    passed.push_back(moved_up(ours));
    ::posix_spawn_file_actions_adddup2(&actions.value, passed.back().get(), theirs);
  }
  ::posix_spawn_file_actions_addchdir_np(&actions.value, launch.directory.c_str());
  const std::string name = launch.program.string();
  std::vector<char*> argv{const_cast<char*>(name.c_str())};
  for (const std::string& argument : launch.arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  std::string path = "PATH=/usr/local/bin:/usr/bin:/bin";
  std::string home = "HOME=/";
  std::array<char*, 3> environment{path.data(), home.data(), nullptr};
  const SpawnAttributes attributes;
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, name.c_str(), &actions.value, &attributes.value,
                                  argv.data(), environment.data());
  if (error != 0) {
    throw std::system_error(error, std::generic_category(), "cannot run " + name);
  }
  return pid;
}

// Of an ended child that stays unreaped, as waitpid(2) would tell it.
std::optional<int> peek_status(pid_t pid) {
  siginfo_t ended{};
  if (::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT) != 0 ||
      ended.si_pid != pid) {
    return std::nullopt;
  }
  return ended.si_code == CLD_EXITED ? W_EXITCODE(ended.si_status, 0)
                                     : W_EXITCODE(0, ended.si_status);
}

}  // namespace

Session::Session(const Launch& launch)
    : id_(spawn(launch)), pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, id_, 0))) {
  if (!pidfd_) {
    const int error = errno;
    kill();
    throw std::system_error(error, std::generic_category(), "cannot watch a guest's process");
  }
}

Session::~Session() {
  try {
    kill();
  } catch (const std::runtime_error&) {
    // Who must know has called kill().
  }
}

// Leaves it unreaped, so that its number stays its own until kill().
std::optional<int> Session::wait(Duration patience) {
  if (!status_) {
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(patience).count();
    pollfd polled{pidfd_.get(), POLLIN, 0};
    if (::poll(&polled, 1, static_cast<int>(milliseconds)) > 0) {
      status_ = peek_status(id_);
    }
  }
  return status_;
}

// One signal reaches all of the group, and none of it can fork then; what remains is to reap them,
// as they become children of this process.
void Session::kill() {
  if (gone_) {
    return;
  }
  ::kill(-id_, SIGKILL);
  if (!status_) {
    siginfo_t ended{};
    ::waitid(P_PID, static_cast<id_t>(id_), &ended, WEXITED | WNOWAIT);
    status_ = peek_status(id_);
  }
  for (int milliseconds = 0; milliseconds < 10'000; ++milliseconds) {
    while (::waitpid(-id_, nullptr, WNOHANG) > 0) {
    }
    if (::kill(-id_, 0) != 0) {
      gone_ = true;
      return;
    }
    ::poll(nullptr, 0, 1);
  }
  throw std::runtime_error("processes of session " + std::to_string(id_) + " cannot be ended");
}

Bytes Session::memory() const {
  Bytes sum = proportional_set_size(id_);
  for (const Process& process : children_of(id_)) {
    // Its helpers, which are not traced, have the same memory: it would be counted again.
    if (process.state == 't' || process.state == 'T') {
      sum += proportional_set_size(process.pid);
    }
  }
  return sum;
}

std::string describe_wait_status(int status) {
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    return "was killed by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
  }
  return "exited with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace violin::uml
