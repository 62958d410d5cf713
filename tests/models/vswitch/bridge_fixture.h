// A vSwitch with recording neighbours, for its tests.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/vswitch/vswitch.h"

namespace violin {

// What a frame of these tests is, on the wire: the addresses, perhaps a tag, type 0x88b5 (IEEE 802
// local experimental) and a number.
struct TestFrame {
  MacAddress to;
  MacAddress from;
  std::optional<std::uint16_t> tag;  // PCP, DEI and VID
  std::uint32_t number = 0;

  bool operator==(const TestFrame&) const = default;

  Frame make(FramePool& pool) const;
  static TestFrame read(const Frame& frame);
};

inline Frame TestFrame::make(FramePool& pool) const {
  std::vector<std::uint8_t> bytes;
  const auto put = [&bytes](std::uint64_t value, int octets) {
    for (int i = octets - 1; i >= 0; --i) {
      bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
  };
  put(to.bits(), 6);
  put(from.bits(), 6);
  if (tag) {
    put(0x8100, 2);
    put(*tag, 2);
  }
  put(0x88b5, 2);
  put(number, 4);
  return pool.copy_of(bytes, 28);
}

inline TestFrame TestFrame::read(const Frame& frame) {
  std::size_t at = 0;
  const auto take = [&](int octets) {
    std::uint64_t value = 0;
    for (int i = 0; i < octets; ++i) {
      value = value << 8 | frame.bytes()[at++];
    }
    return value;
  };
  TestFrame result;
  result.to = MacAddress(take(6));
  result.from = MacAddress(take(6));
  if (take(2) == 0x8100) {
    result.tag = static_cast<std::uint16_t>(take(2));
    take(2);
  }
  result.number = static_cast<std::uint32_t>(take(4));
  return result;
}

inline std::ostream& operator<<(std::ostream& out, const TestFrame& frame) {
  out << "#" << frame.number << " " << to_string(frame.from) << " -> " << to_string(frame.to);
  return frame.tag ? out << " tag " << *frame.tag : out;
}

// Keeps what each port of a switch sent.
class Neighbours final : public FrameSink {
 public:
  void receive(PortIndex port, std::span<Frame> burst, TimePoint) override {
    bursts.push_back({port, burst.size()});
    for (Frame& frame : burst) {
      by_port[port].push_back(TestFrame::read(frame));
      kept.push_back(std::move(frame));
    }
  }
  std::vector<TestFrame> take(PortIndex port) { return std::exchange(by_port[port], {}); }
  std::vector<std::uint32_t> take_numbers(PortIndex port) {
    std::vector<std::uint32_t> numbers;
    for (const TestFrame& frame : take(port)) {
      numbers.push_back(frame.number);
    }
    return numbers;
  }
  void forget() {
    by_port.clear();
    bursts.clear();
    kept.clear();
  }

  std::map<PortIndex, std::vector<TestFrame>> by_port;
  std::vector<std::pair<PortIndex, std::size_t>> bursts;
  std::vector<Frame> kept;
};

}  // namespace violin
