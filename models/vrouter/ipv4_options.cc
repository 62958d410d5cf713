#include "models/vrouter/ipv4_options.h"

#include "models/wire/big_endian.h"

namespace violin {

namespace {

constexpr std::uint8_t kEndOfList = 0;
constexpr std::uint8_t kNoOperation = 1;
constexpr std::uint8_t kRecordRoute = 7;
constexpr std::uint8_t kLooseSourceRoute = 131;
constexpr std::uint8_t kStrictSourceRoute = 137;
constexpr std::uint8_t kFirstPointer = 4;  // counted from 1: type, length, pointer come before

}  // namespace

Ipv4OptionScan scan_options(std::span<const std::uint8_t> options) {
  Ipv4OptionScan scan;
  for (std::size_t at = 0; at < options.size() && options[at] != kEndOfList;) {
    const std::uint8_t type = options[at];
    if (type == kNoOperation) {
      ++at;
      continue;
    }
    const std::size_t length = at + 1 < options.size() ? options[at + 1] : 0;
    const bool route = type == kRecordRoute;
    if (length < 2 || length > options.size() - at ||
        (route && (length < 3 || options[at + 2] < kFirstPointer))) {
      scan.malformed = static_cast<std::uint8_t>(at);
      return scan;
    }
    scan.source_route |= type == kLooseSourceRoute || type == kStrictSourceRoute;
    if (route) {
      scan.record_route = static_cast<std::uint8_t>(at);
    }
    at += length;
  }
  return scan;
}

void record_route(std::span<std::uint8_t> options, std::uint8_t at, Ipv4Address own) {
  const std::size_t length = options[at + 1U];
  const std::size_t pointer = options[at + 2U];
  if (pointer + 3 <= length) {
    wire::store32(options.data() + at + pointer - 1, own.bits());
    options[at + 2U] = static_cast<std::uint8_t>(pointer + 4);
  }
}

}  // namespace violin
