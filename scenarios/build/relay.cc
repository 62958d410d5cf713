#include "scenarios/build/relay.h"

#include <algorithm>
#include <utility>

#include "models/wire/big_endian.h"

namespace violin {

namespace {

constexpr std::size_t kLabel = 8;

std::uint64_t label_of(const Frame& frame) { return wire::load64(frame.bytes().data()); }

}  // namespace

Relay::Relay(Underlay& underlay, const std::string& name, HostId from, HostId to, RelayTaker& taker,
             Ledger& books, std::unique_ptr<Pipe> path)
    : underlay_(underlay),
      taker_(taker),
      books_(books),
      path_(std::move(path)),
      way_(underlay.open_way(name, from, to, {this, PortIndex{0}})) {}

void Relay::send(Relayed what, PortIndex number, std::span<Frame> burst, TimePoint now) {
  for (Frame& frame : burst) {
    const auto label = frame.push_front(kLabel);
    wire::store32(label.data(), static_cast<std::uint32_t>(what));
    wire::store32(label.data() + 4, static_cast<std::uint32_t>(number));
  }
  books_.out += burst.size();
  if (path_) {
    path_->transmit(burst, way_, now);
  } else {
    way_.send(burst, now);
  }
}

void Relay::receive(PortIndex /*port*/, std::span<Frame> burst, TimePoint now) {
  books_.in += burst.size();
  while (!burst.empty()) {
    const std::uint64_t label = label_of(burst.front());
    const auto other = std::ranges::find_if(
        burst, [label](const Frame& frame) { return label_of(frame) != label; });
    const auto together = burst.first(static_cast<std::size_t>(other - burst.begin()));
    std::ranges::for_each(together, [](Frame& frame) { frame.pop_front(kLabel); });
    burst = burst.subspan(together.size());
    taker_.take_relayed(static_cast<Relayed>(label >> 32),
                        PortIndex{static_cast<std::uint32_t>(label)}, together, now);
  }
}

void Relay::end(Drop reason) {
  if (path_) {
    path_->abandon(reason);
    books_.add(path_->ledger());
  }
  underlay_.end_way(way_);
}

}  // namespace violin
