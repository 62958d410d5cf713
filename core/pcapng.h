// Writes captures that Wireshark and tshark read.
//
// Source: draft-ietf-opsawg-pcapng ("PCAP Next Generation (pcapng) Capture File Format"): one
// little-endian section; a Section Header Block, an Interface Description Block per vNIC, an
// Enhanced Packet Block per frame, an Interface Statistics Block per vNIC at the end.
//
// Timestamps have a resolution of 1 ns (if_tsresol 9). Of a frame its stored bytes are captured,
// its original length counts the elided ones too. Texts are UTF-8.
//
// What cannot be written throws std::runtime_error with the capture's name, the operation and the
// system's reason. A capture that was never closed lacks the statistics and is readable up to the
// last block that reached the stream.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "core/address.h"
#include "core/frame.h"
#include "core/time.h"

namespace violin {

class PcapngWriter {
 public:
  // Captured bytes per frame, the limit of Wireshark for Ethernet.
  static constexpr std::size_t kSnapLength = 262'144;

  enum class InterfaceId : std::uint32_t {};
  enum class Direction : std::uint8_t { kUnknown = 0, kInbound = 1, kOutbound = 2 };

  struct Interface {
    std::string name;
    std::string description;  // none if empty
    std::optional<MacAddress> mac;
  };

  // Writes the section header. `name` is the capture's in error messages, usually its path;
  // `run_start` is the time of kRunStart since 1970-01-01 00:00:00 UTC. `out` outlives the writer.
  PcapngWriter(std::ostream& out, std::string name, Duration run_start = Duration::zero());
  PcapngWriter(const PcapngWriter&) = delete;
  PcapngWriter& operator=(const PcapngWriter&) = delete;

  // At any time before close(). Texts have at most 65,535 bytes.
  InterfaceId add_interface(const Interface& interface);
  // An empty comment is none.
  void write(InterfaceId interface, const Frame& frame, TimePoint when, Direction direction,
             std::string_view comment = {});
  // Writes the statistics, which cover the time up to `now`, and flushes. Nothing may follow.
  void close(TimePoint now);

  std::uint64_t frames(InterfaceId interface) const;

 private:
  struct InterfaceState {
    TimePoint added;
    std::uint64_t frames = 0;
  };

  void begin_block(std::uint32_t type);
  void end_block(const char* operation);
  void put8(std::uint8_t value) { block_.push_back(value); }
  void put16(std::uint16_t value);
  void put32(std::uint32_t value);
  void put64(std::uint64_t value);
  void put_timestamp(TimePoint when);
  void put_padded(const void* bytes, std::size_t size);
  void begin_option(std::uint16_t code, std::size_t size);
  void put_text_option(std::uint16_t code, std::string_view text);
  void put_statistics(std::uint32_t interface, TimePoint now);
  std::size_t checked(InterfaceId interface) const;
  [[noreturn]] void fail(const char* operation) const;

  std::ostream& out_;
  std::string name_;
  Duration run_start_;
  std::vector<InterfaceState> interfaces_;
  std::vector<std::uint8_t> block_;  // the one being put together
  TimePoint latest_ = kRunStart;
  bool closed_ = false;
};

}  // namespace violin
