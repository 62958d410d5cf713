// Network devices of one namespace, as rtnetlink shows and changes them (RFC 3549, rtnetlink(7)).
//
// All that changes something needs CAP_NET_ADMIN in that namespace. What the system refuses is a
// std::system_error that names the attempt, the device and the system's reason.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/address.h"

struct mnl_socket;

namespace violin {

// The longest name of a device (IFNAMSIZ without the end).
inline constexpr std::size_t kMostDeviceName = 15;

enum class LinkId : int {};

struct LinkState {
  LinkId id{};
  std::string name;
  std::string kind;   // "bridge", "tun", ...; empty for a physical one
  std::string alias;  // free text that its maker set
  MacAddress mac;
  std::uint32_t mtu = 0;
  bool up = false;
  std::optional<LinkId> master = std::nullopt;  // the bridge that it is a port of
  std::uint64_t tx_dropped = 0;                 // frames for the device that the system dropped
};

class LinkControl {
 public:
  // In the namespace at `path` (empty: the thread's), also after the thread has left it.
  explicit LinkControl(const std::string& path = {});
  LinkControl(LinkControl&&) noexcept;
  LinkControl& operator=(LinkControl&&) noexcept;
  ~LinkControl();

  std::optional<LinkState> find(const std::string& name);
  std::vector<LinkState> ports(const LinkState& bridge);

  // With this address from the first moment on.
  void make_bridge(const std::string& name, MacAddress mac);
  void remove(const LinkState& link);
  void set_alias(const LinkState& link, const std::string& alias);
  void set_mtu(const LinkState& link, std::uint32_t mtu);
  void set_up(const LinkState& link);
  void join(const LinkState& port, const LinkState& bridge);
  void add_address(const LinkState& link, Ipv4Interface address);

 private:
  struct Request;
  struct Close {
    void operator()(mnl_socket* socket) const;
  };
  // Sends it and waits for the answer; the system's refusal is thrown with `attempt`.
  void ask(Request& request, const std::string& attempt);

  std::unique_ptr<mnl_socket, Close> socket_;
  std::uint32_t sequence_ = 0;
};

}  // namespace violin
