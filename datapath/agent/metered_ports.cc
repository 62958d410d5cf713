#include "datapath/agent/metered_ports.h"

#include <chrono>
#include <optional>

#include "models/wire/ethernet.h"

namespace violin {

namespace {

// draft-ietf-opsawg-pcapng section 4.3, as PcapngWriter puts it together.
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::size_t kInterfaceAt = 8;
constexpr std::size_t kTimestampAt = 12;
constexpr std::size_t kCapturedAt = 20;
constexpr std::size_t kOriginalAt = 24;
constexpr std::size_t kPacketAt = 28;
constexpr std::size_t kOptionHeader = 4;

std::uint32_t load(std::span<const std::uint8_t> block, std::size_t at) {
  const auto word = block.subspan(at, 4);
  return word[0] | std::uint32_t{word[1]} << 8 | std::uint32_t{word[2]} << 16 |
         std::uint32_t{word[3]} << 24;
}

TimePoint monotonic_time() {
  return TimePoint(std::chrono::steady_clock::now().time_since_epoch());
}

// What is dropped around a port is captured without a direction.
std::optional<FlowMeter::Passing> passing(std::uint32_t flags) {
  switch (static_cast<PcapngWriter::Direction>(flags)) {
    case PcapngWriter::Direction::kInbound:
      return FlowMeter::Passing::kReachesEnd;
    case PcapngWriter::Direction::kOutbound:
      return FlowMeter::Passing::kLeavesEnd;
    case PcapngWriter::Direction::kUnknown:
      break;
  }
  return std::nullopt;
}

}  // namespace

MeteredPorts::MeteredPorts(Network& network, const std::vector<Node*>& nodes, FlowMeter& meter,
                           Clock clock)
    : network_(network), blocks_(meter, clock), writer_(stream_, "of metered flows") {
  for (Node* node : nodes) {
    for (const Nic& nic : node->nics) {
      if (!network_.captured(*node, nic.port)) {
        blocks_.add(nic.mac);
        network_.capture(*node, nic.port, writer_);
        ports_.emplace_back(node, nic.port);
      }
    }
  }
}

MeteredPorts::~MeteredPorts() {
  for (const auto& [node, port] : ports_) {
    if (network_.captured(*node, port)) {
      network_.end_capture(*node, port);
    }
  }
}

bool MeteredPorts::Blocks::is_for(std::uint32_t interface,
                                  std::span<const std::uint8_t> frame) const {
  const auto ethernet = wire::EthernetHeader::parse(frame);
  return ethernet && ethernet->destination == macs_.at(interface);
}

std::streamsize MeteredPorts::Blocks::xsputn(const char* bytes, std::streamsize count) {
  const std::span block(reinterpret_cast<const std::uint8_t*>(bytes),
                        static_cast<std::size_t>(count));
  if (load(block, 0) != kEnhancedPacket) {
    return count;
  }
  const std::size_t captured = load(block, kCapturedAt);
  const std::size_t padded = (captured + 3) & ~std::size_t{3};
  const auto how = passing(load(block, kPacketAt + padded + kOptionHeader));
  const auto frame = block.subspan(kPacketAt, captured);
  const bool inbound = how == FlowMeter::Passing::kReachesEnd;
  if (how && (!inbound || is_for(load(block, kInterfaceAt), frame))) {
    const std::uint64_t ns =
        std::uint64_t{load(block, kTimestampAt)} << 32 | load(block, kTimestampAt + 4);
    const TimePoint when = clock_ == Clock::kMonotonic
                               ? monotonic_time()
                               : TimePoint(Duration(static_cast<std::int64_t>(ns)));
    meter_.on_frame(*how, frame, load(block, kOriginalAt), when);
  }
  return count;
}

}  // namespace violin
