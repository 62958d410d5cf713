// What the guests of one process share: a thread that listens to all of them, and the memory file
// systems that they boot from.
//
// Makes the process a subreaper (prctl(2)): what a guest leaves when its kernel is killed becomes a
// child of this process, which ends it. Outlives its guests.
#pragma once

#include <functional>
#include <mutex>
#include <thread>

#include "datapath/reactor/file_descriptor.h"
#include "datapath/reactor/reactor.h"

namespace violin::uml {

class GuestHost {
 public:
  // Throws std::system_error.
  GuestHost();
  GuestHost(const GuestHost&) = delete;
  GuestHost& operator=(const GuestHost&) = delete;
  ~GuestHost();

  // Does `work` on the thread; returns when it is done. On the thread itself: at once.
  void run(const std::function<void(Reactor&)>& work);
  // The same without waiting, in the order of asking.
  void post(std::function<void(Reactor&)> work);
  bool on_its_thread() const { return std::this_thread::get_id() == thread_.get_id(); }

  // Descriptors of memory files, made at the first call.
  int minimal_initramfs();
  int busybox_initramfs();

 private:
  void serve();

  Reactor reactor_;
  bool stopping_ = false;  // the thread's
  std::mutex mutex_;       // guards the memory files
  FileDescriptor minimal_;
  FileDescriptor busybox_;
  std::thread thread_;
};

}  // namespace violin::uml
