#include "datapath/uml/run_program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "datapath/reactor/file_descriptor.h"
#include "datapath/uml/session.h"

namespace violin::uml {

namespace {

constexpr std::size_t kLinesInErrors = 5;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

pid_t spawn(const std::string& program, const std::vector<std::string>& argv, int output) {
  posix_spawn_file_actions_t actions{};
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output, 1);
  ::posix_spawn_file_actions_adddup2(&actions, output, 2);
  std::vector<char*> words;
  for (const std::string& word : argv) {
    words.push_back(const_cast<char*>(word.c_str()));
  }
  words.push_back(nullptr);
  pid_t pid = 0;
  const int error =
      ::posix_spawn(&pid, program.c_str(), &actions, nullptr, words.data(), ::environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    throw std::system_error(error, std::generic_category(), "cannot run " + program);
  }
  return pid;
}

// Reads to the end of the output; the last lines.
std::string last_lines(int output, const OnLine& on_line) {
  const std::unique_ptr<std::FILE, CloseFile> file(::fdopen(output, "r"));
  std::deque<std::string> last;
  char* line = nullptr;
  std::size_t room = 0;
  for (ssize_t size = 0; (size = ::getline(&line, &room, file.get())) > 0;) {
    const std::string_view text(line, static_cast<std::size_t>(size));
    if (on_line) {
      on_line(text.substr(0, text.find_last_not_of('\n') + 1));
    }
    last.emplace_back(text);
    if (last.size() > kLinesInErrors) {
      last.pop_front();
    }
  }
  std::free(line);
  std::string joined;
  for (const std::string& each : last) {
    joined += "\n  " + each.substr(0, each.find_last_not_of('\n') + 1);
  }
  return joined;
}

}  // namespace

std::string find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  // A user's PATH leaves out where some of what users can run is.
  std::istringstream directories(std::string(path != nullptr ? path : "/usr/bin:/bin") +
                                 ":/usr/sbin:/sbin");
  for (std::string directory; std::getline(directories, directory, ':');) {
    const std::filesystem::path candidate = std::filesystem::path(directory) / name;
    if (::access(candidate.c_str(), X_OK) == 0) {
      return candidate;
    }
  }
  return {};
}

void run_program(const std::vector<std::string>& argv, const std::string& package,
                 const OnLine& on_line) {
  const std::string program = find_program(argv.front());
  if (program.empty()) {
    throw std::runtime_error("there is no " + argv.front() + ": apt-get install " + package);
  }
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
    throw_errno("cannot make a pipe");
  }
  FileDescriptor output(pipe[0]);
  FileDescriptor theirs(pipe[1]);
  const pid_t pid = spawn(program, argv, theirs.get());
  theirs.reset();
  const std::string last = last_lines(output.release(), on_line);
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (status != 0) {
    throw std::runtime_error(argv.front() + " " + describe_wait_status(status) + ":" + last);
  }
}

}  // namespace violin::uml
