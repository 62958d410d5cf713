// What a guest's kernel says on its console: the last of it in memory, for errors, and the first
// MiB in a file.
//
// Read by the guest host's thread; text() from any.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>

#include "datapath/reactor/file_descriptor.h"
#include "datapath/reactor/reactor.h"
#include "datapath/uml/guest_host.h"

namespace violin::uml {

class ConsoleLog final : private ReactorSource {
 public:
  // Reads from `pipe` until its end. The host outlives the log. Not to be destroyed on its thread.
  ConsoleLog(GuestHost& host, FileDescriptor pipe, const std::filesystem::path& file);
  ConsoleLog(const ConsoleLog&) = delete;
  ConsoleLog& operator=(const ConsoleLog&) = delete;
  ~ConsoleLog() override;

  // The last lines, at most so many.
  std::string last_lines(std::size_t count) const;

 private:
  static constexpr std::size_t kKept = 16 * 1024;
  static constexpr std::size_t kWritten = 1024 * 1024;
  void on_readable(TimePoint now) override;
  void take(std::string_view bytes);

  GuestHost& host_;
  FileDescriptor pipe_;
  FileDescriptor file_;
  bool watched_ = true;      // the thread's
  std::size_t written_ = 0;  // the thread's
  mutable std::mutex mutex_;
  std::string kept_;
};

}  // namespace violin::uml
