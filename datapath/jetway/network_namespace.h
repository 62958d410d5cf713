// The network namespace in which system calls of a thread take effect.
//
// Devices and sockets belong to the namespace in which they were made, wherever they are used from;
// so a visit is needed only while they are made. Entering another namespace needs CAP_SYS_ADMIN.
#pragma once

#include <string>

#include "datapath/reactor/file_descriptor.h"

namespace violin {

// While it lives, this thread is in the namespace at `path` (/run/netns/NAME, /proc/PID/ns/net); an
// empty path is the namespace where the thread is. Throws std::system_error.
class NamespaceVisit {
 public:
  explicit NamespaceVisit(const std::string& path);
  NamespaceVisit(const NamespaceVisit&) = delete;
  NamespaceVisit& operator=(const NamespaceVisit&) = delete;
  ~NamespaceVisit();

 private:
  FileDescriptor home_;  // none: it did not leave
};

}  // namespace violin
