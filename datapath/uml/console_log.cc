#include "datapath/uml/console_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace violin::uml {

ConsoleLog::ConsoleLog(GuestHost& host, FileDescriptor pipe, const std::filesystem::path& file)
    : host_(host),
      pipe_(std::move(pipe)),
      file_(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
  if (!file_) {
    throw_errno("cannot write " + file.string());
  }
  ::fcntl(pipe_.get(), F_SETFL, O_NONBLOCK);
  host_.run([this](Reactor& reactor) { reactor.watch(pipe_.get(), *this); });
}

ConsoleLog::~ConsoleLog() {
  host_.run([this](Reactor& reactor) {
    if (watched_) {
      reactor.forget(pipe_.get());
    }
  });
}

std::string ConsoleLog::last_lines(std::size_t count) const {
  const std::lock_guard lock(mutex_);
  std::size_t begin = kept_.size();
  while (begin > 0 && (kept_[begin - 1] != '\n' || begin == kept_.size() || --count > 0)) {
    --begin;
  }
  return kept_.substr(begin);
}

void ConsoleLog::on_readable(TimePoint /*now*/) {
  std::array<char, 16 * 1024> bytes{};
  const ssize_t size = ::read(pipe_.get(), bytes.data(), bytes.size());
  if (size > 0) {
    take({bytes.data(), static_cast<std::size_t>(size)});
  } else if (size == 0) {
    watched_ = false;
    host_.run([this](Reactor& reactor) { reactor.forget(pipe_.get()); });
  }
}

void ConsoleLog::take(std::string_view bytes) {
  const auto room = std::min(bytes.size(), kWritten - written_);
  if (room > 0 && ::write(file_.get(), bytes.data(), room) > 0) {
    written_ += room;
  }
  const std::lock_guard lock(mutex_);
  kept_.append(bytes);
  if (kept_.size() > 2 * kKept) {
    kept_.erase(0, kept_.size() - kKept);
  }
}

}  // namespace violin::uml
