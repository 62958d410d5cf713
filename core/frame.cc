#include "core/frame.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

namespace violin {

using frame_detail::Buffer;

namespace {

// Data bytes of a buffer by class. The first two hold the headers of a simulated frame, the third a
// full-size one, the fourth a jumbo one, the fifth a TCP super-frame; the last class is allocated
// singly at the size asked for.
constexpr std::array<std::size_t, 5> kCapacity = {128 - sizeof(Buffer), 256 - sizeof(Buffer),
                                                  2048 - sizeof(Buffer), 10240 - sizeof(Buffer),
                                                  66 * 1024 - sizeof(Buffer)};
constexpr std::size_t kSlabSize = 64 * 1024;
constexpr std::align_val_t kAlignment{kCacheLine};

std::byte* allocate(std::size_t size) {
  return static_cast<std::byte*>(::operator new(size, kAlignment));
}

}  // namespace

void FramePool::FreeBuffer::operator()(std::byte* slab) const {
  ::operator delete(slab, kAlignment);
}

// Found from any of its buffers by its alignment.
struct FramePool::Row {
  static constexpr std::size_t kSize = 128 * 1024;

  static Row& of(const Buffer* buffer) {
    return *reinterpret_cast<Row*>(reinterpret_cast<std::uintptr_t>(buffer) & ~(kSize - 1));
  }
  std::uint8_t* bytes() { return reinterpret_cast<std::uint8_t*>(buffers + kRowFrames); }

