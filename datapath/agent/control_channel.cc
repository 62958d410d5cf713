#include "datapath/agent/control_channel.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstring>
#include <stdexcept>

#include "core/require.h"

namespace violin {

namespace {

struct alignas(cmsghdr) DescriptorSpace {
  std::array<std::uint8_t, CMSG_SPACE(sizeof(int) * ControlChannel::kMostDescriptors)> bytes{};
};

sockaddr_un address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.string().size() >= sizeof address.sun_path) {
    throw std::runtime_error("'" + path.string() + "' is too long for a unix socket's path");
  }
  std::strcpy(address.sun_path, path.c_str());
  return address;
}

FileDescriptor new_socket() {
  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) {
    throw_errno("cannot make a unix socket");
  }
  return socket;
}

void take_descriptors(msghdr& message, std::vector<FileDescriptor>& into) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) {
      continue;
    }
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
      into.emplace_back(fd);
    }
  }
}

}  // namespace

std::optional<ControlChannel> ControlChannel::connect(const std::filesystem::path& path) {
  FileDescriptor socket = new_socket();
  const sockaddr_un address = address_of(path);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (errno == ECONNREFUSED || errno == ENOENT) {
      return std::nullopt;
    }
    throw_errno("cannot connect to '" + path.string() + "'");
  }
  return ControlChannel(std::move(socket));
}

void ControlChannel::send(const nlohmann::json& document, const std::vector<int>& descriptors) {
  require(descriptors.size() <= kMostDescriptors, "a document brings at most three descriptors");
  const std::string text = document.dump();
  std::string bytes(4, '\0');
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[i] = static_cast<char>((text.size() >> (24 - 8 * i)) & 0xff);
  }
  bytes += text;
  DescriptorSpace space;
  iovec piece{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = space.bytes.data();
    message.msg_controllen = CMSG_SPACE(sizeof(int) * descriptors.size());
    cmsghdr* part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof(int) * descriptors.size());
    std::memcpy(CMSG_DATA(part), descriptors.data(), sizeof(int) * descriptors.size());
  }
  while (piece.iov_len > 0) {
    const ssize_t sent = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR) {
      throw_errno("the other end of the control socket is gone");
    }
    if (sent > 0) {
      piece.iov_base = static_cast<char*>(piece.iov_base) + sent;
      piece.iov_len -= static_cast<std::size_t>(sent);
      message.msg_control = nullptr;
      message.msg_controllen = 0;
    }
  }
}

// False at the end of the stream.
bool ControlChannel::read_exactly(void* bytes, std::size_t size,
                                  std::vector<FileDescriptor>& descriptors) {
  iovec piece{bytes, size};
  while (piece.iov_len > 0) {
    DescriptorSpace space;
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = space.bytes.data();
    message.msg_controllen = space.bytes.size();
    const ssize_t got = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return false;
    }
    take_descriptors(message, descriptors);
    piece.iov_base = static_cast<char*>(piece.iov_base) + got;
    piece.iov_len -= static_cast<std::size_t>(got);
  }
  return true;
}

std::optional<ControlChannel::Received> ControlChannel::receive() {
  Received received;
  std::array<std::uint8_t, 4> header{};
  if (!read_exactly(header.data(), header.size(), received.descriptors)) {
    return std::nullopt;
  }
  std::size_t size = 0;
  for (const std::uint8_t byte : header) {
    size = size << 8 | byte;
  }
  if (size > kMostBytes) {
    throw std::runtime_error("a control document of " + std::to_string(size) + " bytes");
  }
  std::string text(size, '\0');
  if (!read_exactly(text.data(), size, received.descriptors)) {
    return std::nullopt;
  }
  try {
    received.document = nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception& error) {
    throw std::runtime_error(std::string("a control document that is no JSON: ") + error.what());
  }
  return received;
}

uid_t ControlChannel::peer_user() const {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket_.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    throw_errno("cannot tell who is at the control socket");
  }
  return credentials.uid;
}

ControlListener::ControlListener(const std::filesystem::path& path) : socket_(new_socket()) {
  const sockaddr_un address = address_of(path);
  if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket_.get(), 16) != 0) {
    throw_errno("cannot listen at '" + path.string() + "'");
  }
}

std::optional<ControlChannel> ControlListener::accept() {
  while (true) {
    FileDescriptor channel(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (channel) {
      return ControlChannel(std::move(channel));
    }
    if (errno != EINTR && errno != ECONNABORTED) {
      return std::nullopt;
    }
  }
}

void ControlListener::shut_down() { ::shutdown(socket_.get(), SHUT_RDWR); }

}  // namespace violin
