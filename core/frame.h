// Ethernet frames as pooled buffers: real bytes with headroom in front, and behind them a count of
// payload bytes that are not stored ("elided"). Elided bytes read as zero, so a checksum over them
// is the checksum without them.
//
// A Frame is a move-only handle with exactly one holder. share() gives a further handle on the same
// bytes, read-only until writable() or a push/pop makes the holder's copy private. A frame's size
// is what Ethernet calls the MAC frame without FCS, preamble and inter-frame gap.
//
// Frames belong to the thread of their pool, and the pool outlives them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/prefetch.h"
#include "core/quantity.h"
#include "core/require.h"

namespace violin {

class FramePool;

namespace frame_detail {

// In front of its data. Begins a cache line, so that a frame of a simulated datagram, whose headers
// and 32 further bytes at most are stored, is in two.
struct Buffer {
  union {
    FramePool* pool;    // while in use
    Buffer* next_free;  // while not
  };
  std::uint16_t references;
  std::uint16_t floor;  // where its room in data() begins, in units of 2 bytes
  std::uint8_t size_class;
  bool checksum_pending;
  std::uint16_t segment_size;
  std::uint32_t capacity;  // where its room in data() ends
  std::uint32_t begin;     // first real byte in data()
  std::uint32_t end;       // one past the last real byte
  std::uint32_t elided;

  std::uint8_t* data() { return reinterpret_cast<std::uint8_t*>(this + 1); }
};
static_assert(sizeof(Buffer) == 32);

}  // namespace frame_detail

// What a sender's stack left to whoever puts the frame on a medium, as stacks leave it to network
// cards. A medium that does not take it completes the frame first (datapath/jetway/segmentation.h).
struct FrameOffload {
  std::uint16_t segment_size =
      0;                          // if not 0: TCP payload, to be cut into segments of so many bytes
  bool checksum_pending = false;  // the TCP or UDP checksum field has the pseudo-header's sum alone
  bool operator==(const FrameOffload&) const = default;
};

class Frame {
 public:
  Frame() = default;
  Frame(Frame&& other) noexcept : buffer_(std::exchange(other.buffer_, nullptr)) {}
  Frame& operator=(Frame&& other) noexcept {
    if (this != &other) {
      reset();
      buffer_ = std::exchange(other.buffer_, nullptr);
    }
    return *this;
  }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;
  ~Frame() { reset(); }

  explicit operator bool() const { return buffer_ != nullptr; }
  void reset();

  // The stored bytes; valid until the next non-const call.
  std::span<const std::uint8_t> bytes() const {
    return {buffer_->data() + buffer_->begin, buffer_->end - buffer_->begin};
  }
  std::uint32_t elided() const { return buffer_->elided; }
  Bytes size() const { return Bytes{buffer_->end - buffer_->begin + buffer_->elided}; }
  bool is_shared() const { return buffer_->references > 1; }
  std::size_t headroom() const { return buffer_->begin - std::size_t{2} * buffer_->floor; }

  // The stored bytes, private to this holder: copies them first where they are shared.
  std::span<std::uint8_t> writable();
  // Grows the frame by n bytes at the front (unspecified content) and returns them.
  std::span<std::uint8_t> push_front(std::size_t n);
  // Removes n stored bytes from the front. A bug (std::logic_error) if fewer are stored.
  void pop_front(std::size_t n);
  // Grows the stored bytes by n at the back. A bug while bytes are elided (they would come first).
  std::span<std::uint8_t> push_back(std::size_t n);
  // Cuts the frame to its first n bytes, elided ones included. A bug if it is shorter.
  void truncate(std::size_t n);
  void set_elided(std::uint32_t n);

  // Nothing, unless it was set; copies of the bytes keep it, slices do not.
  FrameOffload offload() const { return {buffer_->segment_size, buffer_->checksum_pending}; }
  void set_offload(FrameOffload offload);

  Frame share() const;
  // A private frame of the bytes [offset, offset + length) of this one, elided ones included, with
  // default headroom.
  Frame slice(std::size_t offset, std::size_t length) const;

