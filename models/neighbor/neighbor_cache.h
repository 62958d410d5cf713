// The ARP state of one interface: which link address each neighbor has, and the frames that wait
// to learn it. Pure: it is told the time and what arrived, and returns what its owner is to send.
//
//            lookup                    reply, announcement
//   (none) ----------> incomplete ---------------------------> reachable <--+
//      ^                   | no answer to max_requests            |         | any ARP packet
//      |<------------------+                              lookup after      | from the neighbor
//      |                                                 reachable_time     |
//      |<---------------------- probing <-------------------------+         |
//          no answer to            +----------------------------------------+
//          max_requests
//
// Sources: RFC 826 (merging and answering); RFC 1122 section 2.3.2.1 (unicast poll, the timeout is
// restarted by any ARP packet from the neighbor, at most one request per second and destination)
// and 2.3.2.2 (frames wait; the latest is kept); RFC 5227 (a probe's sender 0.0.0.0 is not learnt,
// an announcement changes only entries that exist).
//
// Use: after `lookup`, send the frame to `mac` or give it to wait(); then send the request that it
// returned, if any (in this order: the answer may come within the sending). Keep one timer armed at
// due(), and then call expire().
//
// Nothing is allocated while it has no entries. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "models/neighbor/neighbor_table.h"
#include "models/wire/arp.h"

namespace violin {

struct NeighborConfig {
  Duration reachable_time = std::chrono::seconds(60);
  Duration request_interval = std::chrono::seconds(1);  // RFC 1122: at most 1/s per destination
  std::uint32_t max_requests = 3;                       // at least 1
  std::uint32_t queue_limit = 101;                      // frames per neighbor, at least 1; as Linux
  std::uint32_t max_entries = 65536;  // a full table forgets what is due to be verified
};

// An ARP request to be sent now, to the broadcast address or (a poll) to the neighbor's.
struct NeighborRequest {
  Ipv4Address target;
  MacAddress destination;
  bool operator==(const NeighborRequest&) const = default;
};

struct NeighborAnswer {
  std::optional<MacAddress> mac;           // none: the frame waits
  std::optional<NeighborRequest> request;  // to be sent now
};

// What was due.
struct NeighborWork {
  std::vector<NeighborRequest> requests;
  std::vector<WaitingFrame> unresolved;  // nobody answered: Drop::kNeighborUnresolved
};

// One neighbor as a value, as copied when a router moves.
struct KnownNeighbor {
  Ipv4Address who;
  NeighborState state = NeighborState::kFree;
  MacAddress mac;
  TimePoint verify_at;
  // Of kIncomplete and kProbing:
  MacAddress asked_at{};
  std::uint32_t requests = 0;
  TimePoint due{};
  bool operator==(const KnownNeighbor&) const = default;
};

class NeighborCache {
 public:
  // `config` outlives the cache and does not change. Throws std::invalid_argument if one of its
  // limits is 0 or a duration is not positive.
  explicit NeighborCache(const NeighborConfig& config);
  explicit NeighborCache(NeighborConfig&&) = delete;

  // Fast path: the address, where it is known and need not be verified yet.
  std::optional<MacAddress> find(Ipv4Address who, TimePoint now) const;
  // Likewise its entry, whose `mac` holds until `verify_at` unless version() changes; nullptr where
  // lookup() is to be used. Valid until the next change.
  const NeighborEntry* find_entry(Ipv4Address who, TimePoint now) const;
  // The address, as far as known; begins to ask for it where it is unknown or old.
  NeighborAnswer lookup(Ipv4Address who, TimePoint now);
  // Keeps a frame for a neighbor that lookup() did not know. Returns the frame that no longer
  // fits, if any, to be dropped as kNeighborQueueFull: the oldest one waiting for that neighbor,
  // or this one where the table is full.
  [[nodiscard]] Frame wait(Ipv4Address who, Frame frame, std::uint32_t tag = 0);

  // Takes in a packet that arrived at the interface; `for_us` tells whether its target is an
  // address of the interface. Returns the frames that waited for its sender, in order, to be sent
  // to packet.sender_mac. A packet that pretends to come from one of the interface's own addresses
  // is not to be given to it. Whether to answer is arp_reply()'s matter.
  std::vector<WaitingFrame> receive(const wire::ArpPacket& packet, bool for_us, TimePoint now);

  // The earliest time at which expire() has something to do; kNever if nothing is pending.
  TimePoint due() const { return pending_.empty() ? kNever : pending_.front().due; }
  // Repeats unanswered requests and gives up on neighbors that never answered.
  NeighborWork expire(TimePoint now);

  // A fixed entry in the place of whatever was known; returns the frames that waited for it.
  std::vector<WaitingFrame> add_static(Ipv4Address who, MacAddress mac);
  // Forgets one neighbor, all but the static ones, or all; returns the frames that waited.
  std::vector<WaitingFrame> remove(Ipv4Address who);
  std::vector<WaitingFrame> flush();
  std::vector<WaitingFrame> clear();

  // What it knows, without the frames that wait: those that are being asked for first, by `due`.
  std::vector<KnownNeighbor> state() const;
  // Of a cache that is empty (std::logic_error otherwise).
  void restore(std::span<const KnownNeighbor> neighbors);
  // Asks for nobody any more. Returns what waited, for wait() of a cache with the same state.
  struct Unresolved {
    Ipv4Address who;
    WaitingFrame waiting;
  };
  std::vector<Unresolved> retire();

  std::size_t size() const { return table_.size(); }
  // Frames that wait now.
  std::uint64_t queued() const;
  // Changes whenever find() could answer otherwise than before for a reason other than time.
  std::uint32_t version() const { return version_; }

 private:
  NeighborRequest ask(NeighborEntry& entry, MacAddress destination, TimePoint now);
  std::vector<WaitingFrame> confirm(NeighborEntry& entry, MacAddress mac, TimePoint now);
  std::vector<WaitingFrame> end_pending(NeighborEntry& entry);
  NeighborEntry* insert(Ipv4Address who, TimePoint now);

  const NeighborConfig* config_;
  NeighborTable table_;
  std::list<PendingNeighbor> pending_;       // ordered by due: all wait for the same interval
  TimePoint next_sweep_ = TimePoint::min();  // of a full table, so that a scan cannot force many
  std::uint32_t version_ = 0;
};

// The answer to a request for an address of ours, RFC 826.
wire::ArpPacket arp_reply(const wire::ArpPacket& request, MacAddress own);
// The request of a station that has an address and looks for `target`.
wire::ArpPacket arp_request(MacAddress own, Ipv4Address own_ip, Ipv4Address target);
// RFC 5227 section 2.3: a broadcast request whose sender and target are the own address.
wire::ArpPacket arp_announcement(MacAddress own, Ipv4Address own_ip);

inline const NeighborEntry* NeighborCache::find_entry(Ipv4Address who, TimePoint now) const {
  const NeighborEntry* entry = table_.find(who);
  return entry == nullptr || now > entry->verify_at ? nullptr : entry;
}

inline std::optional<MacAddress> NeighborCache::find(Ipv4Address who, TimePoint now) const {
  const NeighborEntry* entry = find_entry(who, now);
  return entry == nullptr ? std::nullopt : std::optional(entry->mac);
}

}  // namespace violin
