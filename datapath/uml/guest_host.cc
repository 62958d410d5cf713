#include "datapath/uml/guest_host.h"

#include <sys/prctl.h>

#include <future>

#include "datapath/uml/initramfs.h"

namespace violin::uml {

GuestHost::GuestHost() {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
    throw_errno("cannot become the reaper of guests' processes");
  }
  thread_ = std::thread([this] { serve(); });
}

GuestHost::~GuestHost() {
  reactor_.post([this] { stopping_ = true; });
  thread_.join();
}

void GuestHost::serve() {
  reactor_.start(kRunStart);
  while (!stopping_) {
    reactor_.serve(reactor_.wait_until(kNever));
  }
}

void GuestHost::run(const std::function<void(Reactor&)>& work) {
  if (on_its_thread()) {
    work(reactor_);
    return;
  }
  std::packaged_task<void()> task([&] { work(reactor_); });
  reactor_.post([&task] { task(); });
  task.get_future().get();
}

void GuestHost::post(std::function<void(Reactor&)> work) {
  reactor_.post([this, work = std::move(work)] { work(reactor_); });
}

int GuestHost::minimal_initramfs() {
  const std::lock_guard lock(mutex_);
  if (!minimal_) {
    minimal_ = memory_file("violin-initramfs", uml::minimal_initramfs());
  }
  return minimal_.get();
}

int GuestHost::busybox_initramfs() {
  const std::lock_guard lock(mutex_);
  if (!busybox_) {
    busybox_ = memory_file("violin-initramfs", uml::busybox_initramfs());
  }
  return busybox_.get();
}

}  // namespace violin::uml
