// Finds the largest datagram that crosses a path whole, by probing with DF set.
//
// Source: RFC 8899 (DPLPMTUD): base, search, search complete and error phases; sizes that links
// have first, then by halves; 3 probes a size; a raise after 10 minutes. Departs from it: the size
// in use is confirmed every 5 seconds, and at once when its owner suspects a black hole. ICMP is
// not listened to: no message of it can be forged then.
//
// Sizes are of UDP payloads. Pure: takes time, and says what to probe.
#pragma once

#include <cstdint>
#include <optional>

#include "core/time.h"

namespace violin {

struct PathMtuOptions {
  std::size_t base = 1200;
  std::size_t largest = 9000 - 28;  // not searched beyond
};

class PathMtu {
 public:
  static constexpr std::size_t kLeast = 576 - 28;  // every IPv4 path's, in practice
  static constexpr int kProbes = 3;
  static constexpr Duration kConfirmEvery = std::chrono::seconds(5);
  static constexpr Duration kRaiseEvery = std::chrono::seconds(600);

  // kLeast <= base <= largest <= 65507 (std::invalid_argument).
  explicit PathMtu(const PathMtuOptions& options);

  // What is known to cross, or believed to (the base) before anything is.
  std::size_t size() const { return good_; }
  bool searching() const { return phase_ == Phase::kBase || phase_ == Phase::kSearch; }

  // Each of these answers with the size of a probe to send now, if any; on_timer() is due at due()
  // then. `patience`: how long an answer may take.
  using Probe = std::optional<std::size_t>;
  Probe start(TimePoint now, Duration patience);
  Probe on_answer(std::size_t size, TimePoint now);
  Probe on_timer(TimePoint now);
  // The system refused a probe of this size.
  Probe on_refused(std::size_t size, TimePoint now);
  // Data of this size does not seem to arrive.
  Probe suspect(TimePoint now);
  void stop() { phase_ = Phase::kStopped; }

  TimePoint due() const;
  void set_patience(Duration patience) { patience_ = patience; }

 private:
  enum class Phase : std::uint8_t { kStopped, kBase, kSearch, kComplete, kConfirm };

  Probe probe(std::size_t size, TimePoint now);
  Probe failed(TimePoint now);
  Probe search(TimePoint now);
  std::optional<std::size_t> next_size() const;

  PathMtuOptions options_;
  Phase phase_ = Phase::kStopped;
  std::size_t good_;
  std::size_t bad_;  // the least that is known not to cross
  std::size_t probed_ = 0;
  int tries_ = 0;
  Duration patience_{};
  TimePoint due_{};  // of the answer, or of the next confirmation
  TimePoint raise_{};
};

}  // namespace violin
