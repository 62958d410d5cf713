#include "core/frame.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <vector>

namespace violin {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets octets(const Frame& frame) { return {frame.bytes().begin(), frame.bytes().end()}; }
Octets counting(std::size_t n) {
  Octets bytes(n);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{1});
  return bytes;
}

TEST(Frame, HasItsBytesAndACountOfElidedOnes) {
  FramePool pool;
  const Frame frame = pool.copy_of(counting(14), 1486);
  EXPECT_EQ(octets(frame), counting(14));
  EXPECT_EQ(frame.elided(), 1486U);
  EXPECT_EQ(frame.size(), Bytes{1500});
  EXPECT_GE(frame.headroom(), FramePool::kHeadroom);
}

TEST(Frame, IsEmptyByDefaultAndAfterItWasMovedFrom) {
  FramePool pool;
  Frame frame;
  EXPECT_FALSE(frame);
  frame = pool.make(1);
  EXPECT_TRUE(frame);
  const Frame other = std::move(frame);
  EXPECT_FALSE(frame);  // NOLINT(bugprone-use-after-move)
  EXPECT_TRUE(other);
}

TEST(Frame, KeepsWhatItsSenderLeftUndoneInCopiesOfItsBytesOnly) {
  FramePool pool;
  const FrameOffload offload{.segment_size = 1448, .checksum_pending = true};
  Frame frame = pool.copy_of(counting(3000));
  EXPECT_EQ(frame.offload(), FrameOffload{});
  frame.set_offload(offload);
  Frame other = frame.share();
  EXPECT_EQ(other.offload(), offload);
  other.push_front(4);
  EXPECT_EQ(other.offload(), offload);
  EXPECT_EQ(frame.slice(0, 100).offload(), FrameOffload{});
  other.set_offload({});
  EXPECT_EQ(frame.offload(), offload);
  other = frame.share();
  other.set_offload({});
  EXPECT_EQ(frame.offload(), offload);
  frame.reset();
  other.reset();
  EXPECT_EQ(pool.make(3000).offload(), FrameOffload{});
}

TEST(Frame, GivesItsBufferBackWhenItEnds) {
  FramePool pool;
  {
    Frame a = pool.make(60);
    Frame b = pool.make(60);
    EXPECT_EQ(pool.live(), 2U);
    a = std::move(b);
    EXPECT_EQ(pool.live(), 1U);
    a.reset();
    a.reset();
    EXPECT_EQ(pool.live(), 0U);
  }
  EXPECT_EQ(pool.live(), 0U);
}

// 24 bytes behind Ethernet's, IPv4's and UDP's headers, the rest elided: what a simulated flow
// sends.
TEST(Frame, OfASimulatedDatagramIsInTwoCacheLinesThatNoOtherTouches) {
  FramePool pool;
  std::vector<Frame> frames;
  std::set<std::uintptr_t> lines;
  for (std::size_t i = 0; i < 100; ++i) {
    Frame& frame = frames.emplace_back(pool.make(24, 976));
    const auto begin = reinterpret_cast<std::uintptr_t>(frame.push_front(42).data());
    for (std::uintptr_t line = begin / kCacheLine; line <= (begin + 65) / kCacheLine; ++line) {
      EXPECT_TRUE(lines.insert(line).second);
    }
  }
  EXPECT_LE(lines.size(), 200U);
}

TEST(Frame, SharingCopiesNothingUntilOneHolderWrites) {
  FramePool pool;
  Frame frame = pool.copy_of(counting(60));
  Frame other = frame.share();
  EXPECT_EQ(pool.live(), 1U);
  EXPECT_TRUE(frame.is_shared());
  EXPECT_EQ(frame.bytes().data(), other.bytes().data());
  other.writable()[0] = 99;
  EXPECT_EQ(pool.live(), 2U);
  EXPECT_FALSE(frame.is_shared());
  EXPECT_EQ(frame.bytes()[0], 1);
  EXPECT_EQ(other.bytes()[0], 99);
}

TEST(Frame, OuterHeadersFitIntoTheHeadroomOfANewFrame) {
  FramePool pool;
  Frame frame = pool.copy_of(counting(60));
  const auto* bytes = frame.bytes().data();
  frame.push_front(FramePool::kHeadroom);
  EXPECT_EQ(frame.bytes().data() + FramePool::kHeadroom, bytes);
}

TEST(Frame, AFrameOfAnySizeIsPossible) {
  FramePool pool;
  for (const std::size_t size :
       {0U, 1U, 128U, 129U, 1514U, 2000U, 9000U, 10'240U, 65'535U, 1'000'000U}) {
    const Octets bytes(size, 0x5a);
    EXPECT_EQ(octets(pool.copy_of(bytes)), bytes) << size;
  }
  EXPECT_EQ(pool.live(), 0U);
}

TEST(Frame, GivesUpAtMostWhatItStores) {
  FramePool pool;
  Frame frame = pool.copy_of(counting(10), 100);
  EXPECT_THROW(frame.pop_front(11), std::logic_error);
  frame.pop_front(10);
  EXPECT_EQ(frame.size(), Bytes{100});
}

