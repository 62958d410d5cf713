// The processes of one guest on its host: a session of their own, so that all of them can be found
// and ended. Which they are is told by a token, a file that each of them holds open:
//
//   guest kernel (session leader) --- helper threads' processes, same memory
//        |  traces
//        +--- one stopped process for each process in the guest
//
// They are killed together or not at all: see syscall_guard.h, under which they run.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/quantity.h"
#include "core/time.h"
#include "datapath/reactor/file_descriptor.h"

namespace violin::uml {

struct Launch {
  std::filesystem::path program;
  std::vector<std::string> arguments;  // without the program's name
  std::filesystem::path directory;     // where it runs
  struct Descriptor {
    int ours = -1;
    int theirs = -1;
  };
  std::vector<Descriptor> descriptors;  // in addition to standard input, which is /dev/null
};

class Session {
 public:
  // Throws std::system_error if the program cannot be run.
  explicit Session(const Launch& launch);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  // Ends all of it.
  ~Session();

  pid_t id() const { return id_; }
  // Readable once the guest's kernel has ended.
  int pidfd() const { return pidfd_.get(); }
  // Waits for that; how it ended (as waitpid(2) tells it), or nothing if the time is over.
  std::optional<int> wait(Duration patience);
  // Kills what there is left of it now, without waiting. Not once kill() was called.
  void signal_all() const;
  // Ends what there is left, and returns when nothing is. Throws std::runtime_error if something
  // survives it for 10 s.
  void kill();
  // Proportional set size: what the guest takes of the host's memory. 0 once it has ended.
  Bytes memory() const;

 private:
  pid_t id_;
  FileDescriptor pidfd_;
  std::optional<int> status_;
  bool gone_ = false;
};

// "exited with status 1", "was killed by signal 9 (Killed)".
std::string describe_wait_status(int status);

}  // namespace violin::uml
