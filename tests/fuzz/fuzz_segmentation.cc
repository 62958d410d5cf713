// Any bytes as a super-frame: what is cut has the payload of the whole, in segments that are
// complete.
#include <vector>

#include "datapath/jetway/policy.h"
#include "datapath/jetway/segmentation.h"

using violin::require;

namespace {

void check_segments(const violin::Frame& super_frame, violin::FramePool& pool) {
  const auto segments = violin::cut_into_segments(super_frame, pool);
  if (!segments) {
    return;
  }
  const auto place = violin::find_transport(super_frame.bytes());
  std::size_t payload = 0;
  for (const violin::Frame& segment : *segments) {
    const auto own = violin::find_transport(segment.bytes());
    require(own && own->transport == place->transport, "a segment has the super-frame's headers");
    require(own->end == segment.bytes().size(), "a segment has no padding");
    const std::size_t headers =
        own->transport + std::size_t{segment.bytes()[own->transport + 12]} / 16 * 4;
    require(own->end - headers <= super_frame.offload().segment_size, "no segment is too long");
    payload += own->end - headers;
  }
  const std::size_t headers =
      place->transport + std::size_t{super_frame.bytes()[place->transport + 12]} / 16 * 4;
  require(payload == place->end - headers, "the segments carry what the super-frame did");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  violin::FramePool pool;
  violin::Frame frame = pool.copy_of({data + 2, size - 2});
  frame.set_offload({.segment_size = static_cast<std::uint16_t>(data[0] << 8 | data[1]),
                     .checksum_pending = true});
  check_segments(frame, pool);
  violin::complete_checksum(frame);
  violin::JetwayPolicy().allows(frame.bytes(), frame.size().value, violin::Crossing::kOutward);
  return 0;
}
