#include "scenarios/cli/progress_line.h"

#include <fmt/format.h>
#include <unistd.h>

namespace violin::cli {

ProgressLine::ProgressLine(bool wanted) : wanted_(wanted && isatty(STDERR_FILENO) != 0) {}

ProgressLine::~ProgressLine() {
  if (shown_) {
    fmt::print(stderr, "\r\033[K");
  }
}

std::optional<double> ProgressLine::due() {
  const auto now = WallClock::now();
  if (!wanted_ || now < next_) {
    return std::nullopt;
  }
  next_ = now + std::chrono::seconds(1);
  return std::chrono::duration<double>(now - started_).count();
}

void ProgressLine::show(const std::string& text) {
  fmt::print(stderr, "\r\033[K{}", text);
  shown_ = true;
}

}  // namespace violin::cli
