// What an AgentChannel knows of a command: guarded by the channel's mutex.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "datapath/reactor/file_descriptor.h"
#include "datapath/uml/agent_channel.h"
#include "datapath/uml/guest_command.h"

namespace violin::uml {

struct AgentChannel::CommandState {
  CommandState();
  void signal_progress();
  void calm();  // nothing is left to tell

  std::deque<GuestCommand::Piece> pieces;
  std::optional<ExitStatus> status;
  std::string lost;  // why its end will not be known
  std::size_t input_window = kWindow;
  FileDescriptor progress;  // an eventfd
};

}  // namespace violin::uml
