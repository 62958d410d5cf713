#include "datapath/uml/mconsole_message.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace violin::uml {

std::string encode_mconsole_request(std::string_view command) {
  if (command.size() >= kMconsoleText) {
    throw std::length_error("a management-console command has at most 511 bytes, not " +
                            std::to_string(command.size()));
  }
  const std::array<std::uint32_t, 3> header{0xcafebabe, 2,
                                            static_cast<std::uint32_t>(command.size())};
  std::string datagram(kMconsoleRequest, '\0');
  std::memcpy(datagram.data(), header.data(), sizeof header);
  std::memcpy(datagram.data() + sizeof header, command.data(), command.size());
  return datagram;
}

std::optional<MconsoleReply> parse_mconsole_reply(std::span<const std::byte> datagram) {
  std::array<std::uint32_t, 3> header{};
  if (datagram.size() < sizeof header) {
    return std::nullopt;
  }
  std::memcpy(header.data(), datagram.data(), sizeof header);
  const auto [error, more, length] = header;
  const auto text = datagram.subspan(sizeof header);
  if (length > text.size() || length > kMconsoleText) {
    return std::nullopt;
  }
  MconsoleReply reply{error != 0, more != 0, std::string(length, '\0')};
  std::memcpy(reply.text.data(), text.data(), length);
  if (reply.text.ends_with('\0')) {
    reply.text.pop_back();
  }
  return reply;
}

}  // namespace violin::uml
