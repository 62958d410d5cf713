#include "datapath/udp/datagram_socket.h"

#include <linux/sock_diag.h>
#include <netinet/udp.h>

#include <array>
#include <cstring>

#include "core/require.h"

namespace violin {

namespace {

bool set_option(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

int option(int fd, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  if (getsockopt(fd, SOL_SOCKET, name, &value, &size) != 0) {
    throw_errno("cannot read the size of a UDP socket's buffer");
  }
  return value;
}

// The forced form passes the system's limit and needs CAP_NET_ADMIN.
Bytes ask_buffer(int fd, int forced, int plain, Bytes size) {
  const int wanted = static_cast<int>(size.value);
  if (!set_option(fd, SOL_SOCKET, forced, wanted)) {
    set_option(fd, SOL_SOCKET, plain, wanted);
  }
  return Bytes{static_cast<std::uint64_t>(option(fd, plain))};
}

[[noreturn]] void throw_bind_error(UdpAddress local) {
  std::string attempt = "cannot bind UDP socket to " + to_string(local);
  switch (errno) {
    case EADDRINUSE:
      attempt += " (another program has this port: stop it, see `ss -ulnp`, or choose another)";
      break;
    case EADDRNOTAVAIL:
      attempt += " (no interface has this address: `ip address add` it, or choose another)";
      break;
    case EACCES:
      attempt += " (ports below 1024 need CAP_NET_BIND_SERVICE: choose a higher one)";
      break;
    default:
      break;
  }
  throw_errno(attempt);
}

}  // namespace

DatagramSocket::DatagramSocket(UdpAddress local, const DatagramSocketOptions& options)
    : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  if (!fd_) {
    throw_errno("cannot open a UDP socket for " + to_string(local) +
                (errno == EMFILE ? " (raise the limit of open files, `ulimit -n`)" : ""));
  }
  const sockaddr_in name = local.name();
  if (bind(fd_.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) {
    throw_bind_error(local);
  }
  sockaddr_in bound{};
  socklen_t size = sizeof bound;
  if (getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&bound), &size) != 0) {
    throw_errno("cannot read the port of the UDP socket at " + to_string(local));
  }
  local_ = UdpAddress::from(bound);
  granted_receive_ = ask_buffer(fd_.get(), SO_RCVBUFFORCE, SO_RCVBUF, options.receive_buffer);
  granted_send_ = ask_buffer(fd_.get(), SO_SNDBUFFORCE, SO_SNDBUF, options.send_buffer);
  set_option(fd_.get(), SOL_SOCKET, SO_RXQ_OVFL, 1);
  if (options.dont_fragment) {
    set_option(fd_.get(), IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
  }
  receives_trains_ = options.receive_trains && set_option(fd_.get(), SOL_UDP, UDP_GRO, 1);
  // 0 changes nothing where the option exists.
  sends_trains_ = options.send_trains && set_option(fd_.get(), SOL_UDP, UDP_SEGMENT, 0);
}

std::uint64_t DatagramSocket::new_overruns() {
  std::array<std::uint32_t, SK_MEMINFO_VARS> info{};
  socklen_t size = sizeof info;
  if (getsockopt(fd_.get(), SOL_SOCKET, SO_MEMINFO, info.data(), &size) != 0) {
    return 0;
  }
  return note_overrun(info[SK_MEMINFO_DROPS]);
}

// The count of a datagram that was queued before may be older than one read on request.
std::uint64_t DatagramSocket::note_overrun(std::uint32_t lost_so_far) {
  const std::uint32_t more = lost_so_far - lost_so_far_;
  if (more == 0 || more > 0x7fff'ffff) {
    return 0;
  }
  lost_so_far_ = lost_so_far;
  return more;
}

DatagramSocket::Ancillary DatagramSocket::read_ancillary(msghdr& message) {
  Ancillary found;
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) {
      int datagram = 0;
      std::memcpy(&datagram, CMSG_DATA(c), sizeof datagram);
      found.datagram = static_cast<std::size_t>(datagram);
    } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) {
      std::uint32_t lost = 0;
      std::memcpy(&lost, CMSG_DATA(c), sizeof lost);
      found.overruns += note_overrun(lost);
    }
  }
  return found;
}

}  // namespace violin
