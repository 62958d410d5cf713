// The header as it comes and with its checksum mended: what parses, serialises to the same bytes;
// its copied options are a shorter list whose copy is itself; decrementing the TTL keeps the
// checksum right.
#include <algorithm>
#include <array>
#include <vector>

#include "models/wire/checksum.h"
#include "models/wire/ipv4.h"

using violin::require;
using violin::wire::internet_checksum;
using violin::wire::Ipv4Header;

namespace {

void check_copied_options(const Ipv4Header& header) {
  using Options = std::array<std::uint8_t, Ipv4Header::kMaxOptions>;
  Options once{};
  Options twice{};
  const std::uint8_t size =
      violin::wire::copied_options(std::span(header.options).first(header.options_size), once);
  require(size % 4 == 0 && size <= header.options_size, "copied options are no longer");
  require(violin::wire::copied_options(std::span(once).first(size), twice) == size && once == twice,
          "copied options are copied as they are");
}

void check(std::span<const std::uint8_t> bytes) {
  const auto parsed = Ipv4Header::parse(bytes, bytes.size());
  if (!parsed) {
    require(parsed.reason() == violin::Drop::kBadHeader ||
                parsed.reason() == violin::Drop::kBadChecksum,
            "a refusal has its documented reason");
    return;
  }
  require(parsed->total_length <= bytes.size(), "a datagram lies within its bytes");
  std::vector<std::uint8_t> again(parsed->size());
  parsed->serialize(again);
  // A checksum of 0xffff is as right as 0; it is written as 0 only.
  require(std::equal(again.begin(), again.begin() + 10, bytes.begin()) &&
              std::equal(again.begin() + 12, again.end(), bytes.begin() + 12),
          "IPv4 round trip");
  check_copied_options(*parsed);
  if (parsed->ttl > 0) {
    violin::wire::decrement_ttl(again);
    require(internet_checksum(again) == 0, "the checksum follows the TTL");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check({data, size});
  std::vector<std::uint8_t> mended(data, data + size);
  const std::size_t header_size = size == 0 ? 0 : std::size_t{data[0]} % 16 * 4;
  if (header_size >= Ipv4Header::kMinSize && header_size <= size) {
    mended[10] = mended[11] = 0;
    const std::uint16_t sum = internet_checksum(std::span(mended).first(header_size));
    mended[10] = static_cast<std::uint8_t>(sum >> 8);
    mended[11] = static_cast<std::uint8_t>(sum);
    check(mended);
  }
  return 0;
}
