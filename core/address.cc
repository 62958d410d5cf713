#include "core/address.h"

#include <charconv>
#include <cstdio>

namespace violin {

namespace {

// A decimal number of 1 to 3 digits without leading zeros, at most `max`; advances `text` past it.
std::optional<unsigned> take_number(std::string_view& text, unsigned max) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const auto digits = static_cast<std::size_t>(end - text.data());
  if (error != std::errc{} || value > max || digits > 3 || (digits > 1 && text[0] == '0')) {
    return std::nullopt;
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

std::optional<Ipv4Address> take_address(std::string_view& text) {
  std::uint32_t bits = 0;
  for (int octet = 0; octet < 4; ++octet) {
    if (octet > 0 && !take(text, '.')) {
      return std::nullopt;
    }
    const auto value = take_number(text, 255);
    if (!value) {
      return std::nullopt;
    }
    bits = (bits << 8) | *value;
  }
  return Ipv4Address(bits);
}

std::optional<unsigned> take_length(std::string_view& text) {
  return take(text, '/') ? take_number(text, 32) : std::nullopt;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<MacAddress> MacAddress::parse(std::string_view text) {
  if (text.size() != 17) {
    return std::nullopt;
  }
  const char separator = text[2];
  if (separator != ':' && separator != '-') {
    return std::nullopt;
  }
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 17; i += 3) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0 || (i + 2 < 17 && text[i + 2] != separator)) {
      return std::nullopt;
    }
    bits = (bits << 8) | static_cast<unsigned>(high * 16 + low);
  }
  return MacAddress(bits);
}

std::optional<Ipv4Address> Ipv4Address::parse(std::string_view text) {
  const auto address = take_address(text);
  return text.empty() ? address : std::nullopt;
}

std::optional<Ipv4Prefix> Ipv4Prefix::parse(std::string_view text) {
  const auto interface = Ipv4Interface::parse(text);
  if (!interface || interface->subnet().address() != interface->address) {
    return std::nullopt;
  }
  return interface->subnet();
}

std::optional<Ipv4Interface> Ipv4Interface::parse(std::string_view text) {
  const auto address = take_address(text);
  if (!address) {
    return std::nullopt;
  }
  const auto length = take_length(text);
  if (!length || !text.empty()) {
    return std::nullopt;
  }
  return Ipv4Interface{*address, static_cast<std::uint8_t>(*length)};
}

std::string to_string(MacAddress a) {
  std::array<char, 18> text{};
  const std::uint64_t b = a.bits();
  std::snprintf(text.data(), text.size(), "%02x:%02x:%02x:%02x:%02x:%02x",
                static_cast<unsigned>(b >> 40 & 0xff), static_cast<unsigned>(b >> 32 & 0xff),
                static_cast<unsigned>(b >> 24 & 0xff), static_cast<unsigned>(b >> 16 & 0xff),
                static_cast<unsigned>(b >> 8 & 0xff), static_cast<unsigned>(b & 0xff));
  return text.data();
}

std::string to_string(Ipv4Address a) {
  const std::uint32_t b = a.bits();
  return std::to_string(b >> 24) + '.' + std::to_string(b >> 16 & 0xff) + '.' +
         std::to_string(b >> 8 & 0xff) + '.' + std::to_string(b & 0xff);
}

std::string to_string(Ipv4Prefix p) {
  return to_string(p.address()) + '/' + std::to_string(p.length());
}

std::string to_string(Ipv4Interface i) {
  return to_string(i.address) + '/' + std::to_string(i.prefix_length);
}

}  // namespace violin
