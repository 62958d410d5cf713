// What parses, serialises to the same bytes.
#include <algorithm>
#include <array>

#include "models/wire/ethernet.h"

using violin::require;
using violin::wire::EthernetHeader;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(data, size);
  const auto parsed = EthernetHeader::parse(bytes);
  if (!parsed) {
    require(parsed.reason() == violin::Drop::kBadFrame, "a refusal has its documented reason");
    return 0;
  }
  require(parsed->size() <= size, "a header lies within its bytes");
  std::array<std::uint8_t, EthernetHeader::kTaggedSize> again{};
  parsed->serialize(again);
  require(std::equal(data, data + parsed->size(), again.begin()), "Ethernet round trip");
  return 0;
}
