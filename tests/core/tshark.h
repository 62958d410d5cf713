// Asks tshark what it makes of a capture, for tests that expect what another program reads.
#pragma once

#include <stdio.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace violin {

class Tshark {
 public:
  static bool present() { return std::system("tshark --version >/dev/null 2>&1") == 0; }

  // Keeps `capture` in a file while it lives.
  explicit Tshark(const std::string& capture) {
    std::string name = (std::filesystem::temp_directory_path() / "violin-XXXXXX").string();
    const int file = mkstemp(name.data());
    if (file >= 0) {
      fclose(fdopen(file, "wb"));
    }
    path_ = name;
    std::ofstream(path_, std::ios::binary) << capture;
  }
  Tshark(const Tshark&) = delete;
  Tshark& operator=(const Tshark&) = delete;
  ~Tshark() { std::filesystem::remove(path_); }

  // One line per packet, the fields separated by '|'; a complaint comes as a line of its own.
  // `options` are tshark's, as the shell takes them: how to decode what has no port of its own.
  std::vector<std::string> fields(const std::vector<std::string>& names,
                                  const std::string& options = "") const {
    std::string arguments = "-T fields -E separator='|' " + options;
    for (const std::string& name : names) {
      arguments += " -e " + name;
    }
    return lines_of(arguments);
  }
  // The file itself dissected block by block.
  std::vector<std::string> blocks() const {
    return lines_of("-X 'read_format:MIME Files Format' -V");
  }

 private:
  std::vector<std::string> lines_of(const std::string& arguments) const {
    const std::string command = "tshark -n -r " + path_.string() + " " + arguments + " 2>&1";
    std::string output;
    FILE* pipe = popen(command.c_str(), "r");
    char buffer[4096];
    while (const std::size_t n = fread(buffer, 1, sizeof buffer, pipe)) {
      output.append(buffer, n);
    }
    if (const int status = pclose(pipe); status != 0) {
      output += "tshark ended with status " + std::to_string(status) + "\n";
    }
    std::vector<std::string> lines;
    std::istringstream in(output);
    for (std::string line; std::getline(in, line);) {
      if (!line.starts_with("Running as user \"root\"")) {
        lines.push_back(line);
      }
    }
    return lines;
  }

  std::filesystem::path path_;
};

}  // namespace violin
