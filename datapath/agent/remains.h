// The end of a live network whose daemon is gone, or will not answer: everything that its journal
// names is removed, and nothing else.
#pragma once

#include <string>
#include <vector>

#include "datapath/agent/journal.h"
#include "datapath/agent/run_directory.h"

namespace violin {

// The daemon as the journal knows it: a process is it only if it began when it did.
struct DaemonIdentity {
  int pid = 0;
  std::uint64_t start_time = 0;  // field 22 of /proc/PID/stat

  static DaemonIdentity of_this_process();
  // As recorded; of none, if none is.
  static DaemonIdentity of(const Journal& journal);
  bool runs() const;
};

// Ends the daemon if it still runs, then its guests and devices, then removes the folder. What was
// there, in words. Throws std::exception naming what could not be removed; that stays in the
// journal, so it can be tried again.
std::vector<std::string> remove_remains(const RunDirectory& directory);

}  // namespace violin
