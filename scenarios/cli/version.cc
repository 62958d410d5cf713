#include <fmt/format.h>

#include "scenarios/cli/verbs.h"

namespace violin::cli {

void add_version(CLI::App& app) {
  app.add_subcommand("version", "Print the version")->callback([] {
    fmt::print("violin {}\n", VIOLIN_VERSION);
  });
}

}  // namespace violin::cli
