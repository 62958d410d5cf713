// Tells a flow meter of the frames that pass vNICs of a network. They are observed as captures are,
// so a measurement changes nothing of what happens, and costs nothing at other vNICs or afterwards.
#pragma once

#include <cstdint>
#include <ostream>
#include <span>
#include <streambuf>
#include <utility>
#include <vector>

#include "core/pcapng.h"
#include "datapath/agent/flow_meter.h"
#include "scenarios/build/network.h"

namespace violin {

class MeteredPorts {
 public:
  // When a frame passes: at the time of the network's kernel, which is right in virtual time; or,
  // of a live network, when it is really handed on, late as the kernel may be.
  enum class Clock : std::uint8_t { kKernel, kMonotonic };

  // All vNICs of these nodes, as far as they are not captured. Network, nodes and meter outlive
  // this.
  MeteredPorts(Network& network, const std::vector<Node*>& nodes, FlowMeter& meter, Clock clock);
  MeteredPorts(const MeteredPorts&) = delete;
  MeteredPorts& operator=(const MeteredPorts&) = delete;
  ~MeteredPorts();

 private:
  // What a capture writes, block by block.
  class Blocks final : public std::streambuf {
   public:
    Blocks(FlowMeter& meter, Clock clock) : meter_(meter), clock_(clock) {}
    // The next interface's.
    void add(MacAddress mac) { macs_.push_back(mac); }
    std::streamsize xsputn(const char* bytes, std::streamsize count) override;
    int_type overflow(int_type) override { return traits_type::eof(); }

   private:
    bool is_for(std::uint32_t interface, std::span<const std::uint8_t> frame) const;

    FlowMeter& meter_;
    Clock clock_;
    std::vector<MacAddress> macs_;  // of the vNICs, which floods reach that are for others
  };

  Network& network_;
  Blocks blocks_;
  std::ostream stream_{&blocks_};
  PcapngWriter writer_;
  std::vector<std::pair<Node*, PortIndex>> ports_;
};

}  // namespace violin
