// Invariants that hold in every build. A failed one is a bug of ours: it throws std::logic_error.
#pragma once

#include <source_location>
#include <stdexcept>
#include <string>

namespace violin {

[[noreturn]] void fail_requirement(const char* what, std::source_location where);

constexpr void require(bool holds, const char* what,
                       std::source_location where = std::source_location::current()) {
  if (!holds) [[unlikely]] {
    fail_requirement(what, where);
  }
}

}  // namespace violin
