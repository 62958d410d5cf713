#include "datapath/uml/mconsole.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <chrono>
#include <cstring>
#include <optional>
#include <span>

#include "datapath/uml/mconsole_message.h"

namespace violin::uml {

namespace {

using Clock = std::chrono::steady_clock;

// A socket's path is at most 107 bytes long; through a descriptor of its directory it always is.
sockaddr_un address_in(int directory, const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = "/proc/self/fd/" + std::to_string(directory) + "/" + name;
  if (path.size() >= sizeof address.sun_path) {
    throw MconsoleError("the name of the management console's socket is too long: " + name);
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

// Nothing: the time is over.
std::optional<MconsoleReply> receive(int socket, Clock::time_point until) {
  std::array<std::byte, kMconsoleReply> datagram{};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    pollfd polled{socket, POLLIN, 0};
    if (left <= 0 || ::poll(&polled, 1, static_cast<int>(left)) == 0) {
      return std::nullopt;
    }
    const ssize_t size = ::recv(socket, datagram.data(), datagram.size(), MSG_DONTWAIT);
    if (size < 0) {
      if (errno == EAGAIN || errno == EINTR) {
        continue;
      }
      return std::nullopt;
    }
    if (auto reply =
            parse_mconsole_reply(std::span(datagram).first(static_cast<std::size_t>(size)))) {
      return reply;
    }
  }
}

}  // namespace

Mconsole::Mconsole(const std::filesystem::path& socket)
    : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  const FileDescriptor directory(
      ::open(socket.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!socket_ || !directory) {
    throw_errno("cannot reach the guest's management console " + socket.string());
  }
  // The guest answers to where the request came from: a name that the kernel finds.
  sockaddr_un own{};
  own.sun_family = AF_UNIX;
  const sockaddr_un peer = address_in(directory.get(), socket.filename());
  if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own.sun_family) != 0 ||
      ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0) {
    throw_errno("cannot reach the guest's management console " + socket.string());
  }
}

std::string Mconsole::ask(std::string_view command, Duration patience) {
  const std::string request = encode_mconsole_request(command);
  const std::string attempt = "the guest was asked '" + std::string(command) + "'";
  discard_late_replies();
  if (::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) {
    throw MconsoleError(attempt + ": " + std::strerror(errno));
  }
  const auto until = Clock::now() + patience;
  auto reply = receive(socket_.get(), until);
  if (!reply) {
    throw MconsoleError(attempt + " and did not answer within " + to_string(patience));
  }
  std::string text = reply->text;
  while (reply && reply->more) {
    reply = receive(socket_.get(), std::min(until, Clock::now() + std::chrono::milliseconds(200)));
    if (reply) {
      text += reply->text;
    }
  }
  if (reply && reply->error) {
    throw MconsoleError(attempt + " and refused: " + text);
  }
  return text;
}

// The guest begins its answer with an empty line.
std::string Mconsole::proc(std::string_view file) {
  const std::string answer = ask("proc " + std::string(file));
  return answer.substr(answer.starts_with('\n') ? 1 : 0);
}

void Mconsole::discard_late_replies() {
  std::array<std::byte, kMconsoleReply> datagram{};
  while (::recv(socket_.get(), datagram.data(), datagram.size(), MSG_DONTWAIT) >= 0) {
  }
}

}  // namespace violin::uml
