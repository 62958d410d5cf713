#include "datapath/uml/process_table.h"

#include <sys/stat.h>

#include <charconv>
#include <fstream>
#include <sstream>
#include <system_error>

namespace violin::uml {

namespace {

namespace fs = std::filesystem;

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

}  // namespace

std::optional<Process> parse_process_stat(std::string_view line) {
  // The name, in parentheses, may hold anything, parentheses too.
  const auto name_end = line.rfind(')');
  Process process;
  if (name_end == std::string_view::npos ||
      std::from_chars(line.data(), line.data() + line.size(), process.pid).ec != std::errc{}) {
    return std::nullopt;
  }
  std::istringstream rest{std::string(line.substr(name_end + 1))};
  rest >> process.state >> process.parent >> process.group >> process.session;
  return rest ? std::optional(process) : std::nullopt;
}

std::vector<Process> all_processes() {
  std::vector<Process> processes;
  std::error_code ignored;
  for (fs::directory_iterator entry("/proc", ignored), end; entry != end;
       entry.increment(ignored)) {
    const std::string name = entry->path().filename();
    if (!name.empty() && name.find_first_not_of("0123456789") == std::string::npos) {
      if (const auto process = parse_process_stat(read_file("/proc/" + name + "/stat"))) {
        processes.push_back(*process);
      }
    }
  }
  return processes;
}

std::vector<Process> processes_of_session(pid_t session) {
  std::vector<Process> processes = all_processes();
  std::erase_if(processes, [&](const Process& process) { return process.session != session; });
  return processes;
}

std::vector<Process> children_of(pid_t parent) {
  const std::string pid = std::to_string(parent);
  std::vector<Process> processes;
  std::ifstream children("/proc/" + pid + "/task/" + pid + "/children");
  if (!children) {
    processes = all_processes();
    std::erase_if(processes, [&](const Process& process) { return process.parent != parent; });
    return processes;
  }
  for (std::string child; children >> child;) {
    if (const auto process = parse_process_stat(read_file("/proc/" + child + "/stat"))) {
      processes.push_back(*process);
    }
  }
  return processes;
}

Bytes proportional_set_size(pid_t pid) {
  std::istringstream lines(read_file("/proc/" + std::to_string(pid) + "/smaps_rollup"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Pss:")) {
      return Bytes{std::strtoull(line.c_str() + 4, nullptr, 10) * 1024};
    }
  }
  return Bytes{0};
}

fs::path program_of(pid_t pid) {
  std::error_code ignored;
  return fs::read_symlink("/proc/" + std::to_string(pid) + "/exe", ignored);
}

bool holds_open(pid_t pid, const fs::path& file) {
  struct stat wanted {};
  if (::stat(file.c_str(), &wanted) != 0) {
    return false;
  }
  std::error_code ignored;
  for (fs::directory_iterator entry("/proc/" + std::to_string(pid) + "/fd", ignored), end;
       entry != end; entry.increment(ignored)) {
    struct stat found {};
    if (::stat(entry->path().c_str(), &found) == 0 && found.st_dev == wanted.st_dev &&
        found.st_ino == wanted.st_ino) {
      return true;
    }
  }
  return false;
}

}  // namespace violin::uml
