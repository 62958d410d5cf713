// Arbitrary bytes as segments of VIOLIN's own tunnel, each with its length (two bytes) in front:
// frames that come out were announced, memory stays bounded, and a header that is read is written
// the same.
#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "datapath/tunnel/segment_unpacker.h"
#include "datapath/tunnel/segment_window.h"
#include "tests/fuzz/fuzz_encapsulation.h"

namespace violin {
namespace {

struct Taker : FrameTaker {
  void take(ChannelId, Frame&& frame) override {
    bytes += frame.size().value;
    fuzz_expect(frame.size().value > 0);
    fuzz_expect(frame.size().value <= ChunkHeader::kLargestFrame);
    frame.reset();
  }
  std::uint64_t bytes = 0;
};

void run(std::span<const std::uint8_t> data) {
  FramePool pool;
  Taker taker;
  SegmentUnpacker unpacker(pool, taker);
  SegmentWindow window;
  const std::size_t all = data.size();
  TimePoint now = kRunStart;
  while (data.size() >= 2) {
    const std::size_t size = std::min<std::size_t>(data[0] * 256U + data[1], data.size() - 2);
    const auto segment = data.subspan(2, size);
    data = data.subspan(2 + size);
    now += std::chrono::milliseconds(10);
    unpacker.unpack(pool.copy_of(segment), now);
    unpacker.expire(now);
    fuzz_expect(unpacker.incomplete() <= SegmentUnpacker::kMostIncomplete);
    fuzz_expect(pool.live() == unpacker.incomplete());
    HelloBody::parse(segment);
    if (const auto header = SegmentHeader::parse(segment)) {
      std::array<std::uint8_t, SegmentHeader::kSize> written{};
      header->serialize(written.data());
      fuzz_expect(std::ranges::equal(written, segment.first(SegmentHeader::kSize)));
      fuzz_expect(!window.accept(header->sequence) || !window.accept(header->sequence));
    }
  }
  fuzz_expect(taker.bytes <= all);  // every byte was in some piece
  unpacker.reset();
  fuzz_expect(pool.live() == 0);
}

}  // namespace
}  // namespace violin

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  violin::run({data, size});
  return 0;
}
