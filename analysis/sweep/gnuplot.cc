#include "analysis/sweep/gnuplot.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace violin::sweep {

namespace fs = std::filesystem;

namespace {

constexpr const char* kLook = R"(set border 3 linecolor rgb '#555555'
set tics nomirror textcolor rgb '#333333'
set grid linecolor rgb '#e4e4e4' linetype 1 linewidth 1
set key textcolor rgb '#333333'
)";

void write(const fs::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  if (!(out << text << std::flush)) {
    throw std::runtime_error("cannot write '" + file.string() + "': " + std::strerror(errno));
  }
}

// As one word of the shell.
std::string shell_word(const std::string& text) {
  std::string word = "'";
  for (const char c : text) {
    word += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return word + "'";
}

bool plotted(const std::string& name, const fs::path& folder) {
  const std::string command =
      fmt::format("cd {} && gnuplot {}.gp >{}.log 2>&1", shell_word(folder.string()), name, name);
  const bool done = std::system(command.c_str()) == 0;  // NOLINT(*-env33-c): a name of ours
  std::error_code ignored;                              // whether there is a log does not matter
  if (done) {
    fs::remove(folder / (name + ".log"), ignored);
  } else {
    fs::remove(folder / (name + ".svg"), ignored);  // which gnuplot may have begun
  }
  return done;
}

}  // namespace

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    result += c == '\'' ? "''" : std::string(1, c);
  }
  return result + "'";
}

std::vector<std::string> draw(const std::vector<Drawing>& drawings, const fs::path& folder) {
  std::vector<std::string> missing;
  for (const Drawing& drawing : drawings) {
    write(folder / (drawing.name + ".dat"), drawing.data);
    write(folder / (drawing.name + ".gp"),
          fmt::format("set terminal svg size {},{} font 'Helvetica,14' background 'white'\n"
                      "set output '{}.svg'\n{}{}",
                      kWidth, kHeight, drawing.name, kLook, drawing.script));
    if (!plotted(drawing.name, folder)) {
      missing.push_back(drawing.name);
    }
  }
  return missing;
}

}  // namespace violin::sweep
