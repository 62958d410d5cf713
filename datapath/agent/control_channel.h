// How `violin`'s verbs talk to the daemon of a live network: JSON documents over a unix stream
// socket, each preceded by its length (4 bytes, big-endian), the first one with up to three open
// descriptors (SCM_RIGHTS), so that a command in a guest reads and writes the user's terminal
// itself.
//
//   verb --- {"verb": "exec", ...} + stdin, stdout, stderr ---> daemon
//        <-- {"progress": "..."}*, then {"result": ...} or {"error": "...", "exit": code} ---
//
// Blocking, for threads that may wait.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "datapath/reactor/file_descriptor.h"

namespace violin {

class ControlChannel {
 public:
  static constexpr std::size_t kMostBytes = 64 << 20;  // of a document
  static constexpr std::size_t kMostDescriptors = 3;

  explicit ControlChannel(FileDescriptor socket) : socket_(std::move(socket)) {}
  // To the daemon that listens there; nothing if none does. Throws std::system_error for anything
  // else.
  static std::optional<ControlChannel> connect(const std::filesystem::path& socket);

  // Throw std::system_error if the other end is gone.
  void send(const nlohmann::json& document, const std::vector<int>& descriptors = {});
  // The next document, with the descriptors that came with it; nothing if the other end has closed.
  // Throws std::runtime_error on what is no such document.
  struct Received {
    nlohmann::json document;
    std::vector<FileDescriptor> descriptors;
  };
  std::optional<Received> receive();

  // Who is at the other end (SO_PEERCRED).
  uid_t peer_user() const;
  int fd() const { return socket_.get(); }

 private:
  bool read_exactly(void* bytes, std::size_t size, std::vector<FileDescriptor>& descriptors);

  FileDescriptor socket_;
};

// The listening end, for the user alone.
class ControlListener {
 public:
  // Throws std::system_error naming the path.
  explicit ControlListener(const std::filesystem::path& socket);
  int fd() const { return socket_.get(); }
  // Waits for the next one; nothing once the listener was shut down, or if it went at once.
  std::optional<ControlChannel> accept();
  // From any thread: accept() returns.
  void shut_down();

 private:
  FileDescriptor socket_;
};

}  // namespace violin
