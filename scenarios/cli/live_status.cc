// `violin status` and `violin capture`: looking at a running network.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <thread>

#include "datapath/agent/run_directory.h"
#include "scenarios/cli/live_request.h"
#include "scenarios/cli/status_report.h"
#include "scenarios/cli/verbs.h"

namespace violin::cli {

namespace {

struct StatusOptions {
  std::string name;
  bool watch = false;
  std::string format = "table";
};

volatile std::sig_atomic_t interrupted = 0;

void on_interrupt(int /*signal*/) { interrupted = 1; }

void list(const std::vector<std::string>& names, bool as_json) {
  nlohmann::json networks = nlohmann::json::array();
  for (const std::string& name : names) {
    const bool answers = ControlChannel::connect(RunDirectory(name).control()).has_value();
    networks.push_back({{"name", name}, {"answers", answers}});
    if (!as_json) {
      fmt::print("{}  {}\n", name, answers ? "up" : "does not answer: `violin down` removes it");
    }
  }
  if (as_json) {
    fmt::print("{}\n", nlohmann::json{{"networks", networks}}.dump(2));
  } else if (names.empty()) {
    fmt::print("no network is up\n");
  }
}

ExitCode status(const StatusOptions& options) {
  const std::vector<std::string> names =
      options.name.empty() ? RunDirectory::names() : std::vector<std::string>{options.name};
  if (names.size() != 1) {
    list(names, options.format == "json");
    return kDone;
  }
  std::signal(SIGINT, on_interrupt);
  do {
    const nlohmann::json status = ask(names.front(), {{"verb", "status"}});
    if (options.format == "json") {
      fmt::print("{}\n", status.dump(options.watch ? -1 : 2));
    } else {
      fmt::print("{}{}", options.watch ? "\x1b[H\x1b[J" : "", status_report(status));
    }
    std::fflush(stdout);
    for (int i = 0; options.watch && i < 10 && interrupted == 0; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  } while (options.watch && interrupted == 0);
  return kDone;
}

struct CaptureOptions {
  std::string nic;
  std::string file = "-";
};

ExitCode capture(const CaptureOptions& options) {
  const LiveTarget target = LiveTarget::parse(options.nic);
  FileDescriptor file;
  if (options.file != "-") {
    file = FileDescriptor(
        ::open(options.file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file) {
      throw_errno("cannot write '" + options.file + "'");
    }
  } else if (::isatty(STDOUT_FILENO) != 0) {
    throw std::runtime_error(
        "a capture is no text for a terminal: -w FILE, or pipe it into "
        "`tshark -r -`");
  }
  struct sigaction ending {};
  ending.sa_handler = on_interrupt;  // without SA_RESTART, so that waiting ends
  ::sigaction(SIGINT, &ending, nullptr);
  ::sigaction(SIGTERM, &ending, nullptr);
  ControlChannel daemon = connect_to(target.network);
  daemon.send({{"verb", "capture"}, {"nic", target.rest}}, {file ? file.get() : STDOUT_FILENO});
  const std::jthread stopper([&daemon](const std::stop_token& stop) {
    bool told = false;
    while (!stop.stop_requested()) {
      if (interrupted != 0 && !told) {
        daemon.send({{"stop", true}});
        told = true;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  });
  const nlohmann::json result = result_of(daemon);
  if (const auto left_out = result.value("left_out", std::uint64_t{0}); left_out > 0) {
    fmt::print(stderr, "{} packets were left out: they came faster than they were written\n",
               left_out);
  }
  return kDone;
}

}  // namespace

void add_status(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<StatusOptions>();
  CLI::App* verb = app.add_subcommand("status", "What runs, and how well");
  verb->add_option("--name,name", options->name,
                   "The running network; if not given the one that runs, or all by name");
  verb->add_flag("--watch", options->watch, "Renew it each second");
  verb->add_option("--format", options->format, "What to print: table or json")
      ->check(CLI::IsMember({"table", "json"}));
  verb->callback([options, &exit_code] { exit_code = status(*options); });
}

void add_capture(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<CaptureOptions>();
  CLI::App* verb =
      app.add_subcommand("capture", "Record the frames of a vNIC as pcapng, until interrupted");
  verb->add_option("nic", options->nic, "NETWORK/ENTITY.NIC, such as figure2/vHost1.eth0")
      ->required();
  verb->add_option("-w,--write,file", options->file, "The file, or - for standard output")
      ->capture_default_str();
  verb->callback([options, &exit_code] { exit_code = capture(*options); });
}

}  // namespace violin::cli
