// The message as it comes and with its checksum mended: what parses, serialises to what parses
// equal.
#include <vector>

#include "models/wire/checksum.h"
#include "models/wire/icmp.h"

using violin::require;
using violin::wire::IcmpHeader;

namespace {

void check(std::vector<std::uint8_t> message) {
  const auto parsed = IcmpHeader::parse(message);
  if (!parsed) {
    require(parsed.reason() == violin::Drop::kBadHeader ||
                parsed.reason() == violin::Drop::kBadChecksum,
            "a refusal has its documented reason");
    return;
  }
  parsed->serialize(message);
  const auto again = IcmpHeader::parse(message);
  require(again && *again == *parsed, "ICMP round trip");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint8_t> message(data, data + size);
  check(message);
  if (size >= IcmpHeader::kSize) {
    message[2] = message[3] = 0;
    const std::uint16_t sum = violin::wire::internet_checksum(message);
    message[2] = static_cast<std::uint8_t>(sum >> 8);
    message[3] = static_cast<std::uint8_t>(sum);
    check(message);
  }
  return 0;
}
