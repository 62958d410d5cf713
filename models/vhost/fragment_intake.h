// Where a station, host or router, puts the fragments that are addressed to it: reassembly and the
// timer that ends what stays incomplete. Sources, bounds and books: reassembly.h.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <optional>

#include "core/kernel.h"
#include "models/vhost/ip_packet.h"
#include "models/vhost/reassembly.h"

namespace violin {

class FragmentIntake {
 public:
  struct Datagram {
    wire::Ipv4Header header;
    IpPacket packet;
  };
  // Is given the first fragment of each datagram whose time is over, where that has come: to tell
  // its source (RFC 792, time exceeded), and to drop it as kReassembly. It may destroy the intake.
  using Expired = std::function<void(Datagram first, TimePoint now)>;

  // All of these outlive it; the timer's events are `origin`'s.
  FragmentIntake(Kernel& kernel, EventOrigin& origin, const ReassemblyConfig& config,
                 Ledger& ledger, Expired expired);

  // The whole datagram, once nothing is missing.
  [[nodiscard]] std::optional<Datagram> add(const wire::Ipv4Header& header, IpPacket packet,
                                            TimePoint now);
  std::uint64_t queued() const { return reassembly_.queued(); }
  void abandon(Drop reason);

  // What it holds goes on in another, which holds nothing; nothing expires here any more.
  std::list<Reassembly::Partial> release();
  void adopt(std::list<Reassembly::Partial> partials);

 private:
  void expire();
  void arm();

  Kernel& kernel_;
  Reassembly reassembly_;
  Expired expired_;
  Timer timer_;
};

}  // namespace violin
