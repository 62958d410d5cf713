// The segment as it comes and with its checksum mended: what parses, serialises to what parses
// equal.
#include <vector>

#include "models/wire/checksum.h"
#include "models/wire/tcp.h"

using violin::Ipv4Address;
using violin::require;
using violin::wire::TcpHeader;

namespace {

constexpr Ipv4Address kSource(10, 0, 0, 1);
constexpr Ipv4Address kDestination(10, 0, 0, 2);

void check(std::span<const std::uint8_t> segment) {
  const auto parsed = TcpHeader::parse(segment, segment.size(), kSource, kDestination);
  if (!parsed) {
    require(parsed.reason() == violin::Drop::kBadHeader ||
                parsed.reason() == violin::Drop::kBadChecksum,
            "a refusal has its documented reason");
    return;
  }
  const TcpHeader& header = parsed->header;
  require(parsed->header_size <= segment.size(), "a header lies within its segment");
  require(header.size() <= parsed->header_size, "known options take no more than they took");
  std::vector<std::uint8_t> bytes(header.size());
  header.serialize(bytes, bytes.size(), kSource, kDestination);
  const auto again = TcpHeader::parse(bytes, bytes.size(), kSource, kDestination);
  require(again && again->header == header, "TCP round trip");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check({data, size});
  if (size >= TcpHeader::kMinSize && size <= 65535) {
    std::vector<std::uint8_t> mended(data, data + size);
    mended[16] = mended[17] = 0;
    violin::wire::ChecksumSum sum;
    sum.add_pseudo_header(kSource, kDestination, 6, static_cast<std::uint16_t>(size));
    sum.add(mended);
    const std::uint16_t checksum = sum.finish();
    mended[16] = static_cast<std::uint8_t>(checksum >> 8);
    mended[17] = static_cast<std::uint8_t>(checksum);
    check(mended);
  }
  return 0;
}
