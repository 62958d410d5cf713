// Datagrams written as the standards print them, for the tunnels' tests.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/frame.h"

namespace violin {

// "00 03 00 00 ..." as bytes.
inline std::vector<std::uint8_t> octets(const std::string& text) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t at = 0; at + 1 < text.size(); at += 3) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(text.substr(at, 2), nullptr, 16)));
  }
  return bytes;
}

inline std::vector<std::uint8_t> bytes_of(const Frame& frame) {
  return {frame.bytes().begin(), frame.bytes().end()};
}

inline std::vector<std::uint8_t> joined(std::vector<std::uint8_t> a,
                                        const std::vector<std::uint8_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// An Ethernet frame of a type for experiments (IEEE 802: 0x88b5), `size` bytes long, whose payload
// counts from `first`.
inline std::vector<std::uint8_t> ethernet(std::size_t size, std::uint8_t first = 0) {
  std::vector<std::uint8_t> bytes = octets("02 00 00 00 00 02 02 00 00 00 00 01 88 b5");
  while (bytes.size() < size) {
    bytes.push_back(first++);
  }
  return bytes;
}

}  // namespace violin
