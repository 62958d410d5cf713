#include "models/wire/checksum.h"

namespace violin::wire {
namespace {

// Carries back into the low end until none is left.
constexpr std::uint16_t fold(std::uint64_t sum) {
  sum = (sum & 0xffff'ffff) + (sum >> 32);
  sum = (sum & 0xffff'ffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}

std::uint64_t sum_native(const std::uint8_t* p, std::size_t size) {
  std::uint64_t even = 0;
  std::uint64_t odd = 0;
  for (; size >= 16; p += 16, size -= 16) {
    const auto first = load_native<std::uint64_t>(p);
    const auto second = load_native<std::uint64_t>(p + 8);
    even += (first & 0xffff'ffff) + (second & 0xffff'ffff);
    odd += (first >> 32) + (second >> 32);
  }
  for (; size >= 4; p += 4, size -= 4) {
    even += load_native<std::uint32_t>(p);
  }
  if (size >= 2) {
    odd += load_native<std::uint16_t>(p);
    p += 2;
    size -= 2;
  }
  if (size != 0) {
    odd += swap_network(static_cast<std::uint16_t>(*p << 8));
  }
  return even + odd;
}

}  // namespace

void ChecksumSum::add(std::span<const std::uint8_t> bytes) {
  sum_ += sum_native(bytes.data(), bytes.size());
}

void ChecksumSum::add_pseudo_header(Ipv4Address source, Ipv4Address destination,
                                    std::uint8_t protocol, std::uint16_t length) {
  add32(source.bits());
  add32(destination.bits());
  add16(protocol);
  add16(length);
}

std::uint16_t ChecksumSum::finish() const {
  return swap_network(static_cast<std::uint16_t>(~fold(sum_)));
}

std::uint16_t internet_checksum(std::span<const std::uint8_t> bytes) {
  ChecksumSum sum;
  sum.add(bytes);
  return sum.finish();
}

}  // namespace violin::wire
