#include "scenarios/load/locations.h"

namespace violin::scenario {

Place Locations::of(std::string_view path) const {
  for (;;) {
    if (const auto found = places_.find(std::string(path)); found != places_.end()) {
      return found->second;
    }
    if (path.empty()) {
      return {};
    }
    const std::size_t cut = path.find_last_of(".[");
    path = path.substr(0, cut == std::string_view::npos ? 0 : cut);
  }
}

}  // namespace violin::scenario
