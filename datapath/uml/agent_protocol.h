// What the host and the program inside a guest say to each other over the guest's first serial
// line: framed messages on a stream of bytes that loses nothing.
//
//   +----------------+--------+----------------+------------------+
//   | payload length | kind   | id             | payload          |   integers little-endian
//   | 4              | 1      | 4              | at most 64 KiB   |
//   +----------------+--------+----------------+------------------+
//
// The guest says hello once it listens. The host asks for things under an id of its choice: a
// set-up or a file (answered by kDone or kFailed) or a command. A command's
// output, and its input, flow within a window: each side may have kWindow bytes under way (both
// outputs together) beyond what the other has given back as credit, so one command that nobody
// reads does not stop the others.
//
// Into the guest, no more than kLineWindow bytes are under way: Linux's driver for the line stops
// for ever once its terminal's buffer (4096 bytes) has been full.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace violin::uml {

enum class MessageKind : std::uint8_t {
  kHello = 1,      // guest: I listen; payload: kProtocolVersion in decimal
  kSetUp = 2,      // host: lines of setup_line.h
  kRead = 3,       // host: what is in the file of this name, at most kMostPayload bytes
  kDone = 4,       // guest: it is done; payload: what was read
  kFailed = 5,     // guest: what was attempted, and the reason
  kExec = 6,       // host: run a command (ExecRequest)
  kInput = 7,      // host: bytes for its standard input
  kEndInput = 8,   // host: its standard input ends
  kSignal = 9,     // host: a signal (decimal) for the command's process group
  kResize = 10,    // host: its terminal's new size (WindowSize)
  kOutput = 11,    // guest: bytes of its standard output, or of its terminal
  kError = 12,     // guest: bytes of its standard error
  kExited = 13,    // guest: it ended, and this was all (ExitStatus)
  kCredit = 14,    // both: so many bytes (decimal) more may be sent
  kPowerOff = 15,  // host: end all processes, write disks, switch off
  kTaken = 16,     // guest: so many bytes (decimal) were read from the line
};
inline constexpr std::uint8_t kLastMessageKind = static_cast<std::uint8_t>(MessageKind::kTaken);

inline constexpr std::string_view kProtocolVersion = "1";
inline constexpr std::size_t kMostPayload = 64 * 1024;
inline constexpr std::size_t kWindow = 256 * 1024;
inline constexpr std::size_t kLineWindow = 3072;
inline constexpr std::size_t kChunk = 16 * 1024;  // bytes in one message of input or output

struct Message {
  MessageKind kind{};
  std::uint32_t id = 0;
  std::string payload;

  bool operator==(const Message&) const = default;
};

// What came is no message of this protocol: the stream is of no further use.
class BadMessage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Throws std::length_error if the payload is longer than kMostPayload.
std::string encode(const Message& message);

// Puts messages together from a stream that arrives in pieces of any size.
class MessageReader {
 public:
  void append(std::string_view bytes) { bytes_.append(bytes); }
  // The next whole message. Throws BadMessage on an unknown kind or a longer payload than allowed.
  std::optional<Message> next();

 private:
  std::string bytes_;
  std::size_t begin_ = 0;  // of what was not taken yet
};

struct WindowSize {
  std::uint16_t rows = 24;
  std::uint16_t columns = 80;

  bool operator==(const WindowSize&) const = default;
};

struct ExecRequest {
  std::vector<std::string> argv;         // the program is looked up in the guest's PATH
  std::vector<std::string> environment;  // NAME=value, in addition to the agent's own
  std::string directory;                 // empty: /root, or / where there is none
  std::optional<WindowSize> terminal;    // with one, standard error comes as output

  bool operator==(const ExecRequest&) const = default;
};

struct ExitStatus {
  bool signalled = false;
  int value = 0;  // exit code, or the signal that ended it

  // As a shell tells it: 128 + signal.
  int code() const { return signalled ? 128 + value : value; }
  bool operator==(const ExitStatus&) const = default;
};

// Strings may hold any byte but NUL. The parsers throw BadMessage.
std::string encode(const ExecRequest& request);
ExecRequest parse_exec(std::string_view payload);
std::string encode(WindowSize size);
WindowSize parse_window_size(std::string_view payload);
std::string encode(ExitStatus status);
ExitStatus parse_exit_status(std::string_view payload);
// Of kCredit, kSignal and kTaken.
std::uint32_t parse_number(std::string_view payload);

}  // namespace violin::uml
