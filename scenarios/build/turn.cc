#include "scenarios/build/turn.h"

#include <iterator>
#include <utility>

#include "scenarios/build/handover.h"
#include "scenarios/build/network.h"

namespace violin {

Turn::Turn(Network& network, Handover& handover, VirtualLink& link, std::size_t direction,
           bool outward, PortIndex port)
    : network_(network),
      handover_(handover),
      link_(&link),
      direction_(direction),
      outward_(outward),
      port_(port),
      old_(*this),
      new_(*this) {}

void Turn::old_way_ended() {
  has_old_way_ = false;
  in_order_ = !open_;
  open();
}

void Turn::open() {
  while (!held_.empty()) {  // what comes while these pass is held behind them
    std::vector<Frame> passing = std::exchange(held_, {});
    pass_new(passing, network_.kernel().now());
  }
  open_ = true;
}

void Turn::abandon(Drop reason) {
  for (Frame& frame : std::exchange(held_, {})) {
    handover_.ledger().drop(std::move(frame), reason);
  }
}

void Turn::OldEnd::receive(PortIndex /*port*/, std::span<Frame> burst, TimePoint now) {
  std::size_t first = 0;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    if (!turn.handover_.is_marker(burst[i])) {
      continue;
    }
    turn.pass_old(burst.subspan(first, i - first), now);
    first = i + 1;
    turn.handover_.end_old_way(turn, std::move(burst[i]));
  }
  turn.pass_old(burst.subspan(first), now);
}

void Turn::pass_old(std::span<Frame> burst, TimePoint now) {
  if (burst.empty()) {
    return;
  }
  if (outward_) {
    network_.last_hop(link_->ends[1 - direction_]).send(burst, now);
  } else {
    handover_.old_entry(port_).send(burst, now);
  }
}

void Turn::NewEnd::receive(PortIndex /*port*/, std::span<Frame> burst, TimePoint now) {
  turn.handover_.ledger().in += burst.size();
  if (turn.open_) {
    turn.pass_new(burst, now);
    return;
  }
  turn.ever_held_ += burst.size();
  turn.held_.insert(turn.held_.end(), std::make_move_iterator(burst.begin()),
                    std::make_move_iterator(burst.end()));
  if (turn.held_.size() > kMostHeld) {
    turn.open();
  }
}

void Turn::pass_new(std::span<Frame> burst, TimePoint now) {
  handover_.ledger().out += burst.size();
  network_.last_hop(link_->ends[1 - direction_]).send(burst, now);
}

}  // namespace violin
