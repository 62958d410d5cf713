// The real network for an ordinary user: a TCP/IP stack in this process (libslirp, as QEMU and
// rootless containers use it) that turns the VIOLIN's connections into sockets of the user's.
//
//   VIOLIN --send()--> [stack: the gateway address answers ARP] --> socket of this process --> real
//   network VIOLIN <--read()-- [        ...                           ] <-- socket
//
// Stations use `gateway` as their router. TCP and UDP go out; ICMP echo where the system allows
// it to the user (sysctl net.ipv4.ping_group_range). What is to come in is forwarded from a port of
// the host. No privilege, no namespace, no device, no process: nothing is left behind.
//
// Not supported: IPv6, multicast, broadcasts of the real network, other IP protocols, super-frames.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/address.h"
#include "datapath/jetway/outer_network.h"
#include "datapath/reactor/file_descriptor.h"

struct Slirp;
struct pollfd;

namespace violin {

struct PortForward {
  bool udp = false;  // or TCP
  Ipv4Address host_address{127, 0, 0, 1};
  std::uint16_t host_port = 0;
  Ipv4Address inside_address;
  std::uint16_t inside_port = 0;
};

struct UserModeOptions {
  Ipv4Interface gateway;  // the stack's own address in the VIOLIN, with the subnet's length
  std::uint16_t mtu = 1500;
  // Connections to the gateway's address reach the host's 127.0.0.1.
  bool host_loopback = false;
  // An address of the subnet at which the host's name servers are asked.
  std::optional<Ipv4Address> name_server = std::nullopt;
  std::vector<PortForward> forwards{};
};

class UserModeNetwork final : public OuterNetwork {
 public:
  // Throws JetwayError (a forwarded port is taken). The pool outlives it.
  UserModeNetwork(const UserModeOptions& options, FramePool& pool);
  UserModeNetwork(const UserModeNetwork&) = delete;
  UserModeNetwork& operator=(const UserModeNetwork&) = delete;
  ~UserModeNetwork() override;

  // --- OuterNetwork
  int descriptor() const override { return epoll_.get(); }
  bool takes_offloads() const override { return false; }
  std::optional<Drop> send(const Frame& frame) override;
  std::span<Frame> read() override;
  std::uint64_t lost() override { return lost_; }

 private:
  struct Callbacks;
  struct Close {
    void operator()(Slirp* slirp) const;
  };
  struct Watched {
    int fd;
    short events;
    short ready;
  };
  void forward(const PortForward& port);
  void serve_sockets();
  void watch_sockets();
  void watch(const Watched& socket);
  void ask_for_service();

  FramePool& pool_;
  FileDescriptor epoll_;    // of all the rest: what the reactor watches
  FileDescriptor timer_;    // when the stack next wants to be called
  FileDescriptor service_;  // readable after send(), whose answers read() has
  bool service_asked_ = false;
  std::vector<Frame> waiting_;  // bounded: what is over counts as lost
  std::uint64_t lost_ = 0;
  std::vector<Frame> taken_;
  std::vector<Watched> sockets_;            // in the order in which the stack named them
  std::unordered_map<int, short> watched_;  // what epoll knows of
  std::vector<std::uint8_t> bytes_;         // of a frame with elided ones
  std::unique_ptr<Slirp, Close> slirp_;     // last: its end closes sockets through callbacks
};

}  // namespace violin
