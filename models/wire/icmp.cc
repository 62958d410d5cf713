#include "models/wire/icmp.h"

#include "models/wire/big_endian.h"
#include "models/wire/checksum.h"

namespace violin::wire {

Parsed<IcmpHeader> IcmpHeader::parse(std::span<const std::uint8_t> message) {
  if (message.size() < kSize) {
    return Drop::kBadHeader;
  }
  if (internet_checksum(message) != 0) {
    return Drop::kBadChecksum;
  }
  return IcmpHeader{.type = static_cast<IcmpType>(message[0]),
                    .code = message[1],
                    .rest = load32(message.data() + 4)};
}

void IcmpHeader::serialize(std::span<std::uint8_t> message) const {
  require(message.size() >= kSize, "an ICMP message has at least 8 bytes");
  std::uint8_t* p = message.data();
  p[0] = static_cast<std::uint8_t>(type);
  p[1] = code;
  store16(p + 2, 0);
  store32(p + 4, rest);
  store16(p + 2, internet_checksum(message));
}

}  // namespace violin::wire
