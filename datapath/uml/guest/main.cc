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

// Of what is done or read: the answer to the host.
Message answer(const Message& wish, std::string (*grant)(const std::string&)) {
  try {
    return {MessageKind::kDone, wish.id, grant(wish.payload)};
  } catch (const std::exception& error) {
    return {MessageKind::kFailed, wish.id, error.what()};
  }
}

std::string do_set_up(const std::string& lines) {
  set_up(lines);
  return {};
}

std::string read_file(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    fail("cannot open " + path);
  }
  std::string content(kMostPayload, '\0');
  std::size_t size = 0;
  ssize_t got = 0;
  while (size < content.size() && (got = read(fd, &content[size], content.size() - size)) > 0) {
    size += static_cast<std::size_t>(got);
  }
  const int error = errno;
  close(fd);
  if (got < 0) {
    errno = error;
    fail("cannot read " + path);
  }
  return content.substr(0, size);
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
      line.send(answer(message, do_set_up));
      break;
    case MessageKind::kRead:
      line.send(answer(message, read_file));
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
