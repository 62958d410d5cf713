// A command that runs in a guest. Its user takes its output when it likes; the command waits
// meanwhile.
//
// Destroying it before its end kills it. One thread at a time,
// but signal(), resize(), write() and end_input() may come from others.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/time.h"
#include "datapath/uml/agent_channel.h"

namespace violin::uml {

class GuestCommand {
 public:
  struct Piece {
    bool error = false;  // of standard error
    std::string bytes;

    bool operator==(const Piece&) const = default;
  };

  GuestCommand(std::shared_ptr<AgentChannel> channel, std::uint32_t id,
               std::shared_ptr<AgentChannel::CommandState> state);
  GuestCommand(const GuestCommand&) = delete;
  GuestCommand& operator=(const GuestCommand&) = delete;
  ~GuestCommand();

  // The next piece of output; nothing once all was taken and the command has ended. Throws
  // GuestError if the guest went first, or the time is over.
  std::optional<Piece> next(Duration patience = Duration::max());
  // A piece if there is one; and then whether there may be more: !ended().
  std::optional<Piece> try_next();
  // Readable while try_next() has something to give or ended() may have become true.
  int descriptor() const;
  // It has ended, or its guest went, and all output was taken.
  bool ended() const;
  // Of a command that ended. Throws GuestError if the guest went first.
  ExitStatus status() const;

  // Blocks while much input is under way that the command has not read. False once it has ended.
  bool write(std::string_view bytes);
  void end_input();
  // Its user wants no more of it, write() included, whatever it still says.
  void abandon();
  // For all of the command's processes.
  void signal(int number);
  void resize(WindowSize size);

 private:
  std::shared_ptr<AgentChannel> channel_;  // shared: see there
  std::uint32_t id_;
  std::shared_ptr<AgentChannel::CommandState> state_;
};

}  // namespace violin::uml
