// The guest's end of the serial line to its host: raw bytes, never blocking, with a queue of what
// the line does not take yet.
#pragma once

#include <string>

#include "datapath/uml/agent_protocol.h"

namespace violin::uml {

class Line {
 public:
  // Throws std::runtime_error if the device cannot be opened or set raw.
  explicit Line(const char* device);
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  ~Line();

  int fd() const { return fd_; }
  void send(const Message& message);
  bool sending() const { return begin_ < queue_.size(); }
  // Gives the line what it takes.
  void flush();
  // What has come is in the reader. False: the host has gone.
  bool receive(MessageReader& reader);

 private:
  int fd_;
  std::string queue_;
  std::size_t begin_ = 0;  // of what was not sent yet
};

}  // namespace violin::uml
