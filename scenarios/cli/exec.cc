// `violin exec` and `violin console`: commands in guests.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "scenarios/cli/live_request.h"
#include "scenarios/cli/verbs.h"

namespace violin::cli {

namespace {

volatile std::sig_atomic_t resized = 0;
volatile std::sig_atomic_t signalled = 0;

void on_resize(int /*signal*/) { resized = 1; }
void on_signal(int signal) { signalled = signal; }

std::vector<std::uint16_t> window_size() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0) {
    return {24, 80};
  }
  return {size.ws_row, size.ws_col};
}

// Every key goes to the guest while it lives.
class RawTerminal {
 public:
  RawTerminal() {
    ::tcgetattr(STDIN_FILENO, &before_);
    termios raw = before_;
    ::cfmakeraw(&raw);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  }
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;
  ~RawTerminal() { ::tcsetattr(STDIN_FILENO, TCSANOW, &before_); }

 private:
  termios before_{};
};

// Tells the daemon of signals and of the terminal's size.
class Courier {
 public:
  Courier(ControlChannel& daemon, bool terminal)
      : thread_([&daemon, terminal](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
            if (terminal && std::exchange(resized, 0) != 0) {
              daemon.send({{"resize", window_size()}});
            }
            if (const int signal = std::exchange(signalled, 0); signal != 0) {
              daemon.send({{"signal", signal}});
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
          }
        }) {}

 private:
  std::jthread thread_;
};

ExitCode run(const std::string& written, const std::vector<std::string>& argv, bool terminal) {
  const LiveTarget target = LiveTarget::parse(written);
  nlohmann::json request{{"verb", "exec"}, {"target", target.rest}, {"argv", argv}};
  if (terminal) {
    request["terminal"] = window_size();
    const char* kind = std::getenv("TERM");
    request["environment"] = {std::string("TERM=") + (kind == nullptr ? "dumb" : kind)};
  }
  ControlChannel daemon = connect_to(target.network);
  daemon.send(request, {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO});
  std::signal(SIGWINCH, on_resize);
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  std::optional<RawTerminal> raw;
  if (terminal) {
    raw.emplace();
  }
  const Courier courier(daemon, terminal);
  return static_cast<ExitCode>(result_of(daemon).get<int>());
}

struct Options {
  std::string target;
  std::vector<std::string> argv;
  bool terminal = false;
};

}  // namespace

void add_exec(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("exec", "Run a command in a guest; its exit code is the command's");
  verb->add_option("guest", options->target, "NETWORK/VHOST, such as figure2/vHost1")->required();
  verb->add_flag("-t,--terminal", options->terminal, "With a terminal, for interactive programs");
  verb->add_option("command", options->argv, "The command and its arguments, after --")->required();
  verb->callback([options, &exit_code] {
    exit_code =
        run(options->target, options->argv, options->terminal && ::isatty(STDIN_FILENO) != 0);
  });
}

void add_console(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("console", "A shell in a guest");
  verb->add_option("guest", options->target, "NETWORK/VHOST, such as figure2/vHost1")->required();
  verb->callback([options, &exit_code] {
    exit_code = run(options->target, {"sh", "-l"}, ::isatty(STDIN_FILENO) != 0);
  });
}

}  // namespace violin::cli
