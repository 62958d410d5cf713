#include "datapath/agent/up.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <iostream>
#include <stdexcept>
#include <thread>

#include "datapath/agent/control_channel.h"
#include "datapath/agent/daemon.h"
#include "datapath/agent/jetways.h"
#include "datapath/agent/journal.h"
#include "datapath/agent/remains.h"
#include "datapath/agent/status.h"

namespace violin {

namespace {

using nlohmann::json;

// stdin from nowhere, stdout and stderr into the log.
void leave_the_terminal(const RunDirectory& directory) {
  ::setsid();
  const FileDescriptor nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const FileDescriptor log(
      ::open(directory.log().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!nothing || !log) {
    throw_errno("cannot open '" + directory.log().string() + "'");
  }
  ::dup2(nothing.get(), STDIN_FILENO);
  ::dup2(log.get(), STDOUT_FILENO);
  ::dup2(log.get(), STDERR_FILENO);
}

// SIGTERM and SIGINT end the daemon in order: taken by a thread that waits for them.
class SignalThread {
 public:
  static void block() {
    const sigset_t set = signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGHUP, SIG_IGN);
  }
  explicit SignalThread(Daemon& daemon)
      : thread_([this, &daemon] {
          const sigset_t set = signals();
          const timespec a_moment{0, 100'000'000};
          while (!ending_) {
            if (sigtimedwait(&set, nullptr, &a_moment) > 0) {
              daemon.end();
            }
          }
        }) {}
  ~SignalThread() {
    ending_ = true;
    thread_.join();
  }

 private:
  static sigset_t signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return set;
  }
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

void serve(const scenario::LoadedScenario& scenario, const RunDirectory& directory,
           const UpOptions& options, Journal& journal, ControlChannel& asker) {
  const Tell tell = [&asker](const std::string& text) {
    try {
      asker.send(json{{"progress", text}});
    } catch (const std::system_error&) {
      // It has gone; the network comes up all the same.
    }
  };
  SignalThread::block();
  LiveNetwork live(scenario, options.live);
  live.go_live();
  live.run();
  std::optional<Stations> stations;
  if (!options.models) {
    stations.emplace(live, journal, directory.path() / "guests", options.stations);
    stations->on_death([](const std::string& name) {
      std::cerr << "guest " << name << " has died\n" << std::flush;
    });
    stations->reconcile(tell);
  }
  Jetways jetways(live, journal, directory.name());
  Daemon daemon(directory, live, stations ? &*stations : nullptr, jetways);
  const SignalThread signals(daemon);
  live.on_kernel([&] { live.reactor().reset_lateness(); });  // of the time while guests booted
  try {
    asker.send(
        json{{"result", status_of(directory, live, stations ? &*stations : nullptr, jetways)}});
  } catch (const std::system_error&) {
  }
  daemon.serve();
}

[[noreturn]] void run_daemon(const scenario::LoadedScenario& scenario,
                             const RunDirectory& directory, const UpOptions& options,
                             ControlChannel asker) {
  int code = 0;
  try {
    leave_the_terminal(directory);
    Journal journal(directory.journal());
    const DaemonIdentity self = DaemonIdentity::of_this_process();
    const std::int64_t entry =
        journal.record("daemon", fmt::format("process {}", self.pid),
                       json{{"pid", self.pid}, {"start_time", self.start_time}}.dump());
    serve(scenario, directory, options, journal, asker);
    journal.strike(entry);
  } catch (const std::exception& error) {
    code = 1;
    std::cerr << error.what() << '\n';
    try {
      asker.send(json{{"error", error.what()}});
    } catch (const std::system_error&) {
    }
  }
  std::cout << std::flush;
  std::cerr << std::flush;
  ::_exit(code);
}

// Until the daemon says that it is done, or goes.
std::optional<json> hear_out(ControlChannel& daemon, const Tell& tell,
                             const std::function<bool()>& interrupted) {
  while (true) {
    pollfd wait{daemon.fd(), POLLIN, 0};
    if (::poll(&wait, 1, 100) <= 0) {
      if (interrupted()) {
        return std::nullopt;
      }
      continue;
    }
    const auto said = daemon.receive();
    if (!said) {
      throw std::runtime_error("the daemon ended before the network was up");
    }
    if (said->document.contains("progress")) {
      tell(said->document["progress"].get<std::string>());
    } else if (said->document.contains("error")) {
      throw std::runtime_error(said->document["error"].get<std::string>());
    } else {
      return said->document.at("result");
    }
  }
}

bool never() { return false; }

}  // namespace

std::optional<json> bring_up(const scenario::LoadedScenario& scenario,
                             const RunDirectory& directory, const UpOptions& options,
                             const Tell& tell, const std::function<bool()>& interrupted) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw_errno("cannot make a socket to the daemon");
  }
  FileDescriptor ours(ends[0]);
  FileDescriptor theirs(ends[1]);
  directory.create();
  const pid_t child = ::fork();
  if (child < 0) {
    directory.remove();
    throw_errno("cannot start the daemon");
  }
  if (child == 0) {
    ours.reset();
    run_daemon(scenario, directory, options, ControlChannel(std::move(theirs)));
  }
  theirs.reset();
  ControlChannel daemon(std::move(ours));
  try {
    return hear_out(daemon, tell, interrupted);
  } catch (const std::exception&) {
    ::waitpid(child, nullptr, 0);
    remove_remains(directory);
    throw;
  }
}

Down take_down(const RunDirectory& directory, const Tell& tell) {
  if (!directory.exists()) {
    std::string known;
    for (const std::string& name : RunDirectory::names()) {
      known += (known.empty() ? "; there are " : ", ") + name;
    }
    throw std::runtime_error("there is no network '" + directory.name() + "'" + known);
  }
  Down down;
  const DaemonIdentity identity = DaemonIdentity::of(Journal(directory.journal()));
  if (std::optional<ControlChannel> daemon = ControlChannel::connect(directory.control())) {
    try {
      daemon->send(json{{"verb", "down"}});
      if (const auto last = hear_out(*daemon, tell, never)) {
        down.last = *last;
      }
      daemon->receive();  // until it is gone
    } catch (const std::exception& error) {
      tell(error.what());
    }
    // What it holds goes with it: a moment for that.
    for (int i = 0; i < 500 && identity.runs(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  down.remains = remove_remains(directory);
  return down;
}

}  // namespace violin
