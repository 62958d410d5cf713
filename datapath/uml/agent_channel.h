// The host's end of the line into a guest: set-ups and commands for the program inside.
//
// Calls come from any thread; what blocks says for how long. What comes from the guest is read by
// the guest host's thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/time.h"
#include "datapath/reactor/file_descriptor.h"
#include "datapath/reactor/reactor.h"
#include "datapath/uml/agent_protocol.h"
#include "datapath/uml/guest_host.h"

namespace violin::uml {

// The guest has gone, did not answer in time, or could not do what it was asked to.
class GuestError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class GuestCommand;

// Shared by its guest and the GuestCommands, which may be in use when the guest goes.
class AgentChannel final : public std::enable_shared_from_this<AgentChannel>,
                           private ReactorSource {
 public:
  // `name` is for errors. Once the guest says hello, it is asked for `first_set_up`. The host
  // outlives the channel. Not to be destroyed on the host's thread.
  AgentChannel(GuestHost& host, FileDescriptor socket, std::string name, std::string first_set_up);
  ~AgentChannel() override;

  // Until the first set-up is done; false if the time is over before. Throws GuestError.
  bool wait_until_set_up(Duration patience);
  // Lines of guest/set_up.h. Throws GuestError with the guest's reason.
  void set_up(std::string lines, Duration patience);
  // A file of the guest, of 64 KiB at most. Throws GuestError.
  std::string read_file(std::string path, Duration patience);
  // Throws GuestError if the guest has gone.
  std::unique_ptr<GuestCommand> exec(const ExecRequest& request);
  // Asks the guest to switch itself off.
  void power_off();
  // From now on, nobody gets an answer: the guest has gone.
  void close();
  bool closed();

 private:
  friend class GuestCommand;
  struct CommandState;
  static constexpr std::uint32_t kFirstSetUp = 1;

  void on_readable(TimePoint now) override;
  void on_writable(TimePoint now) override;
  void take(Message message);  // and all below: with the lock
  void take_output(const Message& message);
  std::string ask(MessageKind kind, std::string what, Duration patience);  // takes the lock itself
  std::string result_of(const std::optional<Message>& answer) const;
  void send(const Message& message);
  void flush();
  void stop_watching();
  void lose(const std::string& why);
  void check_open() const;

  GuestHost& host_;
  FileDescriptor socket_;
  std::string name_;
  std::string first_set_up_;

  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  bool watched_ = true;  // by the host's thread, which alone changes it
  bool wants_writable_ = false;
  std::string lost_;  // why, if it was
  MessageReader reader_;
  std::string outgoing_;
  std::size_t line_window_ = kLineWindow;  // of outgoing_, what may be sent now
  std::uint32_t next_id_ = kFirstSetUp + 1;
  std::map<std::uint32_t, std::optional<Message>> answers_;  // to what was asked
  // Shared with the GuestCommands, which may know more than the channel still wants to.
  std::map<std::uint32_t, std::shared_ptr<CommandState>> commands_;
};

}  // namespace violin::uml
