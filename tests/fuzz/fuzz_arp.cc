// What parses, serialises to the same bytes.
#include <algorithm>
#include <array>

#include "models/wire/arp.h"

using violin::require;
using violin::wire::ArpPacket;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = ArpPacket::parse({data, size});
  if (!parsed) {
    require(parsed.reason() == violin::Drop::kBadFrame, "a refusal has its documented reason");
    return 0;
  }
  std::array<std::uint8_t, ArpPacket::kSize> again{};
  parsed->serialize(again);
  require(std::equal(again.begin(), again.end(), data), "ARP round trip");
  return 0;
}
