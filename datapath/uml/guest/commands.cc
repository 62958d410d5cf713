#include "datapath/uml/guest/commands.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "datapath/uml/guest/failure.h"

namespace violin::uml {

namespace {

void shut(int& fd) {
  if (fd >= 0) {
    close(fd);
    fd = -1;
  }
}

struct Pipe {
  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
      fail("cannot make a pipe");
    }
  }
  std::array<int, 2> ends{};  // to read, to write
};

int keep(int fd) {
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  return fd;
}

winsize to_winsize(WindowSize size) {
  winsize window{};
  window.ws_row = size.rows;
  window.ws_col = size.columns;
  return window;
}

int open_terminal(WindowSize size) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0 || unlockpt(master) != 0) {
    fail("cannot open a terminal");
  }
  const winsize window = to_winsize(size);
  ioctl(master, TIOCSWINSZ, &window);
  return master;
}

[[noreturn]] void run(const ExecRequest& request) {
  sigset_t none{};
  sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  for (const std::string& variable : request.environment) {
    const auto equals = variable.find('=');
    setenv(variable.substr(0, equals).c_str(),
           equals == std::string::npos ? "" : variable.c_str() + equals + 1, 1);
  }
  if (request.directory.empty()) {
    static_cast<void>(chdir("/root") == 0 || chdir("/") == 0);
  } else if (chdir(request.directory.c_str()) != 0) {
    dprintf(STDERR_FILENO, "cannot enter '%s': %s\n", request.directory.c_str(),
            std::strerror(errno));
    _exit(126);
  }
  std::vector<char*> argv;
  for (const std::string& word : request.argv) {
    argv.push_back(const_cast<char*>(word.c_str()));
  }
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  const int error = errno;
  dprintf(STDERR_FILENO, "cannot run '%s': %s\n", argv[0], std::strerror(error));
  _exit(error == ENOENT ? 127 : 126);
}

void use(int fd, int as) {
  if (dup2(fd, as) < 0) {
    _exit(126);
  }
}

}  // namespace

void Commands::start(std::uint32_t id, const ExecRequest& request) {
  Command command;
  std::array<int, 3> theirs{};
  std::string terminal;
  if (request.terminal) {
    const int master = open_terminal(*request.terminal);
    std::array<char, 64> name{};
    ptsname_r(master, name.data(), name.size());
    theirs.fill(open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    command.terminal = true;
    command.input = keep(master);
    command.output = {fcntl(master, F_DUPFD_CLOEXEC, 0), MessageKind::kOutput};
  } else {
    const Pipe input;
    const Pipe output;
    const Pipe error;
    theirs = {input.ends[0], output.ends[1], error.ends[1]};
    command.input = keep(input.ends[1]);
    command.output = {keep(output.ends[0]), MessageKind::kOutput};
    command.error = {keep(error.ends[0]), MessageKind::kError};
  }
  command.pid = fork();
  if (command.pid == 0) {
    setsid();
    if (request.terminal) {
      ioctl(theirs[0], TIOCSCTTY, 0);
    }
    for (int i = 0; i < 3; ++i) {
      use(theirs[static_cast<std::size_t>(i)], i);
    }
    run(request);
  }
  for (int& fd : theirs) {
    if (&fd == theirs.data() || fd != theirs[0]) {
      close(fd);
    }
  }
  if (command.pid < 0) {
    line_.send({MessageKind::kError, id,
                std::string("cannot start a process: ") + std::strerror(errno) + "\n"});
    command.status = ExitStatus{false, 126};
  }
  commands_.emplace(id, std::move(command));
}

Commands::Command* Commands::find(std::uint32_t id) {
  const auto found = commands_.find(id);
  return found == commands_.end() ? nullptr : &found->second;
}

void Commands::input(std::uint32_t id, const std::string& bytes) {
  if (Command* command = find(id)) {
    command->pending += bytes;
    move_input(id, *command);
  }
}

void Commands::end_input(std::uint32_t id) {
  if (Command* command = find(id)) {
    command->input_ends = true;
    if (command->terminal) {
      command->pending += '\x04';
    }
    move_input(id, *command);
  }
}

void Commands::signal(std::uint32_t id, int number) {
  Command* command = find(id);
  if (command != nullptr && !command->status && kill(-command->pid, number) != 0) {
    kill(command->pid, number);  // it has no session yet
  }
}

void Commands::resize(std::uint32_t id, WindowSize size) {
  Command* command = find(id);
  if (command != nullptr && command->terminal) {
    const winsize window = to_winsize(size);
    ioctl(command->output.fd, TIOCSWINSZ, &window);
  }
}

void Commands::credit(std::uint32_t id, std::size_t bytes) {
  if (Command* command = find(id)) {
    command->credit += bytes;
  }
}

void Commands::reap() {
  int status = 0;
  pid_t ended = 0;
  while ((ended = waitpid(-1, &status, WNOHANG)) > 0) {
    for (auto& [id, command] : commands_) {
      if (command.pid == ended) {
        command.status = WIFSIGNALED(status) ? ExitStatus{true, WTERMSIG(status)}
                                             : ExitStatus{false, WEXITSTATUS(status)};
      }
    }
  }
}

void Commands::add_to(std::vector<pollfd>& polled) const {
  for (const auto& [id, command] : commands_) {
    if (!command.pending.empty() && command.input >= 0) {
      polled.push_back({command.input, POLLOUT, 0});
    }
    for (const Output* output : {&command.output, &command.error}) {
      if (output->fd >= 0 && command.credit > 0) {
        polled.push_back({output->fd, POLLIN, 0});
      }
    }
  }
}

void Commands::move() {
  for (auto next = commands_.begin(); next != commands_.end();) {
    auto& [id, command] = *next;
    move_input(id, command);
    move_output(id, command, command.output);
    move_output(id, command, command.error);
    if (command.status && command.output.fd < 0 && command.error.fd < 0) {
      shut(command.input);
      line_.send({MessageKind::kExited, id, encode(*command.status)});
      next = commands_.erase(next);
    } else {
      ++next;
    }
  }
}

// What it does not want to read counts as read.
void Commands::move_input(std::uint32_t id, Command& command) {
  std::size_t taken = 0;
  while (taken < command.pending.size()) {
    const ssize_t written = command.input < 0 ? -1
                                              : write(command.input, command.pending.data() + taken,
                                                      command.pending.size() - taken);
    if (written < 0 && command.input >= 0 && errno == EAGAIN) {
      break;
    }
    taken = written < 0 ? command.pending.size() : taken + static_cast<std::size_t>(written);
  }
  if (taken > 0) {
    command.pending.erase(0, taken);
    line_.send({MessageKind::kCredit, id, std::to_string(taken)});
  }
  if (command.input_ends && command.pending.empty() && !command.terminal) {
    shut(command.input);
  }
}

void Commands::move_output(std::uint32_t id, Command& command, Output& output) {
  std::string bytes(kChunk, '\0');
  while (output.fd >= 0 && command.credit > 0) {
    const ssize_t received = read(output.fd, bytes.data(), std::min(bytes.size(), command.credit));
    if (received > 0) {
      command.credit -= static_cast<std::size_t>(received);
      line_.send({output.kind, id, bytes.substr(0, static_cast<std::size_t>(received))});
      continue;
    }
    if (received < 0 && errno == EAGAIN && !command.status) {
      return;
    }
    if (received < 0 && errno == EINTR) {
      continue;
    }
    // The end; or all there is of a command that has ended.
    shut(output.fd);
  }
}

}  // namespace violin::uml
