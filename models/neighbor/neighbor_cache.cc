#include "models/neighbor/neighbor_cache.h"

#include <iterator>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace violin {

namespace {

void append(std::vector<WaitingFrame>& to, std::vector<WaitingFrame>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

bool names_a_station(const wire::ArpPacket& packet) {
  const Ipv4Address ip = packet.sender_ip;
  return !ip.is_unspecified() && !ip.is_multicast() && !ip.is_broadcast() &&
         !packet.sender_mac.is_group() && !packet.sender_mac.is_zero();
}

}  // namespace

NeighborCache::NeighborCache(const NeighborConfig& config) : config_(&config) {
  if (config.reachable_time <= Duration::zero() || config.request_interval <= Duration::zero() ||
      config.max_requests == 0 || config.queue_limit == 0 || config.max_entries == 0) {
    throw std::invalid_argument("neighbor cache: every limit and time must be positive");
  }
}

NeighborRequest NeighborCache::ask(NeighborEntry& entry, MacAddress destination, TimePoint now) {
  pending_.push_back({.who = entry.who,
                      .asked_at = destination,
                      .requests = 1,
                      .due = now + config_->request_interval,
                      .waiting = {}});
  entry.pending = std::prev(pending_.end());
  return {entry.who, destination};
}

NeighborEntry* NeighborCache::insert(Ipv4Address who, TimePoint now) {
  if (table_.size() >= config_->max_entries && now >= next_sweep_) {
    table_.erase_if([now](const NeighborEntry& e) {
      return e.state == NeighborState::kReachable && e.verify_at <= now;
    });
    next_sweep_ = now + config_->request_interval;
    ++version_;
  }
  return table_.size() < config_->max_entries ? &table_.insert(who) : nullptr;
}

NeighborAnswer NeighborCache::lookup(Ipv4Address who, TimePoint now) {
  NeighborEntry* entry = table_.find(who);
  if (entry == nullptr) {
    entry = insert(who, now);
    if (entry == nullptr) {
      return {};
    }
    return {.mac = std::nullopt, .request = ask(*entry, MacAddress::broadcast(), now)};
  }
  if (entry->state == NeighborState::kIncomplete) {
    return {};
  }
  if (entry->state == NeighborState::kReachable && now > entry->verify_at) {
    entry->state = NeighborState::kProbing;
    return {.mac = entry->mac, .request = ask(*entry, entry->mac, now)};
  }
  return {.mac = entry->mac, .request = std::nullopt};
}

Frame NeighborCache::wait(Ipv4Address who, Frame frame, std::uint32_t tag) {
  NeighborEntry* entry = table_.find(who);
  if (entry == nullptr) {
    return frame;
  }
  require(entry->state == NeighborState::kIncomplete, "a frame waits for an unknown neighbor");
  auto& waiting = entry->pending->waiting;
  waiting.push_back({std::move(frame), tag});
  Frame oldest;
  if (waiting.size() > config_->queue_limit) {
    oldest = std::move(waiting.front().frame);
    waiting.erase(waiting.begin());
  }
  return oldest;
}

std::vector<WaitingFrame> NeighborCache::end_pending(NeighborEntry& entry) {
  if (entry.state != NeighborState::kIncomplete && entry.state != NeighborState::kProbing) {
    return {};
  }
  std::vector<WaitingFrame> waiting = std::move(entry.pending->waiting);
  pending_.erase(entry.pending);
  return waiting;
}

std::vector<WaitingFrame> NeighborCache::confirm(NeighborEntry& entry, MacAddress mac,
                                                 TimePoint now) {
  if (entry.state == NeighborState::kStatic) {
    return {};
  }
  std::vector<WaitingFrame> released = end_pending(entry);
  if (entry.state != NeighborState::kReachable || entry.mac != mac) {
    ++version_;
  }
  entry.state = NeighborState::kReachable;
  entry.mac = mac;
  entry.verify_at = now + config_->reachable_time;
  return released;
}

std::vector<WaitingFrame> NeighborCache::receive(const wire::ArpPacket& packet, bool for_us,
                                                 TimePoint now) {
  if (!names_a_station(packet)) {
    return {};
  }
  NeighborEntry* entry = table_.find(packet.sender_ip);
  const bool asks_us = for_us && packet.operation == wire::ArpPacket::Operation::kRequest;
  if (entry == nullptr && asks_us) {
    entry = insert(packet.sender_ip, now);
    if (entry != nullptr) {
      entry->state = NeighborState::kReachable;
      ++version_;
    }
  }
  return entry == nullptr ? std::vector<WaitingFrame>{} : confirm(*entry, packet.sender_mac, now);
}

NeighborWork NeighborCache::expire(TimePoint now) {
  NeighborWork work;
  while (due() <= now) {
    PendingNeighbor& first = pending_.front();
    if (first.requests < config_->max_requests) {
      work.requests.push_back({first.who, first.asked_at});
      ++first.requests;
      first.due = now + config_->request_interval;
      pending_.splice(pending_.end(), pending_, pending_.begin());
    } else {
      append(work.unresolved, std::move(first.waiting));
      table_.erase(first.who);
      pending_.pop_front();
      ++version_;
    }
  }
  return work;
}

std::vector<WaitingFrame> NeighborCache::add_static(Ipv4Address who, MacAddress mac) {
  std::vector<WaitingFrame> released = remove(who);
  NeighborEntry& entry = table_.insert(who);
  entry.state = NeighborState::kStatic;
  entry.mac = mac;
  entry.verify_at = kNever;
  ++version_;
  return released;
}

std::vector<WaitingFrame> NeighborCache::remove(Ipv4Address who) {
  NeighborEntry* entry = table_.find(who);
  if (entry == nullptr) {
    return {};
  }
  std::vector<WaitingFrame> waiting = end_pending(*entry);
  table_.erase(who);
  ++version_;
  return waiting;
}

std::vector<WaitingFrame> NeighborCache::flush() {
  std::vector<WaitingFrame> waiting;
  for (PendingNeighbor& neighbor : pending_) {
    append(waiting, std::move(neighbor.waiting));
  }
  pending_.clear();
  table_.erase_if([](const NeighborEntry& e) { return e.state != NeighborState::kStatic; });
  ++version_;
  return waiting;
}

std::vector<WaitingFrame> NeighborCache::clear() {
  std::vector<WaitingFrame> waiting = flush();
  table_.erase_if([](const NeighborEntry&) { return true; });
  return waiting;
}

std::vector<KnownNeighbor> NeighborCache::state() const {
  std::vector<KnownNeighbor> known;
  for (const PendingNeighbor& asked : pending_) {
    const NeighborEntry& entry = *table_.find(asked.who);
    known.push_back({entry.who, entry.state, entry.mac, entry.verify_at, asked.asked_at,
                     asked.requests, asked.due});
  }
  table_.for_each([&](const NeighborEntry& entry) {
    if (entry.state == NeighborState::kReachable || entry.state == NeighborState::kStatic) {
      known.push_back({entry.who, entry.state, entry.mac, entry.verify_at});
    }
  });
  return known;
}

void NeighborCache::restore(std::span<const KnownNeighbor> neighbors) {
  require(table_.size() == 0, "neighbors are restored to an empty cache");
  for (const KnownNeighbor& known : neighbors) {
    NeighborEntry& entry = table_.insert(known.who);
    entry.state = known.state;
    entry.mac = known.mac;
    entry.verify_at = known.verify_at;
    if (known.state == NeighborState::kIncomplete || known.state == NeighborState::kProbing) {
      pending_.push_back({known.who, known.asked_at, known.requests, known.due, {}});
      entry.pending = std::prev(pending_.end());
    }
  }
  ++version_;
}

std::vector<NeighborCache::Unresolved> NeighborCache::retire() {
  std::vector<Unresolved> unresolved;
  for (PendingNeighbor& asked : pending_) {
    for (WaitingFrame& waiting : asked.waiting) {
      unresolved.push_back({asked.who, std::move(waiting)});
    }
  }
  pending_.clear();
  table_.erase_if([](const NeighborEntry& e) {
    return e.state == NeighborState::kIncomplete || e.state == NeighborState::kProbing;
  });
  ++version_;
  return unresolved;
}

std::uint64_t NeighborCache::queued() const {
  return std::accumulate(
      pending_.begin(), pending_.end(), std::uint64_t{0},
      [](std::uint64_t sum, const PendingNeighbor& n) { return sum + n.waiting.size(); });
}

wire::ArpPacket arp_reply(const wire::ArpPacket& request, MacAddress own) {
  return {.operation = wire::ArpPacket::Operation::kReply,
          .sender_mac = own,
          .sender_ip = request.target_ip,
          .target_mac = request.sender_mac,
          .target_ip = request.sender_ip};
}

wire::ArpPacket arp_request(MacAddress own, Ipv4Address own_ip, Ipv4Address target) {
  return {.operation = wire::ArpPacket::Operation::kRequest,
          .sender_mac = own,
          .sender_ip = own_ip,
          .target_mac = {},
          .target_ip = target};
}

wire::ArpPacket arp_announcement(MacAddress own, Ipv4Address own_ip) {
  return arp_request(own, own_ip, own_ip);
}

}  // namespace violin
