// Network namespaces without names, which end with the test whatever happens, and sockets in them.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include "core/address.h"
#include "datapath/jetway/network_namespace.h"
#include "datapath/reactor/file_descriptor.h"

namespace violin {

class TestNamespace {
 public:
  // Why none can be made here, or nothing. An ordinary user gets the right to make them in a user
  // namespace, which the process enters for the rest of its life.
  static std::optional<std::string> unavailable() {
    if (!FileDescriptor(::open("/dev/net/tun", O_RDWR | O_CLOEXEC))) {
      return "/dev/net/tun cannot be opened";
    }
    if (make()) {
      return std::nullopt;
    }
    if (!enter_user_namespace() || !make()) {
      return "network namespaces can be made neither as this user nor in a user namespace";
    }
    return std::nullopt;
  }

  TestNamespace() : file_(make()) {}
  // Good while this object lives, in this process.
  std::string path() const { return "/proc/self/fd/" + std::to_string(file_.get()); }

 private:
  // By a thread that ends in it. Without IPv6, which sends unasked.
  static FileDescriptor make() {
    FileDescriptor file;
    std::thread([&file] {
      if (::unshare(CLONE_NEWNET) == 0) {
        std::ofstream("/proc/sys/net/ipv6/conf/default/disable_ipv6") << "1";
        file = FileDescriptor(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
      }
    }).join();
    return file;
  }

  static bool enter_user_namespace() {
    const std::string user = std::to_string(::getuid());
    const std::string group = std::to_string(::getgid());
    if (::unshare(CLONE_NEWUSER) != 0) {
      return false;
    }
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/uid_map") << "0 " + user + " 1";
    std::ofstream("/proc/self/gid_map") << "0 " + group + " 1";
    return true;
  }

  FileDescriptor file_;
};

inline sockaddr_in socket_address(Ipv4Address address, std::uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  result.sin_addr.s_addr = htonl(address.bits());
  return result;
}

// Of a kind such as SOCK_STREAM, in the namespace; calls on it give up after 20 s.
inline FileDescriptor socket_in(const TestNamespace& where, int kind, Ipv4Address address,
                                std::uint16_t port) {
  const NamespaceVisit visit(where.path());
  FileDescriptor file(::socket(AF_INET, kind | SOCK_CLOEXEC, 0));
  const timeval patience{.tv_sec = 20, .tv_usec = 0};
  ::setsockopt(file.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(file.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const sockaddr_in name = socket_address(address, port);
  if (::bind(file.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) {
    throw_errno("cannot bind a test's socket");
  }
  return file;
}

}  // namespace violin
