// What a guest is to be: kernel, memory, root, vNICs and what is configured inside.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/address.h"
#include "core/quantity.h"

namespace violin::uml {

// Frames as L2TPv3 over UDP (RFC 3931, as Linux's vector driver speaks it): no counter. The guest
// takes datagrams from any source, so session and cookie are the only guard: use loopback
// addresses.
struct L2tpv3Cable {
  Ipv4Address local{127, 0, 0, 1};
  std::uint16_t local_port = 0;
  Ipv4Address remote{127, 0, 0, 1};
  std::uint16_t remote_port = 0;
  std::uint32_t tx_session = 1;
  std::uint32_t rx_session = 1;
  enum class Cookie : std::uint8_t { kNone, k32Bits, k64Bits } cookie = Cookie::kNone;
  std::uint64_t tx_cookie = 0;
  std::uint64_t rx_cookie = 0;
};

// Bare frames over a unix socket (SOCK_SEQPACKET) that listens at `remote`; the guest's own end is
// bound in its directory. Nothing is lost: the guest waits while the socket is full.
struct UnixCable {
  std::filesystem::path remote;
};

// The guest's interface number i is "vec<i>".
struct VNic {
  std::variant<L2tpv3Cable, UnixCable> cable;
  MacAddress mac;
  std::uint32_t mtu = 1500;
  std::vector<Ipv4Interface> addresses;
};

struct HostRoot {};     // the host's files; what the guest writes goes to its memory
struct BusyboxRoot {};  // busybox in memory
struct DiskRoot {       // an ext4 image; what the guest writes goes to disk.cow in its directory
  std::filesystem::path image;
};

struct GuestRoute {
  Ipv4Prefix destination;
  Ipv4Address gateway;
};

struct SharedDirectory {
  std::filesystem::path host;
  std::filesystem::path guest;
  bool read_only = true;
};

struct GuestSpec {
  std::string name;  // also its hostname: letters, digits, '-', '_' and '.', at most 63
  std::filesystem::path kernel = "/usr/bin/linux.uml";
  std::filesystem::path modules = "/usr/lib/uml/modules";  // not there: the guest does without
  Bytes memory{64 << 20};                                  // at least 32 MiB
  std::variant<HostRoot, BusyboxRoot, DiskRoot> root;
  std::vector<VNic> vnics;
  std::vector<GuestRoute> routes;
  bool forwards = false;                                     // net.ipv4.ip_forward
  std::vector<std::pair<std::string, std::string>> sysctls;  // "net.ipv4.tcp_sack", "0"
  std::vector<SharedDirectory> shares;                       // hostfs
  std::vector<std::string> kernel_arguments;                 // further ones, without spaces
};

// Throws std::invalid_argument naming the guest and what is wrong with it.
void check(const GuestSpec& spec);

// What follows the kernel's name. Relative paths are of the guest's directory, in which it runs.
std::vector<std::string> kernel_command_line(const GuestSpec& spec);
// The vNIC as the management console takes it: "vec0:transport=...".
std::string device_of(std::size_t index, const VNic& vnic);
// What the program inside is asked for (guest/set_up.h): the system, then each vNIC, then routes.
std::string system_lines(const GuestSpec& spec);
std::string vnic_lines(std::size_t index, const VNic& vnic);
std::string route_lines(const std::vector<GuestRoute>& routes);

inline constexpr const char* kUmid = "uml";  // its sockets are in DIRECTORY/uml
inline constexpr const char* kCowFile = "disk.cow";
// Descriptors that it finds open.
inline constexpr int kConsoleFd = 1;
inline constexpr int kLineFd = 3;
inline constexpr int kTokenFd = 4;
inline constexpr int kInitramfsFd = 5;

}  // namespace violin::uml
