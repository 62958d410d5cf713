#include "datapath/uml/vnic_socket.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace violin::uml {

namespace {

std::optional<Bytes> granted(const FileDescriptor& socket) {
  int size = 0;
  socklen_t length = sizeof size;
  if (!socket || ::getsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &size, &length) != 0) {
    return std::nullopt;
  }
  return Bytes{static_cast<std::uint64_t>(size)};
}

}  // namespace

std::optional<VNicSocket> VNicSocket::find(const Session& session, Ipv4Address address,
                                           std::uint16_t port) {
  std::ifstream sockets("/proc/net/udp");
  const std::string text{std::istreambuf_iterator<char>(sockets), {}};
  const auto row = parse_net_udp(text, address, port);
  return row ? std::optional(VNicSocket(session, *row)) : std::nullopt;
}

// The descriptors of another process are links to what they stand for.
FileDescriptor VNicSocket::borrow() const {
  const std::string wanted = fmt::format("socket:[{}]", row_.inode);
  std::error_code gone;
  for (const auto& open :
       std::filesystem::directory_iterator(fmt::format("/proc/{}/fd", session_.id()), gone)) {
    if (std::filesystem::read_symlink(open.path(), gone) == wanted) {
      const int theirs = std::stoi(open.path().filename());
      // glibc 2.36 declares it for C alone.
      return FileDescriptor(
          static_cast<int>(::syscall(SYS_pidfd_getfd, session_.pidfd(), theirs, 0)));
    }
  }
  return {};
}

std::optional<Bytes> VNicSocket::receive_buffer() const { return granted(borrow()); }

std::optional<Bytes> VNicSocket::ask_receive_buffer(Bytes size) const {
  const FileDescriptor socket = borrow();
  const std::optional<Bytes> before = granted(socket);
  if (!before || *before >= size) {
    return before;
  }
  // The forced form passes the system's limit and needs CAP_NET_ADMIN.
  const int wanted = static_cast<int>(size.value);
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted) != 0) {
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &wanted, sizeof wanted);
  }
  return granted(socket);
}

}  // namespace violin::uml
