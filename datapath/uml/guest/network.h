// Interfaces, addresses and routes of a guest, set through rtnetlink (RFC 3549), so that a root
// needs no program for it. Each throws std::runtime_error with the kernel's reason.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace violin::uml {

struct LinkSettings {
  bool up = true;
  std::optional<std::uint32_t> mtu;
};

void set_link(const std::string& name, const LinkSettings& settings);
// `address` as "10.0.0.1/24". An address that is there already is no error.
void add_address(const std::string& link, const std::string& address);
void remove_address(const std::string& link, const std::string& address);
// `destination` as "10.1.0.0/16"; replaces the route that is there.
void set_route(const std::string& destination, const std::string& gateway);
void remove_route(const std::string& destination);

}  // namespace violin::uml
