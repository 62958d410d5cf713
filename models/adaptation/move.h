// What it costs to move an entity that runs.
#pragma once

#include <vector>

#include "core/quantity.h"
#include "core/time.h"
#include "models/adaptation/snapshot.h"

namespace violin::adaptation {

struct Move {
  EntityId entity{};
  HostId from{};
  HostId to{};
  bool operator==(const Move&) const = default;
};

// Of breaches and moves, in the objective's unit x second: network cost is Mbit/s x ms, so what is
// told here is comparable with Mbit x ms.
struct Prices {
  double breach = 1e6;                    // of a breach of 1 (see PlacedCost) for a second
  double move = 0;                        // of the disturbance of any move
  double lost_frame = 0;                  // of a frame that reaches an entity while it is moved
  Duration switch_over{};                 // for which it is off besides the transfer
  BitRate transfer = BitRate::mbps(100);  // of its state, unless an access link is slower
};

// For which the entity is off: its memory crosses while it stands still, then links are switched.
Duration downtime(const Snapshot& snapshot, const Prices& prices, const Move& move);
// The fixed price, the frames that are lost meanwhile, and the network cost of its memory, which
// weighs as any other traffic does. 0 if it stays where it is.
double cost(const Snapshot& snapshot, const Prices& prices, const Move& move);

}  // namespace violin::adaptation