  std::uint32_t live;
  Row* next_free;
  alignas(kCacheLine) Buffer buffers[kRowFrames];
};

FramePool::~FramePool() {
  for (Row* row : rows_) {
    ::operator delete (row, std::align_val_t{Row::kSize});
  }
}

void FramePool::make_row(std::span<Frame> row, std::size_t size) {
  static_assert(sizeof(Row) + kRowBytes <= Row::kSize);
  require(row.size() <= kRowFrames && row.size() * size <= kRowBytes && size % 2 == 0,
          "a row's frames fit in its memory and are of an even size");
  std::ranges::for_each(row, &Frame::reset);
  if (free_row_ == nullptr) {
    rows_.push_back(new (::operator new (Row::kSize, std::align_val_t{Row::kSize})) Row);
    rows_.back()->next_free = nullptr;
    free_row_ = rows_.back();
  }
  Row& made = *std::exchange(free_row_, free_row_->next_free);
  made.live = static_cast<std::uint32_t>(row.size());
  live_ += row.size();
  for (std::size_t i = 0; i < row.size(); ++i) {
    Buffer& buffer = made.buffers[i];
    const auto begin = static_cast<std::uint32_t>(made.bytes() + i * size - buffer.data());
    const auto end = begin + static_cast<std::uint32_t>(size);
    buffer = {{this}, 1, static_cast<std::uint16_t>(begin / 2), kInRow, false, 0, end, begin,
              end,    0};
    row[i] = Frame(&buffer);
  }
}

void FramePool::release_unpooled(Buffer* buffer) {
  if (buffer->size_class == kSingle) {
    ::operator delete(buffer, kAlignment);
    return;
  }
  Row& row = Row::of(buffer);
  if (--row.live == 0) {
    row.next_free = std::exchange(free_row_, &row);
  }
}

void FramePool::refill(std::size_t size_class) {
  const std::size_t size = sizeof(Buffer) + kCapacity[size_class];
  const std::size_t slab = std::max(kSlabSize, size);
  slabs_.emplace_back(allocate(slab));
  for (std::size_t at = 0; at + size <= slab; at += size) {
    free_[size_class] =
        new (slabs_.back().get() + at) Buffer{{.next_free = free_[size_class]},
                                              0,
                                              0,
                                              static_cast<std::uint8_t>(size_class),
                                              false,
                                              0,
                                              static_cast<std::uint32_t>(kCapacity[size_class]),
                                              0,
                                              0,
                                              0};
  }
}

Buffer* FramePool::acquire(std::size_t capacity) {
  ++live_;
  static_assert(kCapacity.size() == kSingle);
  std::size_t size_class = 0;
  while (size_class < kSingle && kCapacity[size_class] < capacity) {
    ++size_class;
  }
  if (size_class == kSingle) {
    return new (allocate(sizeof(Buffer) + capacity))
        Buffer{{this}, 1, 0, kSingle, false, 0, static_cast<std::uint32_t>(capacity), 0, 0, 0};
  }
  if (free_[size_class] == nullptr) {
    refill(size_class);
  }
  Buffer* buffer = free_[size_class];
  free_[size_class] = buffer->next_free;
  buffer->pool = this;
  buffer->references = 1;
  buffer->checksum_pending = false;
  buffer->segment_size = 0;
  return buffer;
}

Frame FramePool::make(std::size_t stored, std::uint32_t elided, std::size_t headroom) {
  Buffer* buffer = acquire(headroom + stored);
  buffer->begin = static_cast<std::uint32_t>(headroom);
  buffer->end = static_cast<std::uint32_t>(headroom + stored);
  buffer->elided = elided;
  return Frame(buffer);
}

Frame FramePool::copy_of(std::span<const std::uint8_t> bytes, std::uint32_t elided) {
  Frame frame = make(bytes.size(), elided);
  std::ranges::copy(bytes, frame.writable().begin());
  return frame;
}

Frame Frame::copy(std::size_t headroom, std::size_t tailroom) const {
  const auto stored = bytes();
  Buffer* fresh = buffer_->pool->acquire(headroom + stored.size() + tailroom);
  fresh->begin = static_cast<std::uint32_t>(headroom);
  fresh->end = static_cast<std::uint32_t>(headroom + stored.size());
  fresh->elided = buffer_->elided;
  fresh->checksum_pending = buffer_->checksum_pending;
  fresh->segment_size = buffer_->segment_size;
  std::ranges::copy(stored, fresh->data() + headroom);
  return Frame(fresh);
}

void Frame::reallocate(std::size_t headroom, std::size_t tailroom) {
  *this = copy(headroom, tailroom);
}

std::span<std::uint8_t> Frame::push_back(std::size_t n) {
  require(elided() == 0, "stored bytes come before elided ones");
  if (is_shared() || buffer_->capacity - buffer_->end < n) {
    reallocate(headroom(), std::max(n, std::size_t{buffer_->capacity} - buffer_->end));
  }
  buffer_->end += static_cast<std::uint32_t>(n);
  return {buffer_->data() + buffer_->end - n, n};
}

void Frame::truncate(std::size_t n) {
  require(n <= size().value, "a frame can only be cut shorter");
  if (is_shared()) {
    reallocate(headroom(), 0);
  }
  const std::size_t stored = std::min(n, bytes().size());
  buffer_->end = buffer_->begin + static_cast<std::uint32_t>(stored);
  buffer_->elided = static_cast<std::uint32_t>(n - stored);
}

void Frame::set_elided(std::uint32_t n) {
  if (is_shared()) {
    reallocate(headroom(), 0);
  }
  buffer_->elided = n;
}

void Frame::set_offload(FrameOffload offload) {
  if (is_shared()) {
    reallocate(headroom(), 0);
  }
  buffer_->checksum_pending = offload.checksum_pending;
  buffer_->segment_size = offload.segment_size;
}

Frame Frame::slice(std::size_t offset, std::size_t length) const {
  require(offset + length <= size().value, "a slice lies inside its frame");
  const auto all = bytes();
  const auto stored = all.subspan(std::min(offset, all.size()))
                          .first(std::min(length, all.size() - std::min(offset, all.size())));
  return buffer_->pool->copy_of(stored, static_cast<std::uint32_t>(length - stored.size()));
}

}  // namespace violin
