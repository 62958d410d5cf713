// Why a jetway cannot be opened: the attempt, the thing, the system's reason and what to do about
// it.
#pragma once

#include <stdexcept>
#include <string>

namespace violin {

class JetwayError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  JetwayError(const std::string& attempt, const std::string& reason, const std::string& remedy)
      : std::runtime_error(attempt + ": " + reason + "; " + remedy) {}
};

}  // namespace violin
