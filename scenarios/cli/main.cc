// `violin`: one binary with verbs.
//
// Results go to stdout, everything else to stderr. Exit codes are those of exit_code.h.
#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

#include "models/placement/solver.h"
#include "models/substrate/load_error.h"
#include "scenarios/build/builder.h"
#include "scenarios/cli/live_request.h"
#include "scenarios/cli/verbs.h"
#include "scenarios/load/diagnostic.h"

namespace {

int tell(const std::exception& error, violin::cli::ExitCode code) {
  std::cerr << error.what() << '\n';
  return code;
}

int run(int argc, char** argv) {
  using namespace violin::cli;
  CLI::App app("Virtual networks on overlay hosts: plan, simulate and run them.", "violin");
  app.require_subcommand(1);
  ExitCode exit_code = kDone;
  add_validate(app, exit_code);
  add_place(app, exit_code);
  add_simulate(app, exit_code);
  add_what_if(app, exit_code);
  add_import(app, exit_code);
  add_bench(app, exit_code);
  add_up(app, exit_code);
  add_down(app, exit_code);
  add_status(app, exit_code);
  add_exec(app, exit_code);
  add_console(app, exit_code);
  add_link(app, exit_code);
  add_nic_verb(app, exit_code);
  add_node_verb(app, exit_code);
  add_migrate(app, exit_code);
  add_lan_verb(app, exit_code);
  add_jetway(app, exit_code);
  add_capture(app, exit_code);
  add_image(app, exit_code);
  add_version(app);
  add_completion(app);
  try {
    app.parse(argc, argv);
    if (std::fflush(stdout) != 0) {
      throw std::runtime_error(std::string("cannot write to stdout: ") + std::strerror(errno));
    }
    return exit_code;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  } catch (const LiveError& error) {
    return tell(error, error.code);
  } catch (const violin::scenario::ScenarioError& error) {
    return tell(error, kInvalid);
  } catch (const violin::LoadError& error) {
    return tell(error, kInvalid);
  } catch (const violin::InfeasibleError& error) {
    return tell(error, kInfeasible);
  } catch (const violin::placement::Infeasible& error) {
    return tell(error, kInfeasible);
  } catch (const std::exception& error) {
    return tell(error, kFailed);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    return tell(error, violin::cli::kFailed);
  }
}
