#include "datapath/uml/session.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "datapath/uml/process_table.h"
#include "datapath/uml/syscall_guard.h"

namespace violin::uml {

namespace {

// Out of the way of the numbers that the guest is to find.
FileDescriptor moved_up(int fd) {
  constexpr int kAbove = 100;
  FileDescriptor moved(::fcntl(fd, F_DUPFD_CLOEXEC, kAbove));
  if (!moved) {
    throw_errno("cannot pass descriptors to a guest");
  }
  return moved;
}

using Passed = std::vector<std::pair<FileDescriptor, int>>;

// Everything after fork(2) is async-signal-safe: other threads' locks may be held for ever.
struct Child {
  const char* directory;
  const Passed& passed;
  char* const* argv;
  char* const* environment;

  // Returns only on failure: errno.
  int run() const {
    ::setsid();
    for (int signal = 1; signal < NSIG; ++signal) {
      ::signal(signal, SIG_DFL);
    }
    sigset_t none{};
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    const int null = ::open("/dev/null", O_RDONLY);
    if (null < 0 || ::dup2(null, 0) < 0 || ::chdir(directory) != 0) {
      return errno;
    }
    for (const auto& [ours, theirs] : passed) {
      if (::dup2(ours.get(), theirs) < 0) {
        return errno;
      }
    }
    if (const int error = guard_system_calls()) {
      return error;
    }
    ::execve(argv[0], argv, environment);
    return errno;
  }
};

// The errno of what failed in the child; 0 once it runs the program.
int failure_of(int report) {
  int error = 0;
  while (::read(report, &error, sizeof error) < 0 && errno == EINTR) {
  }
  return error;
}

pid_t spawn(const Launch& launch) {
  Passed passed;
  for (const auto& [ours, theirs] : launch.descriptors) {
    passed.emplace_back(moved_up(ours), theirs);
  }
  const std::string name = launch.program.string();
  std::vector<char*> argv{const_cast<char*>(name.c_str())};
  for (const std::string& argument : launch.arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  std::string path = "PATH=/usr/local/bin:/usr/bin:/bin";
  std::string home = "HOME=/";
  const std::array<char*, 3> environment{path.data(), home.data(), nullptr};
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
    throw_errno("cannot make a pipe");
  }
  const FileDescriptor report(pipe[0]);
  FileDescriptor theirs = moved_up(pipe[1]);
  ::close(pipe[1]);
  const Child child{launch.directory.c_str(), passed, argv.data(), environment.data()};
  const pid_t pid = ::fork();
  if (pid == 0) {
    const int error = child.run();
    static_cast<void>(::write(theirs.get(), &error, sizeof error) > 0);
    ::_exit(127);
  }
  const int fork_error = errno;
  theirs.reset();
  const int error = pid < 0 ? fork_error : failure_of(report.get());
  if (error != 0) {
    ::waitpid(pid, nullptr, 0);
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

void Session::signal_all() const { ::kill(-id_, SIGKILL); }

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
