#include "datapath/jetway/offload_header.h"

#include "models/wire/big_endian.h"

namespace violin {

namespace {
constexpr std::uint16_t kChecksumPending = 1;
}

void OffloadHeader::put_on(Frame& frame) {
  const FrameOffload offload = frame.offload();
  std::uint8_t* header = frame.push_front(kSize).data();
  wire::store16(header, offload.segment_size);
  wire::store16(header + 2, offload.checksum_pending ? kChecksumPending : 0);
}

bool OffloadHeader::take_off(Frame& frame) {
  const auto bytes = frame.bytes();
  if (bytes.size() <= kSize) {
    return false;
  }
  const FrameOffload offload{.segment_size = wire::load16(bytes.data()),
                             .checksum_pending = bytes[3] == kChecksumPending};
  const std::uint16_t flags = wire::load16(bytes.data() + 2);
  if (flags > kChecksumPending || (offload.segment_size != 0 && !offload.checksum_pending)) {
    return false;
  }
  frame.pop_front(kSize);
  frame.set_offload(offload);
  return true;
}

// Those that are good come to the front; how many they are.
std::size_t OffloadHeader::convert(PortIndex port, std::span<Frame> burst) {
  std::size_t good = 0;
  for (Frame& frame : burst) {
    if (port == kNetwork) {
      put_on(frame);
    } else if (!take_off(frame)) {
      ledger_.drop(std::move(frame), Drop::kBadFrame);
      continue;
    }
    if (&frame != &burst[good]) {
      burst[good] = std::move(frame);
    }
    ++good;
  }
  return good;
}

void OffloadHeader::receive(PortIndex port, std::span<Frame> burst, TimePoint now) {
  ledger_.in += burst.size();
  const Attachment& egress = egress_[1 - to_index(port)];
  if (!egress) {
    for (Frame& frame : burst) {
      ledger_.drop(std::move(frame), Drop::kDetached);
    }
    return;
  }
  const std::size_t good = convert(port, burst);
  if (good > 0) {
    ledger_.out += good;
    egress.send(burst.first(good), now);
  }
}

}  // namespace violin
