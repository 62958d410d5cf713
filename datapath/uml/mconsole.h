// A guest's management console (mconsole): devices in and out, stop, go, halt. It is answered by
// the guest's kernel, which needs no help from inside.
//
// Each call blocks until the reply is complete or its time is over. One thread at a time.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/time.h"
#include "datapath/reactor/file_descriptor.h"

namespace violin::uml {

// The guest refused, or did not answer.
class MconsoleError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Mconsole {
 public:
  static constexpr Duration kPatience = std::chrono::seconds(5);

  // `socket` may have any length of path. Throws std::system_error if nobody listens there.
  explicit Mconsole(const std::filesystem::path& socket);

  // The guest's answer to any command. A long answer whose end the guest loses comes without it.
  // Throws MconsoleError with the guest's words, or if no answer comes.
  std::string ask(std::string_view command, Duration patience = kPatience);

  std::string version() { return ask("version"); }
  // A device as on the kernel's command line: "vec0:transport=...", "ubd1=file". Without '=': what
  // its settings are.
  std::string config(std::string_view device) { return ask("config " + std::string(device)); }
  void remove(std::string_view device) { ask("remove " + std::string(device)); }
  // A stopped guest answers to go() only; its clock runs on.
  void stop() { ask("stop"); }
  void go() { ask("go"); }
  void halt() { ask("halt"); }
  std::string sysrq(char key) { return ask(std::string("sysrq ") + key); }
  // A file of the guest's /proc, "uptime".
  std::string proc(std::string_view file);

 private:
  void discard_late_replies();
  FileDescriptor socket_;
};

}  // namespace violin::uml
