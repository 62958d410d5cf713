#include "datapath/uml/remains.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include "datapath/uml/guest_spec.h"
#include "datapath/uml/process_table.h"

namespace violin::uml {

namespace {

namespace fs = std::filesystem;

// Of a program that was replaced meanwhile, /proc says so behind its name.
bool runs(pid_t pid, const std::string& kernel) {
  const std::string program = program_of(pid).string();
  return program == kernel || program == kernel + " (deleted)";
}

std::vector<Process> processes_of(const fs::path& token, const std::string& kernel) {
  std::vector<Process> found;
  for (const Process& process : all_processes()) {
    if (process.pid != ::getpid() && process.state != 'Z' && runs(process.pid, kernel) &&
        holds_open(process.pid, token)) {
      found.push_back(process);
    }
  }
  return found;
}

std::size_t end_processes(const fs::path& token, const std::string& kernel) {
  std::size_t ended = 0;
  for (int round = 0; round < 500; ++round) {
    const std::vector<Process> found = processes_of(token, kernel);
    if (found.empty()) {
      return ended;
    }
    ended = std::max(ended, found.size());
    for (const Process& process : found) {
      // All of the group at once: none may go on without the guest's kernel. Who is of a session
      // that such a process leads is of the guest.
      ::kill(process.group == process.session ? -process.group : process.pid, SIGKILL);
    }
    ::poll(nullptr, 0, 10);
  }
  throw std::runtime_error("processes of the guest in " + token.parent_path().string() +
                           " cannot be ended");
}

bool is_ours(const fs::path& file) {
  const std::string name = file.filename();
  return name == kTokenFile || name == kConsoleFile || name == kCowFile || name == kUmid ||
         (name.starts_with("nic") && name.find_first_not_of("0123456789", 3) == std::string::npos);
}

}  // namespace

FileDescriptor make_token(const fs::path& directory, const fs::path& kernel) {
  fs::create_directories(directory.parent_path());
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    throw_errno("cannot make the directory " + directory.string());
  }
  const fs::path path = directory / kTokenFile;
  FileDescriptor token(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (token && ::flock(token.get(), LOCK_EX | LOCK_NB) != 0) {
    throw_errno("another guest has the directory " + directory.string());
  }
  std::error_code ignored;
  const fs::path real = fs::canonical(kernel, ignored);
  const std::string text = (real.empty() ? kernel : real).string();
  if (!token || ::ftruncate(token.get(), 0) != 0 ||
      ::write(token.get(), text.data(), text.size()) < 0) {
    throw_errno("cannot write " + path.string());
  }
  return token;
}

Remains remove_guest_remains(const fs::path& directory) {
  Remains remains;
  std::ifstream token(directory / kTokenFile);
  if (!token) {
    return remains;
  }
  remains.directory = true;
  const std::string kernel{std::istreambuf_iterator<char>(token), {}};
  remains.processes = end_processes(directory / kTokenFile, kernel);
  remove_guest_files(directory);
  return remains;
}

// The token last: without it, the rest would be nobody's.
void remove_guest_files(const fs::path& directory) {
  std::error_code ignored;
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(directory, ignored), end; entry != end;
       entry.increment(ignored)) {
    if (is_ours(entry->path()) && entry->path().filename() != kTokenFile) {
      files.push_back(entry->path());
    }
  }
  for (const fs::path& file : files) {
    fs::remove_all(file);
  }
  fs::remove(directory / kTokenFile);
  fs::remove(directory, ignored);  // unless others put something there
}

}  // namespace violin::uml
