// Two guests, 10.0.0.1 and 10.0.0.2 with an MTU of 1500, and what joins them: nothing, the least
// relay, ours, or another program's switch. They are on the host's files and ready when the pair is
// made, and everything is gone after it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "datapath/uml/guest.h"

namespace violin::bench {

class GuestPair {
 public:
  GuestPair() = default;
  GuestPair(const GuestPair&) = delete;
  GuestPair& operator=(const GuestPair&) = delete;
  virtual ~GuestPair() = default;

  virtual uml::Guest& left() = 0;
  virtual uml::Guest& right() = 0;

  // Bits per second that one TCP connection delivers from left to right: iperf3 for 3 s.
  double tcp();
};

struct GuestPairKind {
  std::string name;
  // What must be in PATH, and the package that has it; empty: nothing.
  std::string program;
  std::string package;
  // Makes one in a directory of its own; throws std::runtime_error.
  std::function<std::unique_ptr<GuestPair>(const std::filesystem::path&)> make;
};

// "back_to_back"; "relay"; "uml_switch"; "vde_switch"; "violin": guests and vSwitch at one overlay
// host; "violin_tunnels": at three, with a segment tunnel between each.
const std::vector<GuestPairKind>& guest_pair_kinds();

// Debian's, or what VIOLIN_GUEST_KERNEL names.
std::filesystem::path guest_kernel();

}  // namespace violin::bench
