// What the verbs for running networks share: who is meant, and asking the daemon.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "datapath/agent/control_channel.h"
#include "scenarios/cli/exit_code.h"

namespace violin::cli {

// "NETWORK/REST": a running network, and what of it. REST may have VIOLIN/ in front.
struct LiveTarget {
  std::string network;
  std::string rest;

  // Throws std::runtime_error if there is no slash.
  static LiveTarget parse(const std::string& text);
};

// What the daemon refused or failed to do, with the exit code for it.
class LiveError : public std::runtime_error {
 public:
  LiveError(const std::string& what, ExitCode exit) : std::runtime_error(what), code(exit) {}
  ExitCode code;
};

// To the network's daemon. Throws std::runtime_error if there is no such network, or its daemon has
// died (and what to do then).
ControlChannel connect_to(const std::string& network);
// Asks and waits for the result; progress goes to stderr. Throws LiveError.
nlohmann::json ask(const std::string& network, const nlohmann::json& request,
                   const std::vector<int>& descriptors = {});
// The same on a channel where the request has been sent already.
nlohmann::json result_of(ControlChannel& daemon);

}  // namespace violin::cli
