// L2TPv3 over UDP with an Ethernet pseudowire.
//
// Source: RFC 3931 section 4.1.2.1 (data message over UDP) and RFC 4719 (Ethernet, no FCS), as
// User-Mode Linux's vector driver and QEMU's -netdev l2tpv3 speak it: sessions and cookies are
// configured at both ends (no control connection), and the optional counter is a plain 32-bit
// number where RFC 3931 section 4.6 would have its L2-specific sublayer.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   |T|x|x|x|x|x|x|x|x|x|x|x|  Ver  |          Reserved             |
//   |                           Session ID                          |
//   |                  Cookie (0, 32 or 64 bits)                    |
//   |                  Counter (0 or 32 bits)                       |
//
// Session IDs and cookies of the two directions are chosen by their receivers. The counter starts
// at 1 and is not looked at on arrival, as in both peers.
#pragma once

#include <cstdint>

#include "datapath/tunnel/encapsulation.h"

namespace violin {

enum class CookieSize : std::uint8_t { kNone = 0, k32 = 4, k64 = 8 };

struct L2tpv3Options {
  std::uint32_t send_session = 0;     // the peer's rx_session
  std::uint32_t receive_session = 0;  // the peer's tx_session
  CookieSize cookie_size = CookieSize::k64;
  std::uint64_t send_cookie = 0;
  std::uint64_t receive_cookie = 0;
  bool counter = false;
};

class L2tpv3 final : public Encapsulation {
 public:
  // Sessions are 1 to 0x7fffffff, as the vector driver has them, and 32-bit cookies fit 32 bits
  // (std::invalid_argument).
  explicit L2tpv3(const L2tpv3Options& options);

  // The session ID of a data message. kBadTunnel: shorter than 8 bytes, a version other than 3, or
  // session 0 (reserved). kUnsupported: a control message.
  static KeyOrDrop key_of(std::span<const std::uint8_t> datagram);

  TunnelFormat format() const override { return TunnelFormat::kL2tpv3; }
  TunnelKey key() const override { return TunnelKey{options_.receive_session}; }
  std::size_t overhead() const override { return overhead_; }
  void encapsulate(Frame& frame) override;
  std::optional<Drop> decapsulate(Frame& datagram) const override;

 private:
  L2tpv3Options options_;
  std::size_t overhead_;
  std::uint32_t counter_ = 0;
};

}  // namespace violin
