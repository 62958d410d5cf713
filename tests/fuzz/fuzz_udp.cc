// The datagram as it comes and without a checksum, whole and with an elided tail: what parses,
// serialises to what parses equal.
#include <vector>

#include "models/wire/udp.h"

using violin::Ipv4Address;
using violin::require;
using violin::wire::UdpHeader;

namespace {

constexpr Ipv4Address kSource(10, 0, 0, 1);
constexpr Ipv4Address kDestination(10, 0, 0, 2);

void check(std::vector<std::uint8_t> segment, std::size_t segment_size) {
  const auto parsed = UdpHeader::parse(segment, segment_size, kSource, kDestination);
  if (!parsed) {
    require(parsed.reason() == violin::Drop::kBadHeader ||
                parsed.reason() == violin::Drop::kBadChecksum,
            "a refusal has its documented reason");
    return;
  }
  require(parsed->length <= segment_size, "a datagram lies within its segment");
  parsed->serialize(segment, kSource, kDestination);
  require(segment[6] != 0 || segment[7] != 0, "a computed checksum is never sent as 0");
  const auto again = UdpHeader::parse(segment, segment_size, kSource, kDestination);
  require(again && *again == *parsed, "UDP round trip");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint8_t> segment(data, data + size);
  check(segment, size);
  if (size >= UdpHeader::kSize) {
    segment[6] = segment[7] = 0;
    check(segment, size);
    check(segment, 65515);
  }
  return 0;
}
