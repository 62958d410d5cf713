// The commands that run in a guest for its host: each in a session of its own, with pipes or with a
// terminal.
//
// A command is over when its process has ended and what it had written was passed on; what still
// holds its pipes then (a daemon that it started) does not keep it.
#pragma once

#include <poll.h>
#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "datapath/uml/agent_protocol.h"
#include "datapath/uml/guest/line.h"

namespace violin::uml {

class Commands {
 public:
  // The line outlives them.
  explicit Commands(Line& line) : line_(line) {}

  // A program that cannot be run ends with 127, or 126 if it is there, and says why on stderr.
  void start(std::uint32_t id, const ExecRequest& request);
  // Of commands that are over, messages may still come: they are ignored.
  void input(std::uint32_t id, const std::string& bytes);
  void end_input(std::uint32_t id);
  void signal(std::uint32_t id, int number);
  void resize(std::uint32_t id, WindowSize size);
  void credit(std::uint32_t id, std::size_t bytes);

  // Takes note of processes that have ended.
  void reap();
  // What they wait for, and then what came of it: moves input and output, ends what is over.
  void add_to(std::vector<pollfd>& polled) const;
  void move();

 private:
  struct Output {
    int fd = -1;
    MessageKind kind{};
  };
  struct Command {
    pid_t pid = 0;
    bool terminal = false;
    int input = -1;
    Output output;
    Output error;
    std::string pending;  // input that the command did not take yet
    bool input_ends = false;
    std::size_t credit = kWindow;
    std::optional<ExitStatus> status;
  };

  Command* find(std::uint32_t id);
  void move_input(std::uint32_t id, Command& command);
  void move_output(std::uint32_t id, Command& command, Output& output);

  Line& line_;
  std::map<std::uint32_t, Command> commands_;
};

}  // namespace violin::uml
