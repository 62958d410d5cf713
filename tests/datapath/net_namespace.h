// A network namespace without a name: it is gone with the process, whatever happens to that. Only
// root may make one.
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <utility>

#include "datapath/reactor/file_descriptor.h"

namespace violin {

class NetNamespace {
 public:
  NetNamespace() {
    std::jthread([this] {
      if (unshare(CLONE_NEWNET) != 0) {
        why_absent_ = std::string("cannot make a network namespace: ") + std::strerror(errno);
        return;
      }
      fd_ = FileDescriptor(open("/proc/thread-self/ns/net", O_RDONLY));
    }).join();
    if (fd_ && !run("ip link set lo up")) {
      fd_.reset();
      why_absent_ = "no `ip` here (iproute2)";
    }
  }

  bool present() const { return static_cast<bool>(fd_); }
  const std::string& why_absent() const { return why_absent_; }
  // As `ip link ... netns NAME` takes it.
  std::string name() const {
    return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(fd_.get());
  }

  // This thread is inside while it lives.
  class Inside {
   public:
    explicit Inside(int fd) : outside_(open("/proc/thread-self/ns/net", O_RDONLY)) { set(fd); }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() { set(outside_.get()); }

   private:
    static void set(int fd) {
      if (setns(fd, CLONE_NEWNET) != 0) {
        std::abort();
      }
    }
    FileDescriptor outside_;
  };
  [[nodiscard]] Inside enter() const { return Inside(fd_.get()); }

  // Whether the shell's command succeeded inside.
  bool run(const std::string& command) const {
    const auto inside = enter();
    return std::system(("{ " + command + "; } >/dev/null 2>&1").c_str()) == 0;
  }

 private:
  FileDescriptor fd_;
  std::string why_absent_;
};

}  // namespace violin
