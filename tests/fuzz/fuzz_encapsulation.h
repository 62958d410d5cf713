// What holds of every encapsulation, whatever arrives.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "datapath/tunnel/encapsulation.h"

namespace violin {

inline void fuzz_expect(bool holds) {
  if (!holds) {
    std::abort();
  }
}

inline void check_encapsulation(Encapsulation& tunnel, std::span<const std::uint8_t> bytes) {
  FramePool pool;
  Frame frame = pool.copy_of(bytes);
  if (tunnel.decapsulate(frame)) {
    fuzz_expect(std::ranges::equal(frame.bytes(), bytes));  // left as it was
    return;
  }
  const auto inner = bytes.subspan(tunnel.overhead());
  fuzz_expect(inner.size() >= 14);
  fuzz_expect(std::ranges::equal(frame.bytes(), inner));
  tunnel.encapsulate(frame);
  fuzz_expect(!tunnel.decapsulate(frame));
  fuzz_expect(std::ranges::equal(frame.bytes(), inner));
}

}  // namespace violin
