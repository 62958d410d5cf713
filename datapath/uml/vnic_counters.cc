#include "datapath/uml/vnic_counters.h"

#include <array>
#include <bit>
#include <cstdio>
#include <sstream>

namespace violin::uml {

std::map<std::string, VNicCounters> parse_net_dev(std::string_view text) {
  std::map<std::string, VNicCounters> interfaces;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    const auto begin = line.find_first_not_of(' ');
    if (colon == std::string::npos) {
      continue;
    }
    std::array<std::uint64_t, 12> fields{};  // 8 received, then what was sent
    std::istringstream numbers(line.substr(colon + 1));
    for (std::uint64_t& field : fields) {
      numbers >> field;
    }
    if (numbers) {
      interfaces[line.substr(begin, colon - begin)] = {.rx_frames = fields[1],
                                                       .rx_bytes = fields[0],
                                                       .rx_errors = fields[2],
                                                       .rx_drops = fields[3],
                                                       .tx_frames = fields[9],
                                                       .tx_bytes = fields[8],
                                                       .tx_errors = fields[10],
                                                       .tx_drops = fields[11]};
    }
  }
  return interfaces;
}

std::optional<UdpSocketRow> parse_net_udp(std::string_view text, Ipv4Address address,
                                          std::uint16_t port) {
  // As the kernel prints it: the address as a number of this host's byte order.
  static_assert(std::endian::native == std::endian::little);
  std::array<char, 16> wanted{};
  std::snprintf(wanted.data(), wanted.size(), "%08X:%04X", __builtin_bswap32(address.bits()), port);
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::array<std::string, 13> fields;  // slot, local, remote, ...; inode is the tenth
    for (std::string& field : fields) {
      words >> field;
    }
    if (words && fields[1] == wanted.data()) {
      return UdpSocketRow{.inode = std::stoull(fields[9]), .drops = std::stoull(fields[12])};
    }
  }
  return std::nullopt;
}

}  // namespace violin::uml
