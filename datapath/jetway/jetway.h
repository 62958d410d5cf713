// The switchable opening between a VIOLIN and the real network: off unless opened, and then for
// what its policy allows. Closed or not allowed: Drop::kJetwayClosed.
//
//   vSwitch port <--- Jetway: policy, completion, counters ---> OuterNetwork (TapDevice,
//   UserModeNetwork)
//
// It may be opened and closed while frames flow, inside callbacks too. What its outer network
// leaves undone (super-frames, pending checksums) is completed on the way in, unless
// `super_frames`; on the way out, unless the outer network takes it.
//
// Books as every FramePort; what may not cross inward is `originated` and dropped.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "datapath/frame_port.h"
#include "datapath/jetway/outer_network.h"
#include "datapath/jetway/policy.h"
#include "datapath/reactor/reactor.h"

namespace violin {

struct JetwayOptions {
  JetwayPolicy policy{};
  // Hand super-frames and pending checksums on as they are, with their Frame::offload(). Only where
  // everything that they can reach takes them: vSwitches, tunnels and jetways do; links, vRouters
  // and guests do not.
  bool super_frames = false;
};

class Jetway final : public FramePort, private ReactorSource {
 public:
  // Closed. The reactor outlives it.
  Jetway(Kernel& kernel, std::string name, Reactor& reactor, JetwayOptions options = {});
  ~Jetway() override;

  // In place of the one that was open, if any.
  void open(std::unique_ptr<OuterNetwork> outer);
  void close();
  // False also once what it opened to was taken away from outside.
  bool is_open() const { return outer_ != nullptr; }
  void set_policy(JetwayPolicy policy) { options_.policy = std::move(policy); }
  const JetwayOptions& options() const { return options_; }

  struct Direction {
    std::uint64_t frames = 0;  // that crossed; a super-frame is one
    std::uint64_t bytes = 0;
    std::uint64_t refused = 0;  // closed or not allowed
  };
  struct Counters {
    Direction outward;
    Direction inward;
  };
  const Counters& counters() const { return counters_; }
  // Takes the system's own drops into the books; closing does too.
  void count_lost();

  void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override;
  std::uint64_t queued() const override { return 0; }

 private:
  void on_readable(TimePoint now) override;
  void send_outward(Frame& frame);
  void put_outside(Frame& frame);
  void take_inward(Frame frame);
  void drop_inward(Frame&& frame, Drop reason);
  // Appends the frame as media without offloads take it: itself, or its segments. Why it stayed
  // where it is, if it is malformed.
  std::optional<Drop> complete_into(std::vector<Frame>& frames, Frame& frame);

  Reactor& reactor_;
  JetwayOptions options_;
  std::unique_ptr<OuterNetwork> outer_;
  Counters counters_;
  std::uint64_t lost_ = 0;     // already in the books
  std::vector<Frame> inward_;  // read and not yet handed over
};

}  // namespace violin
