#include "models/vrouter/vrouter_state.h"

#include <utility>

namespace violin {

VRouterState VRouter::state() const {
  VRouterState state{
      .interfaces = {},
      .routes = routes_.routes(),
      .multicast_routes = multicast_routes_,
      .icmp_errors = icmp_errors_,
      .identification = identification_,
  };
  for (std::uint32_t i = 0; i < interfaces_.size(); ++i) {
    if (const auto& interface = interfaces_[i]) {
      state.interfaces.push_back(
          {PortIndex{i}, interface->config, interface->neighbors.state(), interface->to_announce});
    }
  }
  return state;
}

void VRouter::restore(const VRouterState& state) {
  require(interfaces_.empty(), "a state is restored to a vRouter that has no interfaces yet");
  for (const VRouterState::Interface& known : state.interfaces) {
    check(known.config, std::nullopt);
    open_port(known.port);
    interfaces_.resize(to_index(known.port) + 1);
    stations_.resize(interfaces_.size());
    stations_[to_index(known.port)] = known.config.mac;
    auto& interface = interfaces_[to_index(known.port)];
    interface = std::make_unique<Interface>(known.config, config_.neighbor);
    interface->neighbors.restore(known.neighbors);
    interface->to_announce = known.to_announce;
  }
  routes_.assign(state.routes);
  multicast_routes_ = state.multicast_routes;
  icmp_errors_ = state.icmp_errors;
  identification_ = state.identification;
  new_epoch();
  arm_neighbor_timer();
}

VRouterHoldings VRouter::retire(FrameSink& successor) {
  VRouterHoldings holdings;
  for (std::uint32_t i = 0; i < interfaces_.size(); ++i) {
    if (const auto& interface = interfaces_[i]) {
      for (NeighborCache::Unresolved& frame : interface->neighbors.retire()) {
        holdings.waiting.push_back({PortIndex{i}, std::move(frame)});
      }
      interface->to_announce = false;
      neighbors_changed(*interface);
    }
  }
  if (fragments_) {
    holdings.fragments = fragments_->release();
    fragments_.reset();
  }
  for (const Sink& sink : std::exchange(sinks_, {})) {
    holdings.sinks.push_back({sink.protocol, sink.delivery});
  }
  neighbor_timer_.cancel();
  successor_ = &successor;
  return holdings;
}

void VRouter::take(VRouterHoldings holdings) {
  for (VRouterHoldings::Waiting& one : holdings.waiting) {
    WaitingFrame& waiting = one.frame.waiting;
    Frame displaced =
        at(one.port).neighbors.wait(one.frame.who, std::move(waiting.frame), waiting.tag);
    require(!displaced, "as many frames wait as waited at the predecessor");
  }
  if (!holdings.fragments.empty()) {
    fragments().adopt(std::move(holdings.fragments));
  }
  for (const VRouterHoldings::Sink& sink : holdings.sinks) {
    attach(sink.protocol, sink.delivery);
  }
}

}  // namespace violin
