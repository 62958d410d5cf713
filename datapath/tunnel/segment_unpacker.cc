#include "datapath/tunnel/segment_unpacker.h"

#include <algorithm>
#include <cstring>

namespace violin {

bool SegmentUnpacker::unpack(std::span<const std::uint8_t> body, TimePoint now) {
  while (body.size() >= ChunkHeader::kSize) {
    const auto header = ChunkHeader::parse(body);
    if (!header) {
      return false;
    }
    if (header->length == 0) {
      return true;  // padding
    }
    const auto bytes = body.subspan(header->size(), header->length);
    if (!header->piece) {
      taker_.take(header->channel, copy(bytes));
    } else if (!take_piece(*header, bytes, now)) {
      return false;
    }
    body = body.subspan(header->size() + header->length);
  }
  return true;
}

Frame SegmentUnpacker::copy(std::span<const std::uint8_t> bytes) {
  Frame frame = pool_.make(bytes.size());
  std::memcpy(frame.writable().data(), bytes.data(), bytes.size());
  return frame;
}

SegmentUnpacker::Incomplete* SegmentUnpacker::find(const ChunkHeader& header) {
  const auto is_it = [&](const Incomplete& slot) {
    return slot.frame && slot.number == header.piece->frame;
  };
  if (is_it(slots_[last_])) {
    return &slots_[last_];
  }
  const auto found = std::ranges::find_if(slots_, is_it);
  return found == slots_.end() ? nullptr : &*found;
}

SegmentUnpacker::Incomplete& SegmentUnpacker::start(const ChunkHeader& header, TimePoint now) {
  auto slot = std::ranges::find_if(slots_, [](const Incomplete& s) { return !s.frame; });
  if (slot == slots_.end()) {
    slot = std::ranges::min_element(slots_, {}, &Incomplete::since);
    abandon(*slot);
  }
  slot->frame = pool_.make(header.piece->total);
  slot->channel = header.channel;
  slot->number = header.piece->frame;
  slot->received = 0;
  slot->since = now;
  slot->ranges.clear();
  return *slot;
}

bool SegmentUnpacker::take_piece(const ChunkHeader& header, std::span<const std::uint8_t> bytes,
                                 TimePoint now) {
  Incomplete* slot = find(header);
  if (slot == nullptr) {
    slot = &start(header, now);
  }
  last_ = static_cast<std::size_t>(slot - slots_.data());
  const std::uint32_t begin = header.piece->offset;
  if (slot->channel != header.channel || slot->frame.size().value != header.piece->total ||
      !add_range(slot->ranges, {begin, begin + header.length})) {
    abandon(*slot);
    return false;
  }
  std::memcpy(slot->frame.writable().data() + begin, bytes.data(), bytes.size());
  slot->received += header.length;
  if (slot->received == header.piece->total) {
    taker_.take(slot->channel, std::move(slot->frame));
  }
  return true;
}

// False if it overlaps one that is there.
bool SegmentUnpacker::add_range(std::vector<Range>& ranges, Range added) {
  const auto next = std::ranges::upper_bound(ranges, added.first, {}, &Range::first);
  if (next != ranges.end() && next->first < added.second) {
    return false;
  }
  if (next == ranges.begin()) {
    ranges.insert(next, added);
    return true;
  }
  const auto before = std::prev(next);
  if (before->second > added.first) {
    return false;
  }
  if (before->second == added.first) {
    before->second = added.second;
  } else {
    ranges.insert(next, added);
  }
  return true;
}

void SegmentUnpacker::abandon(Incomplete& slot) {
  slot.frame.reset();
  ++abandoned_;
}

void SegmentUnpacker::expire(TimePoint now) {
  for (Incomplete& slot : slots_) {
    if (slot.frame && now - slot.since > kPatience) {
      abandon(slot);
    }
  }
}

void SegmentUnpacker::reset() {
  for (Incomplete& slot : slots_) {
    if (slot.frame) {
      abandon(slot);
    }
  }
}

std::size_t SegmentUnpacker::incomplete() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      slots_, [](const Incomplete& s) { return static_cast<bool>(s.frame); }));
}

}  // namespace violin
