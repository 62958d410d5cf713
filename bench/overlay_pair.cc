#include "bench/overlay_pair.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <vector>

#include "datapath/jetway/network_namespace.h"

namespace violin::bench {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

void shell(const std::string& command) {
  if (std::system((command + " >/dev/null 2>&1").c_str()) != 0) {
    throw std::runtime_error("failed: " + command);
  }
}

sockaddr_in name_of(Ipv4Address address, std::uint16_t port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  name.sin_addr.s_addr = htonl(address.bits());
  return name;
}

const sockaddr* generic(const sockaddr_in& name) {
  return reinterpret_cast<const sockaddr*>(&name);
}

// A socket of the namespace; its calls give up after a while.
FileDescriptor socket_in(const std::string& where, int kind, Duration patience) {
  const NamespaceVisit visit(where);
  FileDescriptor file(::socket(AF_INET, kind | SOCK_CLOEXEC, 0));
  const timeval limit{.tv_sec = patience / 1s, .tv_usec = patience % 1s / 1us};
  ::setsockopt(file.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(file.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  return file;
}

std::uint16_t bind_to_any(const FileDescriptor& socket) {
  sockaddr_in name = name_of({}, 0);
  socklen_t size = sizeof name;
  if (::bind(socket.get(), generic(name), sizeof name) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&name), &size) != 0) {
    throw_errno("cannot bind a benchmark's socket");
  }
  return ntohs(name.sin_port);
}

// Answers datagrams until none has come for a while.
void echo(const FileDescriptor& socket, const std::stop_token& stop) {
  std::array<char, 2048> bytes{};
  while (!stop.stop_requested()) {
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t n = ::recvfrom(socket.get(), bytes.data(), bytes.size(), 0,
                                 reinterpret_cast<sockaddr*>(&from), &size);
    if (n > 0) {
      ::sendto(socket.get(), bytes.data(), static_cast<std::size_t>(n), 0, generic(from), size);
    }
  }
}

}  // namespace

std::string OverlayPair::name(std::size_t host) const {
  return "violin-bench-" + std::to_string(::getpid()) + "-" + std::to_string(host);
}

OverlayPair::OverlayPair() {
  try {
    for (const std::size_t host : {0U, 1U}) {
      shell("ip netns add " + name(host));
      run(host, "ip link set lo up");
      run(host, "sysctl -qw net.ipv6.conf.default.disable_ipv6=1 || true");
    }
    run(0, "ip link add underlay type veth peer name underlay netns " + name(1));
    for (const std::size_t host : {0U, 1U}) {
      run(host, "ip address add " + to_string(kUnderlay[host]) + "/24 dev underlay");
      run(host, "ip link set underlay up");
    }
  } catch (...) {
    this->~OverlayPair();
    throw;
  }
}

OverlayPair::~OverlayPair() {
  for (const std::size_t host : {0U, 1U}) {
    [[maybe_unused]] const int status =
        std::system(("ip netns delete " + name(host) + " 2>/dev/null").c_str());
  }
}

void OverlayPair::run(std::size_t host, const std::string& command) const {
  shell("ip netns exec " + name(host) + " sh -c '" + command + "'");
}

double OverlayPair::tcp(Ipv4Address to, Duration time) const {
  const FileDescriptor listener = socket_in(path(1), SOCK_STREAM, 5s);
  const sockaddr_in name = name_of(to, bind_to_any(listener));
  ::listen(listener.get(), 1);
  const std::jthread sender([&](const std::stop_token& stop) {
    const FileDescriptor socket = socket_in(path(0), SOCK_STREAM, 5s);
    const std::vector<char> block(128 * 1024);
    if (::connect(socket.get(), generic(name), sizeof name) == 0) {
      while (!stop.stop_requested() &&
             ::send(socket.get(), block.data(), block.size(), MSG_NOSIGNAL) > 0) {
      }
    }
  });
  const FileDescriptor connection(::accept(listener.get(), nullptr, nullptr));
  std::vector<char> block(128 * 1024);
  const auto receive_for = [&](Duration span) {
    double bytes = 0;
    const auto begun = Clock::now();
    while (Clock::now() < begun + span) {
      const ssize_t n = ::recv(connection.get(), block.data(), block.size(), 0);
      if (n <= 0) {
        throw std::runtime_error("the TCP connection came to nothing");
      }
      bytes += static_cast<double>(n);
    }
    return 8 * bytes / std::chrono::duration<double>(Clock::now() - begun).count();
  };
  receive_for(500ms);
  return receive_for(time);
}

Duration OverlayPair::round_trip(Ipv4Address to) const {
  const FileDescriptor server = socket_in(path(1), SOCK_DGRAM, 200ms);
  const sockaddr_in name = name_of(to, bind_to_any(server));
  const std::jthread answers([&](const std::stop_token& stop) { echo(server, stop); });
  const FileDescriptor client = socket_in(path(0), SOCK_DGRAM, 200ms);
  std::vector<Duration> times;
  std::array<char, 18> bytes{};
  for (int i = 0; i < 200; ++i) {
    const auto begun = Clock::now();
    ::sendto(client.get(), bytes.data(), bytes.size(), 0, generic(name), sizeof name);
    if (::recv(client.get(), bytes.data(), bytes.size(), 0) > 0) {
      times.push_back(Clock::now() - begun);
    }
  }
  if (times.empty()) {
    return Duration::max();
  }
  std::ranges::nth_element(times, times.begin() + std::ssize(times) / 2);
  return times[times.size() / 2];
}

void OverlayPair::await(Ipv4Address to) const {
  const FileDescriptor server = socket_in(path(1), SOCK_DGRAM, 100ms);
  const sockaddr_in name = name_of(to, bind_to_any(server));
  const std::jthread answers([&](const std::stop_token& stop) { echo(server, stop); });
  const FileDescriptor client = socket_in(path(0), SOCK_DGRAM, 100ms);
  std::array<char, 18> bytes{};
  for (int i = 0; i < 100; ++i) {
    ::sendto(client.get(), bytes.data(), bytes.size(), 0, generic(name), sizeof name);
    if (::recv(client.get(), bytes.data(), bytes.size(), 0) > 0) {
      return;
    }
    std::this_thread::sleep_for(10ms);
  }
  throw std::runtime_error("nothing crosses to " + to_string(to));
}

}  // namespace violin::bench
