#include "core/pcapng.h"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "core/require.h"

namespace violin {

namespace {

// Block types and option codes of the draft's section 4.
constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;
constexpr std::uint32_t kInterfaceDescription = 1;
constexpr std::uint32_t kInterfaceStatistics = 5;
constexpr std::uint32_t kEnhancedPacket = 6;

constexpr std::uint16_t kEndOfOptions = 0;
constexpr std::uint16_t kComment = 1;
constexpr std::uint16_t kUserApplication = 4;  // of a section header
constexpr std::uint16_t kInterfaceName = 2;    // of an interface description
constexpr std::uint16_t kInterfaceDescriptor = 3;
constexpr std::uint16_t kInterfaceMac = 6;
constexpr std::uint16_t kTimestampResolution = 9;
constexpr std::uint16_t kPacketFlags = 2;      // of an enhanced packet
constexpr std::uint16_t kStatisticsStart = 2;  // of interface statistics
constexpr std::uint16_t kStatisticsEnd = 3;
constexpr std::uint16_t kStatisticsReceived = 4;

constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;
constexpr std::uint64_t kLengthUnknown = ~std::uint64_t{0};
constexpr std::uint16_t kLinkTypeEthernet = 1;
constexpr std::uint8_t kNanoseconds = 9;  // 10^-9 s
constexpr std::size_t kTextLimit = 65'535;

}  // namespace

PcapngWriter::PcapngWriter(std::ostream& out, std::string name, Duration run_start)
    : out_(out), name_(std::move(name)), run_start_(run_start) {
  begin_block(kSectionHeader);
  put32(kByteOrderMagic);
  put16(1);  // version 1.0
  put16(0);
  put64(kLengthUnknown);
  put_text_option(kUserApplication, "violin");
  begin_option(kEndOfOptions, 0);
  end_block("write the section header");
}

PcapngWriter::InterfaceId PcapngWriter::add_interface(const Interface& interface) {
  require(!closed_, "a closed capture takes no interface");
  begin_block(kInterfaceDescription);
  put16(kLinkTypeEthernet);
  put16(0);
  put32(kSnapLength);
  put_text_option(kInterfaceName, interface.name);
  put_text_option(kInterfaceDescriptor, interface.description);
  if (interface.mac) {
    begin_option(kInterfaceMac, 6);
    for (int shift = 40; shift >= 0; shift -= 8) {
      put8(static_cast<std::uint8_t>(interface.mac->bits() >> shift));
    }
    put16(0);  // padding
  }
  begin_option(kTimestampResolution, 1);
  put32(kNanoseconds);  // with padding
  begin_option(kEndOfOptions, 0);
  end_block("write an interface description");
  interfaces_.push_back({latest_, 0});
  return InterfaceId{static_cast<std::uint32_t>(interfaces_.size() - 1)};
}

void PcapngWriter::write(InterfaceId interface, const Frame& frame, TimePoint when,
                         Direction direction, std::string_view comment) {
  require(!closed_, "a closed capture takes no frame");
  ++interfaces_[checked(interface)].frames;
  latest_ = std::max(latest_, when);
  const auto captured = frame.bytes().first(std::min(frame.bytes().size(), kSnapLength));
  begin_block(kEnhancedPacket);
  put32(static_cast<std::uint32_t>(interface));
  put_timestamp(when);
  put32(static_cast<std::uint32_t>(captured.size()));
  put32(static_cast<std::uint32_t>(frame.size().value));
  put_padded(captured.data(), captured.size());
  begin_option(kPacketFlags, 4);
  put32(static_cast<std::uint32_t>(direction));
  put_text_option(kComment, comment);
  begin_option(kEndOfOptions, 0);
  end_block("write a frame");
}

void PcapngWriter::close(TimePoint now) {
  require(!closed_, "a capture is closed once");
  for (std::uint32_t i = 0; i < interfaces_.size(); ++i) {
    put_statistics(i, now);
  }
  closed_ = true;
  if (!out_.flush()) {
    fail("flush");
  }
}

void PcapngWriter::put_statistics(std::uint32_t interface, TimePoint now) {
  begin_block(kInterfaceStatistics);
  put32(interface);
  put_timestamp(now);
  begin_option(kStatisticsStart, 8);
  put_timestamp(interfaces_[interface].added);
  begin_option(kStatisticsEnd, 8);
  put_timestamp(now);
  begin_option(kStatisticsReceived, 8);
  put64(interfaces_[interface].frames);
  begin_option(kEndOfOptions, 0);
  end_block("write interface statistics");
}

std::uint64_t PcapngWriter::frames(InterfaceId interface) const {
  return interfaces_[checked(interface)].frames;
}

std::size_t PcapngWriter::checked(InterfaceId interface) const {
  const auto index = static_cast<std::size_t>(interface);
  require(index < interfaces_.size(), "a captured interface was added before");
  return index;
}

// A block is its type, its total length, its body, and its total length again.
void PcapngWriter::begin_block(std::uint32_t type) {
  block_.clear();
  put32(type);
  put32(0);  // the length, known at the end
}

void PcapngWriter::end_block(const char* operation) {
  const auto length = static_cast<std::uint32_t>(block_.size() + 4);
  put32(length);
  std::copy_n(block_.end() - 4, 4, block_.begin() + 4);
  errno = 0;
  out_.write(reinterpret_cast<const char*>(block_.data()),
             static_cast<std::streamsize>(block_.size()));
  if (!out_) {
    fail(operation);
  }
}

void PcapngWriter::fail(const char* operation) const {
  const int error = errno;
  const std::string reason =
      error == 0 ? "the stream failed" : std::generic_category().message(error);
  throw std::runtime_error("capture " + name_ + ": cannot " + operation + ": " + reason);
}

void PcapngWriter::put16(std::uint16_t value) {
  put8(static_cast<std::uint8_t>(value));
  put8(static_cast<std::uint8_t>(value >> 8));
}

void PcapngWriter::put32(std::uint32_t value) {
  put16(static_cast<std::uint16_t>(value));
  put16(static_cast<std::uint16_t>(value >> 16));
}

void PcapngWriter::put64(std::uint64_t value) {
  put32(static_cast<std::uint32_t>(value));
  put32(static_cast<std::uint32_t>(value >> 32));
}

// The high half comes first, whatever the byte order.
void PcapngWriter::put_timestamp(TimePoint when) {
  const auto ns = static_cast<std::uint64_t>((when.time_since_epoch() + run_start_).count());
  put32(static_cast<std::uint32_t>(ns >> 32));
  put32(static_cast<std::uint32_t>(ns));
}

void PcapngWriter::put_padded(const void* bytes, std::size_t size) {
  const auto* first = static_cast<const std::uint8_t*>(bytes);
  block_.insert(block_.end(), first, first + size);
  block_.resize((block_.size() + 3) & ~std::size_t{3});
}

void PcapngWriter::begin_option(std::uint16_t code, std::size_t size) {
  put16(code);
  put16(static_cast<std::uint16_t>(size));
}

void PcapngWriter::put_text_option(std::uint16_t code, std::string_view text) {
  require(text.size() <= kTextLimit, "a text in a capture has at most 65,535 bytes");
  if (!text.empty()) {
    begin_option(code, text.size());
    put_padded(text.data(), text.size());
  }
}

}  // namespace violin
