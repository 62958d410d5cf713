// What a pipe does to frames: its rate, queue, loss and delay, in this order.
#pragma once

#include <cstdint>
#include <optional>

#include "core/drop.h"
#include "core/quantity.h"
#include "core/time.h"
#include "models/link/codel.h"
#include "models/link/delay_process.h"
#include "models/link/loss_process.h"

namespace violin {

// Limits count what waits; the frame that is being serialised has left the queue. A frame that
// finds the server idle never waits. Without a limit the queue grows as memory allows.
struct QueueParameters {
  std::optional<std::uint32_t> max_frames = 1000;
  std::optional<Bytes> max_bytes{};  // on the wire, overhead included
  std::optional<CodelParameters> codel{};
  Drop overflow = Drop::kQueueFull;  // the reason under which tail drops are counted
  bool operator==(const QueueParameters&) const = default;
};

// A corrupted frame fails its FCS at the receiving end and is dropped there as kCorrupted. With
// `deliver` it arrives with one of its stored bits flipped, for upper checksums to find.
struct CorruptionParameters {
  double probability = 0;
  bool deliver = false;
  bool operator==(const CorruptionParameters&) const = default;
};

struct PipeParameters {
  std::optional<BitRate> rate{};  // none: serialisation takes no time
  Duration per_frame{};           // added to each serialisation: 1 / a host's frames per second
  Bytes overhead{};               // on the wire with each frame; Ethernet's preamble, FCS, gap: 24
  QueueParameters queue{};
  LossModel loss{};
  DelayModel delay{};
  bool may_reorder = false;  // false: delays are raised where a frame would overtake another
  double duplication = 0;    // probability that an intact frame arrives twice, back to back
  CorruptionParameters corruption{};
  bool up = true;
  bool down_cuts_flight = false;  // going down also drops what has departed
  Drop down = Drop::kLinkDown;    // the reason under which that and what arrives then is counted
  bool operator==(const PipeParameters&) const = default;
};

inline constexpr Bytes kLargestOverhead{65'535};
inline constexpr Duration kLongestFrameCost = std::chrono::hours(1);

// Throws std::invalid_argument that names the first thing that is out of range.
void validate(const PipeParameters& parameters);

}  // namespace violin
