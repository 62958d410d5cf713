// Link-layer and IPv4 addresses as values in host order.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/require.h"

namespace violin {

// IEEE 802 48-bit address, in the low 48 bits of an integer (first octet on the wire most
// significant).
class MacAddress {
 public:
  constexpr MacAddress() = default;
  explicit constexpr MacAddress(std::uint64_t bits) : bits_(bits & 0xffff'ffff'ffffULL) {}

  static constexpr MacAddress broadcast() { return MacAddress(0xffff'ffff'ffffULL); }
  // Locally administered unicast address number `index` (02:00:...): unique below 2^40.
  static constexpr MacAddress local(std::uint64_t index) {
    return MacAddress(0x0200'0000'0000ULL | (index & 0xff'ffff'ffffULL));
  }
  // "02:00:5e:10:00:01", also with '-'; nothing else.
  static std::optional<MacAddress> parse(std::string_view text);

  constexpr std::uint64_t bits() const { return bits_; }
  constexpr bool is_broadcast() const { return bits_ == 0xffff'ffff'ffffULL; }
  constexpr bool is_group() const { return ((bits_ >> 40) & 1) != 0; }  // multicast or broadcast
  constexpr bool is_zero() const { return bits_ == 0; }
  constexpr auto operator<=>(const MacAddress&) const = default;

 private:
  std::uint64_t bits_ = 0;
};

class Ipv4Address {
 public:
  constexpr Ipv4Address() = default;
  explicit constexpr Ipv4Address(std::uint32_t bits) : bits_(bits) {}
  constexpr Ipv4Address(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d)
      : bits_((std::uint32_t{a} << 24) | (std::uint32_t{b} << 16) | (std::uint32_t{c} << 8) | d) {}

  // Dotted quad of four decimal numbers without leading zeros (RFC 6943 section 3.1.1, strict
  // form).
  static std::optional<Ipv4Address> parse(std::string_view text);

  constexpr std::uint32_t bits() const { return bits_; }
  constexpr bool is_unspecified() const { return bits_ == 0; }
  constexpr bool is_multicast() const { return (bits_ >> 28) == 0xe; }  // 224.0.0.0/4
  constexpr bool is_broadcast() const { return bits_ == 0xffff'ffffU; }
  constexpr bool is_loopback() const { return (bits_ >> 24) == 127; }
  constexpr auto operator<=>(const Ipv4Address&) const = default;

 private:
  std::uint32_t bits_ = 0;
};

// A CIDR block; host bits are always zero.
class Ipv4Prefix {
 public:
  constexpr Ipv4Prefix() = default;
  // Clears the host bits. Throws std::logic_error if length > 32.
  constexpr Ipv4Prefix(Ipv4Address address, unsigned length)
      : address_(address.bits() & mask_bits(checked(length))),
        length_(static_cast<std::uint8_t>(length)) {}

  // "10.0.1.0/24"; refuses host bits that are set.
  static std::optional<Ipv4Prefix> parse(std::string_view text);

  constexpr Ipv4Address address() const { return address_; }
  constexpr unsigned length() const { return length_; }
  constexpr std::uint32_t mask() const { return mask_bits(length_); }
  constexpr bool contains(Ipv4Address a) const { return (a.bits() & mask()) == address_.bits(); }
  // The directed broadcast address; of a /31 or /32 there is none (RFC 3021).
  constexpr std::optional<Ipv4Address> broadcast() const {
    if (length_ >= 31) {
      return std::nullopt;
    }
    return Ipv4Address(address_.bits() | ~mask());
  }
  constexpr auto operator<=>(const Ipv4Prefix&) const = default;

 private:
  static constexpr unsigned checked(unsigned length) {
    require(length <= 32, "an IPv4 prefix is at most 32 bits long");
    return length;
  }
  static constexpr std::uint32_t mask_bits(unsigned length) {
    return length == 0 ? 0 : ~std::uint32_t{0} << (32 - length);
  }
  Ipv4Address address_;
  std::uint8_t length_ = 0;
};

// An interface's own address together with the length of its subnet: "10.0.1.7/24".
struct Ipv4Interface {
  Ipv4Address address;
  std::uint8_t prefix_length = 32;

  static std::optional<Ipv4Interface> parse(std::string_view text);
  constexpr Ipv4Prefix subnet() const { return Ipv4Prefix(address, prefix_length); }
  constexpr auto operator<=>(const Ipv4Interface&) const = default;
};

std::string to_string(MacAddress a);
std::string to_string(Ipv4Address a);
std::string to_string(Ipv4Prefix p);
std::string to_string(Ipv4Interface i);

}  // namespace violin

template <>
struct std::hash<violin::MacAddress> {
  std::size_t operator()(violin::MacAddress a) const noexcept {
    return std::hash<std::uint64_t>{}(a.bits());
  }
};
template <>
struct std::hash<violin::Ipv4Address> {
  std::size_t operator()(violin::Ipv4Address a) const noexcept {
    return std::hash<std::uint32_t>{}(a.bits());
  }
};
