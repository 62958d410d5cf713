// Inside Network: the capture of one vNIC.
#pragma once

#include <memory>

#include "models/entity/capture_tap.h"
#include "scenarios/build/network.h"

namespace violin {

// The two directions of a captured vNIC, and what is dropped around it.
struct Network::Tap {
  PcapngWriter& writer;
  PcapngWriter::InterfaceId interface;
  CaptureTap inbound;
  std::unique_ptr<CaptureTap> outbound;  // in front of the present cable
  DropCapture drops;
};

}  // namespace violin
