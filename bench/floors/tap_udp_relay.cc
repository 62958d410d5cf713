#include "bench/floors/tap_udp_relay.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>

#include "datapath/jetway/network_namespace.h"

namespace violin::bench {

namespace {

constexpr std::uint16_t kPort = 7799;
constexpr int kBurst = 64;

void connect(const FileDescriptor& socket, Ipv4Address local, Ipv4Address peer) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(kPort);
  for (const Ipv4Address address : {local, peer}) {
    name.sin_addr.s_addr = htonl(address.bits());
    const auto* generic = reinterpret_cast<const sockaddr*>(&name);
    if ((address == local ? ::bind : ::connect)(socket.get(), generic, sizeof name) != 0) {
      throw_errno("cannot join the floor's sockets");
    }
  }
}

void move_burst(int from, int to) {
  std::array<char, 2048> bytes;
  for (int i = 0; i < kBurst; ++i) {
    const ssize_t n = ::read(from, bytes.data(), bytes.size());
    if (n <= 0) {
      return;
    }
    [[maybe_unused]] const auto written = ::write(to, bytes.data(), static_cast<std::size_t>(n));
  }
}

}  // namespace

TapUdpRelay::TapUdpRelay(const End& end) {
  const NamespaceVisit visit(end.network_namespace);
  tap_ = FileDescriptor(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  ifreq request{};
  std::string("floor0").copy(request.ifr_name, 6);
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  if (::ioctl(tap_.get(), TUNSETIFF, &request) != 0) {
    throw_errno("cannot make the floor's TAP device");
  }
  socket_ = FileDescriptor(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int size = 4 << 20;
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  connect(socket_, end.local, end.peer);
  thread_ = std::jthread([this](const std::stop_token& stop) { relay(stop); });
}

void TapUdpRelay::relay(const std::stop_token& stop) const {
  std::array<pollfd, 2> wait = {{{tap_.get(), POLLIN, 0}, {socket_.get(), POLLIN, 0}}};
  while (!stop.stop_requested()) {
    ::poll(wait.data(), wait.size(), 100);
    if ((wait[0].revents & POLLIN) != 0) {
      move_burst(tap_.get(), socket_.get());
    }
    if ((wait[1].revents & POLLIN) != 0) {
      move_burst(socket_.get(), tap_.get());
    }
  }
}

}  // namespace violin::bench
