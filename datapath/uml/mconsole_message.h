// The messages of User-Mode Linux's management console: datagrams on a unix socket, integers in the
// host's byte order.
//
//   request: magic 0xcafebabe, version 2, length, text[512] (NUL-terminated, so 511 at most)
//   reply:   error, more, length, text[512]; repeated while `more`; text ends with a NUL that
//   counts
//
// Source: arch/um/drivers/mconsole.h of Linux 6.1.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace violin::uml {

inline constexpr std::size_t kMconsoleText = 512;
inline constexpr std::size_t kMconsoleRequest = 12 + kMconsoleText;
inline constexpr std::size_t kMconsoleReply = 12 + kMconsoleText;

// Throws std::length_error if the command does not fit.
std::string encode_mconsole_request(std::string_view command);

struct MconsoleReply {
  bool error = false;
  bool more = false;  // another reply belongs to it
  std::string text;   // without the NUL at its end

  bool operator==(const MconsoleReply&) const = default;
};

// Nothing if it is shorter than its header, or than the length that this tells.
std::optional<MconsoleReply> parse_mconsole_reply(std::span<const std::byte> datagram);

}  // namespace violin::uml
