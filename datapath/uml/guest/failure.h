// Errors inside a guest: what was attempted, on what, and the system's reason. The host tells them
// to its user.
#pragma once

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace violin::uml {

[[noreturn]] inline void fail(const std::string& attempt) {
  throw std::runtime_error(attempt + ": " + std::strerror(errno));
}

}  // namespace violin::uml
