#include "datapath/tunnel/segment_unpacker.h"

#include <algorithm>
#include <cstring>

#include "models/wire/big_endian.h"

namespace violin {

// Whole frames are not read by a ChunkHeader: a struct that is stored in parts and loaded as one
// has to wait until all stores before it, the last frame's bytes, have left the store buffer (70
// ns).
bool SegmentUnpacker::unpack(Frame&& segment, TimePoint now) {
  std::span<const std::uint8_t> body = segment.bytes();
  while (body.size() >= ChunkHeader::kSize) {
    if (!ChunkHeader::is_whole(body.data())) {
      const std::size_t piece = take_piece(body, now);
      if (piece == 0) {
        return false;
      }
      body = body.subspan(piece);
      continue;
    }
    const std::size_t length = ChunkHeader::length_at(body.data());
    if (length == 0) {
      return true;  // padding
    }
    if (length > body.size() - ChunkHeader::kSize) {
      return false;
    }
    const ChannelId channel{wire::load32(body.data())};
    if (body.size() == segment.bytes().size() && is_alone(body, length)) {
      segment.pop_front(ChunkHeader::kSize);
      segment.truncate(length);
      taker_.take(channel, std::move(segment));
      return true;
    }
    taker_.take(channel, copy(body.subspan(ChunkHeader::kSize, length)));
    body = body.subspan(ChunkHeader::kSize + length);
  }
  return true;
}

// The rest of the segment is padding, and the frame so large that a copy costs more than its place
// in a buffer of the segment's size.
bool SegmentUnpacker::is_alone(std::span<const std::uint8_t> body, std::size_t length) {
  const auto rest = body.subspan(ChunkHeader::kSize + length);
  return length >= kWorthItsBuffer &&
         (rest.size() < ChunkHeader::kSize ||
          (ChunkHeader::is_whole(rest.data()) && ChunkHeader::length_at(rest.data()) == 0));
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

// The size of the chunk; 0 if it is malformed.
std::size_t SegmentUnpacker::take_piece(std::span<const std::uint8_t> chunk, TimePoint now) {
  const auto header = ChunkHeader::parse(chunk);
  if (!header || header->length == 0) {
    return 0;
  }
  Incomplete* slot = find(*header);
  if (slot == nullptr) {
    slot = &start(*header, now);
  }
  last_ = static_cast<std::size_t>(slot - slots_.data());
  const std::uint32_t begin = header->piece->offset;
  if (slot->channel != header->channel || slot->frame.size().value != header->piece->total ||
      !add_range(slot->ranges, {begin, begin + header->length})) {
    abandon(*slot);
    return 0;
  }
  std::memcpy(slot->frame.writable().data() + begin, chunk.data() + header->size(), header->length);
  slot->received += header->length;
  if (slot->received == header->piece->total) {
    taker_.take(slot->channel, std::move(slot->frame));
  }
  return header->size() + header->length;
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