  // Hint that the first bytes will be read soon: the first form, before anything of the frame is
  // near, guesses that they lie where they lay when it was made with default headroom.
  void prefetch() const { prefetch_lines<2>(buffer_); }
  void prefetch_bytes() const { __builtin_prefetch(buffer_->data() + buffer_->begin); }

 private:
  friend class FramePool;
  static constexpr std::uint16_t kMostReferences = 0xffff;
  explicit Frame(frame_detail::Buffer* buffer) : buffer_(buffer) {}
  // A private buffer with at least this headroom and tailroom in place of the present one.
  void reallocate(std::size_t headroom, std::size_t tailroom);
  Frame copy(std::size_t headroom, std::size_t tailroom) const;

  frame_detail::Buffer* buffer_ = nullptr;
};

class FramePool {
 public:
  // Room kept in front of new frames: outer Ethernet, IPv4, UDP and tunnel headers fit.
  static constexpr std::size_t kHeadroom = 64;

  // Every frame must be gone before its pool.
  FramePool() = default;
  ~FramePool();
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;

  // A frame of `stored` bytes (unspecified content) followed by `elided` ones.
  Frame make(std::size_t stored, std::uint32_t elided = 0, std::size_t headroom = kHeadroom);
  Frame copy_of(std::span<const std::uint8_t> bytes, std::uint32_t elided = 0);
  // Fills the row with frames of `size` stored bytes (unspecified content), one behind the other in
  // memory, so that all are read into as one piece. Each has the room that it gives up itself. The
  // memory of all is given back when the last of them ends. Throws std::logic_error if the size is
  // odd, or there are more frames or bytes than these:
  static constexpr std::size_t kRowBytes = 96 * 1024;
  static constexpr std::size_t kRowFrames = 128;
  void make_row(std::span<Frame> row, std::size_t size);

  // Buffers in use: shared frames count once.
  std::uint64_t live() const { return live_; }

 private:
  friend class Frame;
  static constexpr std::size_t kSingle = 5;  // the class of buffers that are not pooled
  static constexpr std::size_t kInRow = 6;   // the class of those in a row
  struct Row;
  frame_detail::Buffer* acquire(std::size_t capacity);
  void refill(std::size_t size_class);
  void release(frame_detail::Buffer* buffer);
  void release_unpooled(frame_detail::Buffer* buffer);

  struct FreeBuffer {
    void operator()(std::byte* slab) const;
  };
  frame_detail::Buffer* free_[kSingle] = {};
  std::vector<std::unique_ptr<std::byte, FreeBuffer>> slabs_;
  std::vector<Row*> rows_;  // all there are
  Row* free_row_ = nullptr;
  std::uint64_t live_ = 0;
};

inline void Frame::reset() {
  if (buffer_ != nullptr) {
    if (--buffer_->references == 0) {
      buffer_->pool->release(buffer_);
    }
    buffer_ = nullptr;
  }
}

inline std::span<std::uint8_t> Frame::writable() {
  if (is_shared()) [[unlikely]] {
    reallocate(headroom(), 0);
  }
  return {buffer_->data() + buffer_->begin, buffer_->end - buffer_->begin};
}

inline std::span<std::uint8_t> Frame::push_front(std::size_t n) {
  if (is_shared() || headroom() < n) [[unlikely]] {
    reallocate(n + FramePool::kHeadroom, 0);
  }
  buffer_->begin -= static_cast<std::uint32_t>(n);
  return {buffer_->data() + buffer_->begin, n};
}

inline void Frame::pop_front(std::size_t n) {
  require(n <= bytes().size(), "a frame gives up at most the bytes that it stores");
  if (is_shared()) [[unlikely]] {
    reallocate(headroom(), 0);
  }
  buffer_->begin += static_cast<std::uint32_t>(n);
}

inline Frame Frame::share() const {
  if (buffer_->references == kMostReferences) [[unlikely]] {
    return copy(headroom(), 0);
  }
  ++buffer_->references;
  return Frame(buffer_);
}

inline void FramePool::release(frame_detail::Buffer* buffer) {
  --live_;
  if (buffer->size_class >= kSingle) [[unlikely]] {
    release_unpooled(buffer);
    return;
  }
  buffer->next_free = free_[buffer->size_class];
  free_[buffer->size_class] = buffer;
}

}  // namespace violin
