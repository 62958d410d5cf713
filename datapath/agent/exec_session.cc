#include "datapath/agent/exec_session.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <thread>

namespace violin {

namespace {

constexpr int kInterrupted = 130;

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EAGAIN) {
      pollfd room{fd, POLLOUT, 0};
      ::poll(&room, 1, -1);
    } else if (written < 0 && errno != EINTR) {
      return false;
    } else if (written > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  return true;
}

// Hands the user's input to the command on a thread of its own, since a command that does not read
// blocks it.
class InputPump {
 public:
  InputPump(int input, uml::GuestCommand& command)
      : command_(command), end_(eventfd(0, EFD_CLOEXEC)), thread_([this, input] { pump(input); }) {}
  ~InputPump() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(end_.get(), &one, sizeof one);
    command_.abandon();
    thread_.join();
  }

 private:
  void pump(int input) {
    std::array<char, 16 * 1024> bytes{};
    while (true) {
      std::array<pollfd, 2> wait{pollfd{input, POLLIN, 0}, pollfd{end_.get(), POLLIN, 0}};
      if (::poll(wait.data(), wait.size(), -1) < 0 && errno != EINTR) {
        return;
      }
      if (wait[1].revents != 0) {
        return;
      }
      if (wait[0].revents == 0) {
        continue;
      }
      const ssize_t got = ::read(input, bytes.data(), bytes.size());
      if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
        continue;
      }
      if (got <= 0) {
        command_.end_input();
        return;
      }
      if (!command_.write({bytes.data(), static_cast<std::size_t>(got)})) {
        return;
      }
    }
  }

  uml::GuestCommand& command_;
  FileDescriptor end_;
  std::thread thread_;
};

// False once the user has gone.
bool heed(ControlChannel& user, uml::GuestCommand& command) {
  const auto received = user.receive();
  if (!received) {
    return false;
  }
  const auto& said = received->document;
  if (said.contains("resize")) {
    command.resize(
        {said["resize"][0].get<std::uint16_t>(), said["resize"][1].get<std::uint16_t>()});
  }
  if (said.contains("signal")) {
    command.signal(said["signal"].get<int>());
  }
  return true;
}

}  // namespace

int run_in_guest(uml::Guest& guest, const uml::ExecRequest& request, ExecStreams streams,
                 ControlChannel& user) {
  const std::unique_ptr<uml::GuestCommand> command = guest.exec(request);
  const InputPump input(streams.input.get(), *command);
  while (true) {
    while (const auto piece = command->try_next()) {
      if (!write_all(piece->error ? streams.error.get() : streams.output.get(), piece->bytes)) {
        command->signal(SIGKILL);  // nobody reads any more
        return 128 + SIGPIPE;
      }
    }
    if (command->ended()) {
      return command->status().code();
    }
    std::array<pollfd, 2> wait{pollfd{command->descriptor(), POLLIN, 0},
                               pollfd{user.fd(), POLLIN, 0}};
    if (::poll(wait.data(), wait.size(), -1) < 0 && errno != EINTR) {
      throw_errno("cannot wait for the command");
    }
    if (wait[1].revents != 0 && !heed(user, *command)) {
      command->signal(SIGKILL);
      return kInterrupted;
    }
  }
}

}  // namespace violin
