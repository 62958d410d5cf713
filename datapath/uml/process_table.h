// The host's processes as /proc shows them (proc(5)). What ends while it is looked at is left out.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/quantity.h"

namespace violin::uml {

struct Process {
  pid_t pid = 0;
  char state = '?';
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
};

// A line of /proc/PID/stat; nothing if it is none.
std::optional<Process> parse_process_stat(std::string_view line);

std::vector<Process> all_processes();
std::vector<Process> processes_of_session(pid_t session);
// What the process's main thread started and is not reaped. On kernels without /proc/PID/task/TID/
// children, all processes are looked through.
std::vector<Process> children_of(pid_t parent);
Bytes proportional_set_size(pid_t pid);
// What it runs, and whether it has `file` open. Of other users' processes: nothing, no.
std::filesystem::path program_of(pid_t pid);
bool holds_open(pid_t pid, const std::filesystem::path& file);

}  // namespace violin::uml
