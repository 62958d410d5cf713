#include "datapath/tunnel/path_mtu.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace violin {

namespace {

constexpr std::size_t kOuter = 28;  // IPv4 and UDP headers
constexpr std::size_t kClose = 16;  // a difference that is not worth a probe

// MTUs of links and tunnels: IPv6's least, VXLAN over 1500 less, WireGuard, VXLAN, GRE, PPPoE,
// Ethernet, 802.3 jumbo frames, ATM's default, loopback.
constexpr std::array<std::size_t, 12> kMtus = {1280, 1400, 1420, 1450, 1476, 1492,
                                               1500, 4352, 8950, 9000, 9180, 65'535};

}  // namespace

PathMtu::PathMtu(const PathMtuOptions& options)
    : options_(options), good_(options.base), bad_(options.largest + 1) {
  if (options.base < kLeast || options.largest < options.base || options.largest > 65'507) {
    throw std::invalid_argument("path MTU: " + std::to_string(kLeast) + " <= base (" +
                                std::to_string(options.base) + ") <= largest (" +
                                std::to_string(options.largest) + ") <= 65507 must hold");
  }
}

TimePoint PathMtu::due() const { return phase_ == Phase::kStopped ? kNever : due_; }

PathMtu::Probe PathMtu::start(TimePoint now, Duration patience) {
  patience_ = patience;
  good_ = options_.base;
  bad_ = options_.largest + 1;
  phase_ = Phase::kBase;
  tries_ = 0;
  return probe(good_, now);
}

PathMtu::Probe PathMtu::probe(std::size_t size, TimePoint now) {
  probed_ = size;
  ++tries_;
  due_ = now + patience_;
  return size;
}

PathMtu::Probe PathMtu::on_answer(std::size_t size, TimePoint now) {
  if (phase_ == Phase::kStopped || phase_ == Phase::kComplete || size != probed_) {
    return std::nullopt;
  }
  good_ = size;
  return search(now);
}

PathMtu::Probe PathMtu::on_timer(TimePoint now) {
  if (phase_ == Phase::kStopped || now < due_) {
    return std::nullopt;
  }
  if (phase_ == Phase::kComplete) {
    if (now >= raise_) {
      bad_ = options_.largest + 1;
      return search(now);
    }
    return suspect(now);
  }
  return tries_ < kProbes ? probe(probed_, now) : failed(now);
}

PathMtu::Probe PathMtu::on_refused(std::size_t size, TimePoint now) {
  const bool is_open = phase_ != Phase::kStopped && phase_ != Phase::kComplete;
  return is_open && size == probed_ ? failed(now) : std::nullopt;
}

PathMtu::Probe PathMtu::suspect(TimePoint now) {
  if (phase_ != Phase::kComplete) {
    return std::nullopt;
  }
  phase_ = Phase::kConfirm;
  tries_ = 0;
  return probe(good_, now);
}

// No answer to any probe of probed_.
PathMtu::Probe PathMtu::failed(TimePoint now) {
  if (phase_ == Phase::kConfirm) {
    return start(now, patience_);
  }
  bad_ = probed_;
  if (phase_ == Phase::kBase) {
    good_ = kLeast;
  }
  return search(now);
}

PathMtu::Probe PathMtu::search(TimePoint now) {
  tries_ = 0;
  if (const auto next = next_size()) {
    phase_ = Phase::kSearch;
    return probe(*next, now);
  }
  if (phase_ != Phase::kConfirm) {
    raise_ = now + kRaiseEvery;
  }
  phase_ = Phase::kComplete;
  due_ = now + kConfirmEvery;
  return std::nullopt;
}

std::optional<std::size_t> PathMtu::next_size() const {
  for (const std::size_t mtu : kMtus) {
    const std::size_t size = std::min(mtu - kOuter, options_.largest);
    if (size > good_ && size < bad_) {
      return size;
    }
  }
  if (bad_ > good_ + kClose) {
    return good_ + (bad_ - good_) / 2;
  }
  return std::nullopt;
}

}  // namespace violin
