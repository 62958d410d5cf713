// A hint to the processor that an object will be used soon; no more than time depends on it.
#pragma once

#include <cstddef>

namespace violin {

inline constexpr std::size_t kCacheLine = 64;

// The lines at `place` and the next ones, so many in all. Any pointer will do.
template <std::size_t kLines>
inline void prefetch_lines(const void* place) {
  for (std::size_t line = 0; line < kLines; ++line) {
    __builtin_prefetch(static_cast<const char*>(place) + line * kCacheLine);
  }
}

}  // namespace violin