TEST(Frame, TakesNoBytesBehindElidedOnes) {
  FramePool pool;
  Frame frame = pool.copy_of(counting(10), 1);
  EXPECT_THROW(frame.push_back(1), std::logic_error);
}

TEST(Frame, CanOnlyBeCutShorterAndSlicedInside) {
  FramePool pool;
  Frame frame = pool.copy_of(counting(10), 5);
  EXPECT_THROW(frame.truncate(16), std::logic_error);
  EXPECT_THROW((void)frame.slice(10, 6), std::logic_error);
  frame.truncate(15);
  EXPECT_EQ(frame.size(), Bytes{15});
}

TEST(Frame, ASliceHasDefaultHeadroomAndItsOwnBytes) {
  FramePool pool;
  const Frame frame = pool.copy_of(counting(10), 5);
  Frame slice = frame.slice(8, 4);
  EXPECT_EQ(octets(slice), (Octets{9, 10}));
  EXPECT_EQ(slice.elided(), 2U);
  EXPECT_GE(slice.headroom(), FramePool::kHeadroom);
  slice.writable()[0] = 0;
  EXPECT_EQ(octets(frame), counting(10));
}

TEST(Frame, ARowIsOnePieceOfMemory) {
  FramePool pool;
  std::array<Frame, 44> row;
  pool.make_row(row, 1472);
  EXPECT_EQ(pool.live(), row.size());
  std::uint8_t* const first = row[0].writable().data();
  for (std::size_t i = 0; i < row.size(); ++i) {
    EXPECT_EQ(row[i].writable().data(), first + i * 1472);
    EXPECT_EQ(row[i].size(), Bytes{1472});
    EXPECT_EQ(row[i].headroom(), 0U);
  }
}

TEST(Frame, OfARowHasTheRoomThatItGivesUpAndNoMore) {
  FramePool pool;
  std::array<Frame, 3> row;
  pool.make_row(row, 100);
  for (Frame& frame : row) {
    std::ranges::copy(counting(100), frame.writable().begin());
  }
  const std::uint8_t* const second = row[1].bytes().data();
  row[1].pop_front(40);
  row[1].truncate(50);
  EXPECT_EQ(row[1].headroom(), 40U);
  EXPECT_EQ(row[1].push_front(40).data(), second);
  std::ranges::fill(row[1].push_back(10), std::uint8_t{0});
  EXPECT_EQ(row[1].bytes().data(), second);
  row[1].push_front(1)[0] = 0;  // these have no room there
  row[1].push_back(1)[0] = 0;
  EXPECT_NE(row[1].bytes().data(), second - 1);
  EXPECT_EQ(octets(row[0]), counting(100));
  EXPECT_EQ(octets(row[2]), counting(100));
}

TEST(Frame, ARowsMemoryIsUsedAgainWhenTheLastOfItEnds) {
  FramePool pool;
  std::array<Frame, 8> row;
  pool.make_row(row, 64);
  const std::uint8_t* const first = row[0].bytes().data();
  Frame last = std::move(row[5]);
  std::array<Frame, 8> other;
  std::ranges::for_each(row, &Frame::reset);
  pool.make_row(other, 64);
  EXPECT_NE(other[0].bytes().data(), first);
  last.reset();
  pool.make_row(row, 9000);
  EXPECT_EQ(row[0].bytes().data(), first);
  EXPECT_THROW(pool.make_row(row, FramePool::kRowBytes), std::logic_error);
  EXPECT_THROW(pool.make_row(row, 7), std::logic_error);
}

