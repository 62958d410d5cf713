// Runs a program of the host to its end and tells what it says, line by line.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace violin::uml {

using OnLine = std::function<void(std::string_view line)>;

// Standard error comes with standard output; standard input is empty. The program is looked up in
// PATH. Throws std::runtime_error with its last lines if it does not exit with 0, or naming
// `package` if it is not there.
void run_program(const std::vector<std::string>& argv, const std::string& package,
                 const OnLine& on_line = {});

// Where it is in PATH; empty: nowhere.
std::string find_program(const std::string& name);

}  // namespace violin::uml
