// Puts the fragments of IPv4 datagrams together, in whatever order they come.
//
// Sources: RFC 791 section 3.2; RFC 815 (what is missing follows from what is there); RFC 1122
// section 3.3.2 (a datagram is discarded when its time, counted from its first fragment to arrive,
// is over); RFC 5722 section 4, applied to IPv4: fragments that overlap make the whole datagram
// suspect, and it is refused with everything that still comes of it. An exact repetition (a
// duplicating link) is dropped alone.
// Departs from RFC 1122: the timeout is 30 s, as in Linux, not 60 to 120 s, so that fewer datagrams
// meet a reused identification at today's rates.
//
// Elided payload stays elided in the datagram as far as it is at its end; in front of stored bytes
// it is stored, as zeros.
//
// Books: every fragment that is held counts as queued. A complete datagram goes on as one frame,
// the other fragments are consumed; what is given up is dropped as kReassembly.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

#include "core/frame.h"
#include "core/ledger.h"
#include "core/quantity.h"
#include "core/time.h"
#include "models/vhost/ip_packet.h"
#include "models/wire/ipv4.h"

namespace violin {

// When a bound is exceeded, the oldest datagram makes room.
struct ReassemblyConfig {
  Duration timeout = std::chrono::seconds(30);
  std::uint32_t max_datagrams = 4096;
  Bytes max_held{4 << 20};  // payload, elided bytes included
};

class Reassembly {
  using Key = std::tuple<Ipv4Address, Ipv4Address, wire::IpProtocol, std::uint16_t>;
  struct Range {
    std::uint32_t begin;
    std::uint32_t end;  // exclusive
  };
  struct Piece : Range {
    IpPacket packet;
    std::span<const std::uint8_t> stored;  // of its payload
  };

 public:
  // One datagram of which something is missing.
  struct Partial {
    Key key;
    TimePoint ends;
    std::vector<Piece> pieces;  // by begin; none overlap
    std::optional<wire::Ipv4Header> first;
    std::optional<std::uint32_t> size;  // of the payload, once the last fragment has come
    std::uint32_t held = 0;
    bool refused = false;
  };

  // Both outlive it.
  Reassembly(const ReassemblyConfig& config, Ledger& ledger) : config_(config), ledger_(ledger) {}

  // Takes a fragment with its header. Returns the whole datagram behind the link and IPv4 headers
  // of its first fragment, once nothing is missing; none before.
  [[nodiscard]] std::optional<IpPacket> add(const wire::Ipv4Header& header, IpPacket packet,
                                            TimePoint now);

  // When the oldest datagram's time is over; kNever if there is none.
  TimePoint due() const { return partials_.empty() ? kNever : partials_.front().ends; }
  // Gives up the datagrams whose time is over. Returns, of those whose first fragment had come,
  // that fragment: what an ICMP "time exceeded" is to quote. The caller drops it as kReassembly.
  [[nodiscard]] std::vector<IpPacket> expire(TimePoint now);

  std::uint64_t queued() const;
  void abandon(Drop reason);

  // What it holds, to go on in another with the same bounds that holds nothing.
  std::list<Partial> release();
  void adopt(std::list<Partial> partials);

 private:
  using Partials = std::list<Partial>;  // by age
  using ByKey = std::map<Key, Partials::iterator>;
  static constexpr std::size_t kSpare = 16;

  Partial& find_or_add(const Key& key, TimePoint now);
  static bool repeats(const Partial& partial, Range range);
  static bool contradicts(const Partial& partial, Range range, bool last);
  void keep(Partial& partial, Range range, const wire::Ipv4Header& header, IpPacket packet);
  void refuse(Partial& partial);
  bool make_room(const Partial& wanted);
  std::optional<IpPacket> finish(Partial& partial);
  static Frame join(const Partial& partial);
  void end_pieces(Partial& partial, Drop reason);
  void erase(Partials::iterator partial);

  const ReassemblyConfig& config_;
  Ledger& ledger_;
  Partials partials_;
  ByKey by_key_;
  Partials spare_;  // so that in steady state only a fragment's frame is allocated
  std::vector<ByKey::node_type> spare_keys_;
  Bytes held_;
};

}  // namespace violin
