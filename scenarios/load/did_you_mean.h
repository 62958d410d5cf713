// The known name that a wrong one was probably meant to be.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace violin::scenario {

// Insertions, deletions, substitutions and swaps of neighbours that turn one into the other
// (optimal string alignment distance).
std::size_t edit_distance(std::string_view a, std::string_view b);

// "; did you mean 'x'?" for the nearest of `known`, upper and lower case being alike, the first one
// if several are. Empty if none is near (more than a third of the letters differ), or more than
// 10,000 are known.
std::string did_you_mean(std::string_view wrong, std::span<const std::string> known);

}  // namespace violin::scenario
