#include "models/wire/udp.h"

#include <algorithm>

#include "models/wire/big_endian.h"
#include "models/wire/checksum.h"
#include "models/wire/ipv4.h"

namespace violin::wire {

std::uint16_t UdpHeader::checksum(std::span<const std::uint8_t> segment, std::uint16_t length,
                                  Ipv4Address source, Ipv4Address destination) {
  ChecksumSum sum;
  sum.add_pseudo_header(source, destination, static_cast<std::uint8_t>(IpProtocol::kUdp), length);
  sum.add(segment.first(std::min<std::size_t>(segment.size(), length)));
  return sum.finish();
}

void UdpHeader::serialize(std::span<std::uint8_t> segment, Ipv4Address source,
                          Ipv4Address destination) const {
  require(segment.size() >= kSize && length >= kSize, "a UDP datagram has at least 8 bytes");
  std::uint8_t* p = segment.data();
  store16(p, source_port);
  store16(p + 2, destination_port);
  store16(p + 4, length);
  store16(p + 6, 0);
  const std::uint16_t sum = checksum(segment, length, source, destination);
  store16(p + 6, sum == 0 ? 0xffff : sum);
}

}  // namespace violin::wire
