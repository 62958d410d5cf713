// Integers in network byte order at any alignment. The caller has checked the bounds.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace violin::wire {

static_assert(std::endian::native == std::endian::little || std::endian::native == std::endian::big,
              "mixed-endian machines are not supported");

// The integer whose bytes are in the machine's order where `v` has them in network order, and back.
constexpr std::uint16_t swap_network(std::uint16_t v) {
  return std::endian::native == std::endian::little ? __builtin_bswap16(v) : v;
}
constexpr std::uint32_t swap_network(std::uint32_t v) {
  return std::endian::native == std::endian::little ? __builtin_bswap32(v) : v;
}
constexpr std::uint64_t swap_network(std::uint64_t v) {
  return std::endian::native == std::endian::little ? __builtin_bswap64(v) : v;
}

// As it lies in memory, not swapped.
template <typename Word>
Word load_native(const std::uint8_t* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

inline std::uint16_t load16(const std::uint8_t* from) {
  return swap_network(load_native<std::uint16_t>(from));
}
inline std::uint32_t load32(const std::uint8_t* from) {
  return swap_network(load_native<std::uint32_t>(from));
}
inline std::uint64_t load64(const std::uint8_t* from) {
  return swap_network(load_native<std::uint64_t>(from));
}

inline void store16(std::uint8_t* to, std::uint16_t value) {
  const std::uint16_t word = swap_network(value);
  std::memcpy(to, &word, sizeof word);
}
inline void store32(std::uint8_t* to, std::uint32_t value) {
  const std::uint32_t word = swap_network(value);
  std::memcpy(to, &word, sizeof word);
}
inline void store64(std::uint8_t* to, std::uint64_t value) {
  const std::uint64_t word = swap_network(value);
  std::memcpy(to, &word, sizeof word);
}

// 48 bits.
inline std::uint64_t load48(const std::uint8_t* from) {
  return (std::uint64_t{load16(from)} << 32) | load32(from + 2);
}
inline void store48(std::uint8_t* to, std::uint64_t value) {
  store16(to, static_cast<std::uint16_t>(value >> 32));
  store32(to + 2, static_cast<std::uint32_t>(value));
}

}  // namespace violin::wire
