// The header that one peer's tunnel puts in front of each Ethernet frame: pure bytes, one small
// interface for every format.
//
//   guest's frame --encapsulate--> header + frame = a UDP datagram --decapsulate--> frame
//
// Datagrams that arrive at one socket are told apart by a key, which each format reads by itself
// (L2tpv3::key_of, Vxlan::key_of).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>

#include "core/drop.h"
#include "core/frame.h"
#include "models/wire/ethernet.h"

namespace violin {

// Tells one peer's datagrams from another's at the same socket: a session, a VNI.
enum class TunnelKey : std::uint32_t {};

enum class TunnelFormat : std::uint8_t { kL2tpv3, kVxlan };

// The key, or why the datagram is none of this format.
using KeyOrDrop = std::variant<TunnelKey, Drop>;

class Encapsulation {
 public:
  virtual ~Encapsulation() = default;
  virtual TunnelFormat format() const = 0;
  // What the datagrams that it receives carry.
  virtual TunnelKey key() const = 0;
  // Bytes in front of a frame that it sends.
  virtual std::size_t overhead() const = 0;
  // Puts the header in front; the frame has no elided bytes.
  virtual void encapsulate(Frame& frame) = 0;
  // Takes the header off. Or says why the datagram is not from this peer, and leaves it as it is:
  // kBadTunnel (malformed, or shorter than an Ethernet header), kUnknownPeer (wrong key or cookie).
  virtual std::optional<Drop> decapsulate(Frame& datagram) const = 0;

 protected:
  // Why a datagram of so many bytes with that key is none of this peer's, if so.
  std::optional<Drop> refusal(const KeyOrDrop& key, std::size_t size) const {
    if (const Drop* malformed = std::get_if<Drop>(&key)) {
      return *malformed;
    }
    if (std::get<TunnelKey>(key) != this->key()) {
      return Drop::kUnknownPeer;
    }
    if (size < overhead() + wire::EthernetHeader::kSize) {
      return Drop::kBadTunnel;
    }
    return std::nullopt;
  }
};

}  // namespace violin
