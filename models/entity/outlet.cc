#include "models/entity/outlet.h"

#include <algorithm>

#include "core/require.h"

namespace violin {

void Outlet::add_port(PortIndex port) {
  if (ports_.size() <= to_index(port)) {
    ports_.resize(to_index(port) + 1);
  }
  require(!ports_[to_index(port)].exists, "a port is added once");
  ports_[to_index(port)] = {true, {}};
  open_port(port);
}

PortIndex Outlet::add_port() {
  const auto free = std::ranges::find(ports_, false, &Port::exists);
  const PortIndex port{static_cast<std::uint32_t>(free - ports_.begin())};
  add_port(port);
  return port;
}

void Outlet::remove_port(PortIndex port) {
  require(to_index(port) < ports_.size(), "a port that is removed exists");
  ports_[to_index(port)] = {};
  unplug(port);
}

bool Outlet::has_port(PortIndex port) const {
  return to_index(port) < ports_.size() && ports_[to_index(port)].exists;
}

void Outlet::connect(PortIndex port, Attachment outside) {
  require(has_port(port), "what is outside is connected to a port that exists");
  ports_[to_index(port)].outside = outside;
}

void Outlet::receive(PortIndex port, std::span<Frame> burst, TimePoint now) {
  ledger_.in += burst.size();
  const Attachment outside =
      to_index(port) < ports_.size() ? ports_[to_index(port)].outside : Attachment{};
  if (!outside) {
    for (Frame& frame : burst) {
      ledger_.drop(std::move(frame), Drop::kDetached);
    }
    return;
  }
  ledger_.out += burst.size();
  outside.send(burst, now);
}

}  // namespace violin
