#include "models/vhost/reassembly.h"

#include <algorithm>
#include <utility>

#include "core/require.h"

namespace violin {

std::optional<IpPacket> Reassembly::add(const wire::Ipv4Header& header, IpPacket packet,
                                        TimePoint now) {
  const std::uint32_t begin = header.fragment_offset * 8U;
  const auto length = static_cast<std::uint32_t>(header.payload_size());
  const bool last = !header.more_fragments;
  if (length == 0 || (!last && length % 8 != 0)) {
    ledger_.drop(std::move(packet.frame), Drop::kBadHeader);
    return std::nullopt;
  }
  Partial& partial =
      find_or_add({header.source, header.destination, header.protocol, header.identification}, now);
  const Range range{begin, begin + length};
  const bool repeated = repeats(partial, range);
  if (partial.refused || repeated || contradicts(partial, range, last)) {
    ledger_.drop(std::move(packet.frame), Drop::kReassembly);
    if (!repeated) {
      refuse(partial);
    }
    return std::nullopt;
  }
  if (begin == 0) {
    partial.first = header;
  }
  if (last) {
    partial.size = range.end;
  }
  keep(partial, range, header, std::move(packet));
  if (!make_room(partial) || partial.size != partial.held) {
    return std::nullopt;
  }
  return finish(partial);
}

void Reassembly::keep(Partial& partial, Range range, const wire::Ipv4Header& header,
                      IpPacket packet) {
  partial.held += range.end - range.begin;
  held_ += Bytes{range.end - range.begin};
  const auto stored = packet.payload(header);
  const auto at = std::ranges::upper_bound(partial.pieces, range.begin, {}, &Piece::begin);
  partial.pieces.insert(at, Piece{range, std::move(packet), stored});
}

Reassembly::Partial& Reassembly::find_or_add(const Key& key, TimePoint now) {
  if (const auto known = by_key_.find(key); known != by_key_.end()) {
    return *known->second;
  }
  if (spare_.empty()) {
    partials_.emplace_back();
    by_key_.emplace(key, std::prev(partials_.end()));
  } else {
    partials_.splice(partials_.end(), spare_, spare_.begin());
    ByKey::node_type node = std::move(spare_keys_.back());
    spare_keys_.pop_back();
    node.key() = key;
    node.mapped() = std::prev(partials_.end());
    by_key_.insert(std::move(node));
  }
  Partial& partial = partials_.back();
  partial.key = key;
  partial.ends = now + config_.timeout;
  return partial;
}

bool Reassembly::repeats(const Partial& partial, Range range) {
  return std::ranges::any_of(
      partial.pieces, [&](const Piece& p) { return p.begin == range.begin && p.end == range.end; });
}

bool Reassembly::contradicts(const Partial& partial, Range range, bool last) {
  if (partial.size && (range.end > *partial.size || last)) {
    return true;
  }
  if (last && !partial.pieces.empty() && partial.pieces.back().end > range.end) {
    return true;
  }
  return std::ranges::any_of(
      partial.pieces, [&](const Piece& p) { return p.begin < range.end && range.begin < p.end; });
}

void Reassembly::refuse(Partial& partial) {
  end_pieces(partial, Drop::kReassembly);
  partial.refused = true;
}

// False if the bound took the wanted datagram itself.
bool Reassembly::make_room(const Partial& wanted) {
  while (held_ > config_.max_held || partials_.size() > config_.max_datagrams) {
    Partial& oldest = partials_.front();
    const bool itself = &oldest == &wanted;
    end_pieces(oldest, Drop::kReassembly);
    erase(partials_.begin());
    if (itself) {
      return false;
    }
  }
  return true;
}

std::optional<IpPacket> Reassembly::finish(Partial& partial) {
  wire::Ipv4Header header = *partial.first;
  if (header.size() + partial.held > 65535) {  // the first fragment's header is larger than others'
    refuse(partial);
    return std::nullopt;
  }
  header.total_length = static_cast<std::uint16_t>(header.size() + partial.held);
  header.more_fragments = false;
  const std::size_t at = partial.pieces.front().packet.at;
  IpPacket whole{join(partial), at};
  header.serialize(whole.frame.writable().subspan(at));
  ledger_.consumed += partial.pieces.size() - 1;
  held_ -= Bytes{partial.held};
  erase(by_key_.at(partial.key));
  return whole;
}

// The first fragment's headers as they are, then all payload, the elided rest behind.
Frame Reassembly::join(const Partial& partial) {
  std::uint32_t stored = 0;  // up to the last stored byte
  for (const Piece& piece : partial.pieces) {
    const auto bytes = static_cast<std::uint32_t>(piece.stored.size());
    stored = bytes > 0 ? piece.begin + bytes : stored;
  }
  const IpPacket& first = partial.pieces.front().packet;
  const std::size_t headers = first.at + partial.first->size();
  Frame whole = first.frame.slice(0, headers);
  const auto out = whole.push_back(stored);
  std::ranges::fill(out, std::uint8_t{0});
  for (const Piece& piece : partial.pieces) {
    std::ranges::copy(piece.stored, out.begin() + std::min(piece.begin, stored));
  }
  whole.set_elided(partial.held - stored);
  return whole;
}

std::vector<IpPacket> Reassembly::expire(TimePoint now) {
  std::vector<IpPacket> quotes;
  while (due() <= now) {
    Partial& oldest = partials_.front();
    if (oldest.first && !oldest.refused) {
      quotes.push_back(std::move(oldest.pieces.front().packet));
      oldest.pieces.erase(oldest.pieces.begin());
    }
    end_pieces(oldest, Drop::kReassembly);
    erase(partials_.begin());
  }
  return quotes;
}

std::uint64_t Reassembly::queued() const {
  std::uint64_t frames = 0;
  for (const Partial& partial : partials_) {
    frames += partial.pieces.size();
  }
  return frames;
}

std::list<Reassembly::Partial> Reassembly::release() {
  by_key_.clear();
  held_ = {};
  return std::exchange(partials_, {});
}

void Reassembly::adopt(std::list<Partial> partials) {
  require(partials_.empty(), "fragments are handed over to who holds none");
  partials_ = std::move(partials);
  for (auto partial = partials_.begin(); partial != partials_.end(); ++partial) {
    by_key_.emplace(partial->key, partial);
    held_ += Bytes{partial->held};
  }
}

void Reassembly::abandon(Drop reason) {
  for (Partial& partial : partials_) {
    end_pieces(partial, reason);
  }
  by_key_.clear();
  partials_.clear();
}

void Reassembly::end_pieces(Partial& partial, Drop reason) {
  for (Piece& piece : partial.pieces) {
    ledger_.drop(std::move(piece.packet.frame), reason);
  }
  partial.pieces.clear();
  held_ -= Bytes{partial.held};
  partial.held = 0;
}

// Its memory serves the next datagram.
void Reassembly::erase(Partials::iterator partial) {
  ByKey::node_type node = by_key_.extract(partial->key);
  if (spare_.size() == kSpare) {
    partials_.erase(partial);
    return;
  }
  partial->pieces.clear();
  partial->first.reset();
  partial->size.reset();
  partial->held = 0;
  partial->refused = false;
  spare_keys_.push_back(std::move(node));
  spare_.splice(spare_.end(), partials_, partial);
}

}  // namespace violin
