// A TAP device of the host, made when this object is and gone with it (also after kill -9), and the
// bridge that it joins. Needs CAP_NET_ADMIN in the namespace and access to /dev/net/tun.
//
// Frames pass with a virtio-net header (virtio 1.2 section 5.1.6), so TCP super-frames and pending
// checksums cross in both directions as frames with an offload.
//
//   host's stack --> device [queue] --> read() --> VIOLIN         host's stack <-- send() <--
//   VIOLIN
//                       |  what the queue drops: lost()
//                    bridge (optional)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/address.h"
#include "datapath/jetway/jetway_resources.h"
#include "datapath/jetway/link_control.h"
#include "datapath/jetway/outer_network.h"
#include "datapath/reactor/file_descriptor.h"

namespace violin {

struct TapOptions {
  std::string owner;              // the VIOLIN's name
  std::string device;             // its name, at most 15 bytes; none of that name may exist
  std::string network_namespace;  // path; empty: the process's own
  std::uint16_t mtu = 1500;       // of the device
  // Joined by the device. If there is none of that name it is made, and removed with its last port;
  // one that exists stays as it is otherwise.
  std::optional<std::string> bridge = std::nullopt;
  // Of the host on the device, or on the bridge if this made it.
  std::optional<Ipv4Interface> address = std::nullopt;
};

// What a device with these options will make, to be recorded before.
JetwayResources resources_of(const TapOptions& options);

class TapDevice final : public OuterNetwork {
 public:
  // Up and ready; throws JetwayError, having removed what it had made. The pool outlives it.
  TapDevice(TapOptions options, FramePool& pool);
  TapDevice(const TapDevice&) = delete;
  TapDevice& operator=(const TapDevice&) = delete;
  ~TapDevice() override;

  const TapOptions& options() const { return options_; }

  // --- OuterNetwork
  int descriptor() const override { return device_.get(); }
  bool takes_offloads() const override { return true; }
  std::optional<Drop> send(const Frame& frame) override;
  std::span<Frame> read() override;
  bool gone() const override { return gone_; }
  std::uint64_t lost() override;

 private:
  static constexpr std::size_t kBurst = 64;
  void make();
  void make_device();
  LinkState join_bridge(const LinkState& device);
  void leave_bridge() noexcept;
  bool read_one();
  Frame take_bytes(std::size_t size);

  TapOptions options_;
  FramePool& pool_;
  LinkControl links_;
  FileDescriptor device_;
  Frame room_;  // for the largest frame
  std::vector<Frame> arrived_;
  bool gone_ = false;
};

}  // namespace violin
