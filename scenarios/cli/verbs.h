// The verbs of `violin`. Each adds its subcommand to the application; the callback stores the exit
// code.
#pragma once

#include <CLI/CLI.hpp>

#include "scenarios/cli/exit_code.h"

namespace violin::cli {

void add_validate(CLI::App& app, ExitCode& exit_code);
void add_place(CLI::App& app, ExitCode& exit_code);
void add_simulate(CLI::App& app, ExitCode& exit_code);
void add_what_if(CLI::App& app, ExitCode& exit_code);
void add_import(CLI::App& app, ExitCode& exit_code);
void add_bench(CLI::App& app, ExitCode& exit_code);
void add_fidelity(CLI::App& bench, ExitCode& exit_code);
void add_up(CLI::App& app, ExitCode& exit_code);
void add_down(CLI::App& app, ExitCode& exit_code);
void add_status(CLI::App& app, ExitCode& exit_code);
void add_exec(CLI::App& app, ExitCode& exit_code);
void add_console(CLI::App& app, ExitCode& exit_code);
void add_link(CLI::App& app, ExitCode& exit_code);
void add_nic_verb(CLI::App& app, ExitCode& exit_code);
void add_node_verb(CLI::App& app, ExitCode& exit_code);
void add_migrate(CLI::App& app, ExitCode& exit_code);
void add_lan_verb(CLI::App& app, ExitCode& exit_code);
void add_jetway(CLI::App& app, ExitCode& exit_code);
void add_capture(CLI::App& app, ExitCode& exit_code);
void add_image(CLI::App& app, ExitCode& exit_code);
void add_version(CLI::App& app);
void add_completion(CLI::App& app);

}  // namespace violin::cli
