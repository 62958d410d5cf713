// Inside Flows: one flow.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/kernel.h"
#include "scenarios/run/flows.h"

namespace violin {

struct Flows::Flow {
  Flow(Flows& flows, Kernel& kernel, EventOrigin& origin, scenario::Flow flow_message,
       std::uint32_t number)
      : owner(flows),
        id(number),
        message(std::move(flow_message)),
        start_timer(Timer::calling<&Flow::on_start>(kernel, origin, *this)),
        stop_timer(Timer::calling<&Flow::on_stop>(kernel, origin, *this)) {}

  void on_start() { owner.begin(*this); }
  void on_stop() { owner.end(*this); }

  Flows& owner;
  std::uint32_t id;
  scenario::Flow message;
  std::string from;  // as results show it
  std::string to;
  Node* source_node = nullptr;
  std::optional<Ipv4Address> group;  // that it has opened
  std::unique_ptr<App> source;
  std::vector<Receiver> receivers;
  std::vector<FlowResult> kept;    // once the applications are gone
  std::optional<PathResult> path;  // likewise of a traceroute
  std::optional<Duration> direct;  // of the substrate between its hosts
  std::optional<Duration> direct_back;
  Timer start_timer;
  Timer stop_timer;
};

}  // namespace violin
