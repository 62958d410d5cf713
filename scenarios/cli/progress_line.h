// One line on stderr, renewed each second once work takes longer than two.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace violin::cli {

class ProgressLine {
 public:
  // Shown only where stderr is a terminal.
  explicit ProgressLine(bool wanted);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  // Clears it.
  ~ProgressLine();

  // Whether it is time to renew it: then the seconds since the beginning.
  std::optional<double> due();
  void show(const std::string& text);

 private:
  using WallClock = std::chrono::steady_clock;

  bool wanted_;
  bool shown_ = false;
  WallClock::time_point started_ = WallClock::now();
  WallClock::time_point next_ = started_ + std::chrono::seconds(2);
};

}  // namespace violin::cli
