// Where in its file each field of a loaded scenario was written.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "scenarios/load/diagnostic.h"

namespace violin::scenario {

class Locations {
 public:
  void add(std::string path, Place place) { places_.insert_or_assign(std::move(path), place); }

  // The place of the field's value. Of a field that was not written, the place of the nearest
  // enclosing one that was: of("violins[0].duration") falls back to "violins[0]", "violins", "".
  Place of(std::string_view path) const;

 private:
  std::unordered_map<std::string, Place> places_;
};

}  // namespace violin::scenario