TEST(Frame, MayBeSharedMoreOftenThanItsBufferCounts) {
  FramePool pool;
  const Frame frame = pool.copy_of(counting(100), 7);
  std::vector<Frame> flood(100'000);
  std::ranges::generate(flood, [&] { return frame.share(); });
  for (const Frame& copy : flood) {
    ASSERT_EQ(octets(copy), counting(100));
    ASSERT_EQ(copy.elided(), 7U);
  }
  flood.clear();
  EXPECT_EQ(pool.live(), 1U);
  EXPECT_FALSE(frame.is_shared());
}

// What a handle should hold, and which handles share one buffer.
struct Model {
  Octets stored;
  std::uint32_t elided = 0;
  int buffer = 0;
};

class RandomHandles {
 public:
  explicit RandomHandles(std::uint64_t seed) : random_(seed) {}

  void step() {
    if (frames_.empty() || below(8) == 0) {
      create();
      return;
    }
    const std::size_t i = below(frames_.size());
    using Operation = void (RandomHandles::*)(std::size_t);
    static constexpr std::array<Operation, 9> kOperations = {
        &RandomHandles::push_front, &RandomHandles::pop_front,  &RandomHandles::push_back,
        &RandomHandles::truncate,   &RandomHandles::share,      &RandomHandles::slice,
        &RandomHandles::write,      &RandomHandles::set_elided, &RandomHandles::end};
    (this->*kOperations[below(kOperations.size())])(i);
  }

  void check() {
    std::map<int, int> handles;
    for (const Model& model : models_) {
      ++handles[model.buffer];
    }
    ASSERT_EQ(pool_.live(), handles.size());
    for (std::size_t i = 0; i < frames_.size(); ++i) {
      ASSERT_EQ(octets(frames_[i]), models_[i].stored);
      ASSERT_EQ(frames_[i].elided(), models_[i].elided);
      ASSERT_EQ(frames_[i].size().value, models_[i].stored.size() + models_[i].elided);
      ASSERT_EQ(frames_[i].is_shared(), handles[models_[i].buffer] > 1);
    }
  }
  std::uint64_t end_all() {
    frames_.clear();
    return pool_.live();
  }

 private:
  std::size_t below(std::size_t n) { return random_() % n; }
  std::size_t random_size() { return below(10) == 0 ? below(12'000) : below(300); }
  Octets random_octets(std::size_t n) {
    Octets bytes(n);
    std::ranges::generate(bytes, [this] { return static_cast<std::uint8_t>(random_()); });
    return bytes;
  }
  void make_private(std::size_t i) {
    const int buffer = models_[i].buffer;
    if (std::ranges::count(models_, buffer, &Model::buffer) > 1) {
      models_[i].buffer = next_buffer_++;
    }
  }

  void create() {
    if (below(4) == 0) {
      create_row();
      return;
    }
    Model model{random_octets(random_size()), below(2) == 0 ? 0U : 1000U, next_buffer_++};
    frames_.push_back(pool_.copy_of(model.stored, model.elided));
    models_.push_back(std::move(model));
  }
  void create_row() {
    std::vector<Frame> row(1 + below(5));
    pool_.make_row(row, random_size() / 2 * 2);
    for (Frame& frame : row) {
      Model model{random_octets(frame.bytes().size()), 0, next_buffer_++};
      std::ranges::copy(model.stored, frame.writable().begin());
      frames_.push_back(std::move(frame));
      models_.push_back(std::move(model));
    }
  }
  void push_front(std::size_t i) {
    const Octets bytes = random_octets(below(100));
    std::ranges::copy(bytes, frames_[i].push_front(bytes.size()).begin());
    models_[i].stored.insert(models_[i].stored.begin(), bytes.begin(), bytes.end());
    make_private(i);
  }
  void pop_front(std::size_t i) {
    const std::size_t n = below(models_[i].stored.size() + 1);
    frames_[i].pop_front(n);
    models_[i].stored.erase(models_[i].stored.begin(),
                            models_[i].stored.begin() + static_cast<std::ptrdiff_t>(n));
    make_private(i);
  }
  void push_back(std::size_t i) {
    const Octets bytes = random_octets(random_size());
    if (models_[i].elided != 0) {
      EXPECT_THROW(frames_[i].push_back(bytes.size()), std::logic_error);
      return;
    }
    std::ranges::copy(bytes, frames_[i].push_back(bytes.size()).begin());
    models_[i].stored.insert(models_[i].stored.end(), bytes.begin(), bytes.end());
    make_private(i);
  }
  void truncate(std::size_t i) {
    const std::size_t n = below(frames_[i].size().value + 1);
    frames_[i].truncate(n);
    const std::size_t stored = std::min(n, models_[i].stored.size());
    models_[i].stored.resize(stored);
    models_[i].elided = static_cast<std::uint32_t>(n - stored);
    make_private(i);
  }
  void share(std::size_t i) {
    frames_.push_back(frames_[i].share());
    models_.push_back(Model(models_[i]));
  }
  void slice(std::size_t i) {
    const std::size_t size = frames_[i].size().value;
    const std::size_t offset = below(size + 1);
    const std::size_t length = below(size - offset + 1);
    frames_.push_back(frames_[i].slice(offset, length));
    Model model{{}, 0, next_buffer_++};
    for (std::size_t at = offset; at < offset + length; ++at) {
      if (at < models_[i].stored.size()) {
        model.stored.push_back(models_[i].stored[at]);
      } else {
        ++model.elided;
      }
    }
    models_.push_back(std::move(model));
  }
  void write(std::size_t i) {
    const auto bytes = frames_[i].writable();
    models_[i].stored = random_octets(bytes.size());
    std::ranges::copy(models_[i].stored, bytes.begin());
    make_private(i);
  }
  void set_elided(std::size_t i) {
    models_[i].elided = below(2) == 0 ? 0 : static_cast<std::uint32_t>(below(100'000));
    frames_[i].set_elided(models_[i].elided);
    make_private(i);
  }
  void end(std::size_t i) {
    frames_[i] = std::move(frames_.back());
    frames_.pop_back();
    models_[i] = models_.back();
    models_.pop_back();
  }

  std::mt19937_64 random_;
  FramePool pool_;
  std::vector<Frame> frames_;
  std::vector<Model> models_;
  int next_buffer_ = 0;
};

TEST(FrameProperty, AgreesWithVectorsOfBytesUnderRandomOperations) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomHandles handles(seed);
    for (int i = 0; i < 150; ++i) {
      handles.step();
      handles.check();
      ASSERT_FALSE(::testing::Test::HasFatalFailure());
    }
    ASSERT_EQ(handles.end_all(), 0U);
  }
}

}  // namespace
}  // namespace violin
