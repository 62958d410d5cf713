#include "core/require.h"

namespace violin {

void fail_requirement(const char* what, std::source_location where) {
  throw std::logic_error(std::string(where.file_name()) + ":" + std::to_string(where.line()) +
                         ": " + what);
}

}  // namespace violin
