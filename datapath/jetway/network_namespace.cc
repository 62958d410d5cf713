#include "datapath/jetway/network_namespace.h"

#include <fcntl.h>
#include <sched.h>

#include <exception>

namespace violin {

namespace {

FileDescriptor open_namespace(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    throw_errno("cannot open the network namespace " + path);
  }
  return file;
}

}  // namespace

NamespaceVisit::NamespaceVisit(const std::string& path) {
  if (path.empty()) {
    return;
  }
  home_ = open_namespace("/proc/thread-self/ns/net");
  if (::setns(open_namespace(path).get(), CLONE_NEWNET) != 0) {
    throw_errno("cannot enter the network namespace " + path + " (it needs CAP_SYS_ADMIN)");
  }
}

NamespaceVisit::~NamespaceVisit() {
  // Whoever was let in is let back; going on in the wrong namespace would touch what is not ours.
  if (home_ && ::setns(home_.get(), CLONE_NEWNET) != 0) {
    std::terminate();
  }
}

}  // namespace violin
