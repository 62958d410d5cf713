// The first process of a guest: sets the system up as the host says, and runs the host's commands.
//
// It needs nothing of the root that it finds: it is linked statically and boots from memory. When
// the host's end of the line closes, nobody can reach the guest any more, and it switches itself
// off.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "datapath/uml/agent_protocol.h"
#include "datapath/uml/guest/commands.h"
#include "datapath/uml/guest/failure.h"
#include "datapath/uml/guest/line.h"
#include "datapath/uml/guest/network.h"
#include "datapath/uml/guest/root.h"
#include "datapath/uml/guest/set_up.h"

namespace {

using namespace violin::uml;

std::string result_of_set_up(const std::string& lines) {
  try {
    set_up(lines);
    return {};
  } catch (const std::exception& error) {
    return error.what();
  }
}

void start(Commands& commands, Line& line, const Message& message) {
  try {
    commands.start(message.id, parse_exec(message.payload));
  } catch (const std::exception& error) {
    line.send({MessageKind::kError, message.id, std::string(error.what()) + "\n"});
    line.send({MessageKind::kExited, message.id, encode(ExitStatus{false, 126})});
  }
}

void obey(const Message& message, Commands& commands, Line& line) {
  switch (message.kind) {
    case MessageKind::kSetUp:
      line.send({MessageKind::kDone, message.id, result_of_set_up(message.payload)});
      break;
    case MessageKind::kExec:
      start(commands, line, message);
      break;
    case MessageKind::kInput:
      commands.input(message.id, message.payload);
      break;
    case MessageKind::kEndInput:
      commands.end_input(message.id);
      break;
    case MessageKind::kSignal:
      commands.signal(message.id, static_cast<int>(parse_number(message.payload)));
      break;
    case MessageKind::kResize:
      commands.resize(message.id, parse_window_size(message.payload));
      break;
    case MessageKind::kCredit:
      commands.credit(message.id, parse_number(message.payload));
      break;
    case MessageKind::kPowerOff:
      power_off();
    default:
      throw BadMessage("the host sent what only guests send");
  }
}

int ended_processes() {
  sigset_t set{};
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

// Until the host has gone.
void serve(Line& line) {
  const int ended = ended_processes();
  Commands commands(line);
  MessageReader reader;
  line.send({MessageKind::kHello, 0, std::string(kProtocolVersion)});
  for (;;) {
    std::vector<pollfd> polled{
        {line.fd(), static_cast<short>(line.sending() ? POLLIN | POLLOUT : POLLIN), 0},
        {ended, POLLIN, 0}};
    commands.add_to(polled);
    poll(polled.data(), polled.size(), -1);
    signalfd_siginfo ignored{};
    while (read(ended, &ignored, sizeof ignored) > 0) {
    }
    commands.reap();
    const bool connected = line.receive(reader);
    while (auto message = reader.next()) {
      obey(*message, commands, line);
    }
    commands.move();
    line.flush();
    if (!connected) {
      return;
    }
  }
}

void prepare() {
  mount_kernel_file_systems();
  setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
  setenv("HOME", "/root", 1);
  setenv("USER", "root", 1);
  setenv("TERM", "linux", 1);
  set_link("lo", {.up = true, .mtu = std::nullopt});
}

}  // namespace

int main() {
  try {
    prepare();
    Line line("/dev/ttyS0");
    serve(line);
  } catch (const std::exception& error) {
    std::printf("violin-guest: %s\n", error.what());
    std::fflush(stdout);
  }
  power_off();
}
