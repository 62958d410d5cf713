// Pictures as gnuplot scripts with their data, and as SVG where gnuplot is there.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace violin::sweep {

struct Drawing {
  std::string name;    // of <name>.gp, <name>.dat and <name>.svg
  std::string script;  // that plots '<name>.dat'; terminal and output are set before it
  std::string data;
};

inline constexpr int kWidth = 1000;  // of an SVG, pixels
inline constexpr int kHeight = 700;

// Writes scripts and data into the folder, which must exist, and runs gnuplot there. The names of
// the drawings of which there is no SVG; gnuplot's complaints are in <name>.log. Throws
// std::runtime_error if a file cannot be written.
std::vector<std::string> draw(const std::vector<Drawing>& drawings,
                              const std::filesystem::path& folder);

// As a string of gnuplot's that stands for itself.
std::string quoted(const std::string& text);

}  // namespace violin::sweep
