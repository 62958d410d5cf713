#include "models/adaptation/move.h"

#include <algorithm>

namespace violin::adaptation {

namespace {

double bits(const Snapshot& snapshot, const Move& move) {
  return 8 * static_cast<double>(snapshot.entities[to_index(move.entity)].memory.value);
}

double seconds_off(const Snapshot& snapshot, const Prices& prices, const Move& move) {
  const double rate = std::min({static_cast<double>(prices.transfer.bits_per_second()),
                                snapshot.hosts[violin::to_index(move.from)].limits[kUp],
                                snapshot.hosts[violin::to_index(move.to)].limits[kDown]});
  return to_seconds(prices.switch_over) + bits(snapshot, move) / rate;
}

}  // namespace

Duration downtime(const Snapshot& snapshot, const Prices& prices, const Move& move) {
  return from_seconds(seconds_off(snapshot, prices, move));
}

double cost(const Snapshot& snapshot, const Prices& prices, const Move& move) {
  if (move.from == move.to) {
    return 0;
  }
  const double lost = snapshot.entities[to_index(move.entity)].frames_per_second *
                      seconds_off(snapshot, prices, move);
  const double cells = snapshot.delays.row(violin::to_index(move.from))[violin::to_index(move.to)];
  const double ms = cells * 1e-6 * static_cast<double>(DelayMatrix::kUnit.count());
  return prices.move + prices.lost_frame * lost +
         snapshot.per_megabit_ms * 1e-6 * bits(snapshot, move) * ms;
}

}  // namespace violin::adaptation
