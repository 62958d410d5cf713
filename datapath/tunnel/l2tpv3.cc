#include "datapath/tunnel/l2tpv3.h"

#include <stdexcept>
#include <string>

#include "models/wire/big_endian.h"
#include "models/wire/ethernet.h"

namespace violin {

namespace {

constexpr std::size_t kFixedSize = 8;
constexpr std::uint16_t kControl = 0x8000;  // the T bit
constexpr std::uint16_t kVersionMask = 0x000f;
constexpr std::uint16_t kVersion = 3;

void check_session(const char* which, std::uint32_t session) {
  if (session == 0 || session > 0x7fff'ffff) {
    throw std::invalid_argument(std::string("L2TPv3 ") + which + " session " +
                                std::to_string(session) + " is not in 1..0x7fffffff");
  }
}

void check_cookie(const L2tpv3Options& options, std::uint64_t cookie) {
  const std::uint64_t most = options.cookie_size == CookieSize::k64   ? ~std::uint64_t{0}
                             : options.cookie_size == CookieSize::k32 ? 0xffff'ffffU
                                                                      : 0;
  if (cookie > most) {
    throw std::invalid_argument("L2TPv3 cookie " + std::to_string(cookie) + " does not fit " +
                                std::to_string(8 * static_cast<int>(options.cookie_size)) +
                                " bits");
  }
}

std::uint64_t load_cookie(const std::uint8_t* from, CookieSize size) {
  switch (size) {
    case CookieSize::kNone:
      return 0;
    case CookieSize::k32:
      return wire::load32(from);
    case CookieSize::k64:
      break;
  }
  return wire::load64(from);
}

}  // namespace

L2tpv3::L2tpv3(const L2tpv3Options& options)
    : options_(options),
      overhead_(kFixedSize + static_cast<std::size_t>(options.cookie_size) +
                (options.counter ? 4 : 0)) {
  check_session("send", options.send_session);
  check_session("receive", options.receive_session);
  check_cookie(options, options.send_cookie);
  check_cookie(options, options.receive_cookie);
}

KeyOrDrop L2tpv3::key_of(std::span<const std::uint8_t> datagram) {
  if (datagram.size() < kFixedSize) {
    return Drop::kBadTunnel;
  }
  const std::uint16_t flags = wire::load16(datagram.data());
  const std::uint32_t session = wire::load32(datagram.data() + 4);
  if ((flags & kVersionMask) != kVersion) {
    return Drop::kBadTunnel;
  }
  if ((flags & kControl) != 0) {
    return Drop::kUnsupported;
  }
  if (session == 0) {
    return Drop::kBadTunnel;
  }
  return TunnelKey{session};
}

void L2tpv3::encapsulate(Frame& frame) {
  std::uint8_t* to = frame.push_front(overhead_).data();
  wire::store16(to, kVersion);
  wire::store16(to + 2, 0);
  wire::store32(to + 4, options_.send_session);
  to += kFixedSize;
  if (options_.cookie_size == CookieSize::k64) {
    wire::store64(to, options_.send_cookie);
  } else if (options_.cookie_size == CookieSize::k32) {
    wire::store32(to, static_cast<std::uint32_t>(options_.send_cookie));
  }
  if (options_.counter) {
    wire::store32(to + static_cast<std::size_t>(options_.cookie_size), ++counter_);
  }
}

std::optional<Drop> L2tpv3::decapsulate(Frame& datagram) const {
  const auto bytes = datagram.bytes();
  if (const auto reason = refusal(key_of(bytes), bytes.size())) {
    return reason;
  }
  if (load_cookie(bytes.data() + kFixedSize, options_.cookie_size) != options_.receive_cookie) {
    return Drop::kUnknownPeer;
  }
  datagram.pop_front(overhead_);
  return std::nullopt;
}

}  // namespace violin
