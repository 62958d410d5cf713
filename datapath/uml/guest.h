// A User-Mode Linux guest: a Linux kernel as ordinary processes of this host, without privileges.
//
//   start() ----> booting ----> wait_until_ready() ----> running <--> paused
//      ^                                                    |
//      +------------- stopped <--- stop(), or it died ------+
//
// start() returns within milliseconds, so that many guests can boot at once. What blocks says for
// how long at most. Commands may be run from several threads at once; the rest is for one at a
// time.
//
// What the guest makes on its host is in its directory, and its processes hold the file `guest`
// there open: a crashed owner's remains can be removed by the directory alone (remains.h).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/quantity.h"
#include "core/time.h"
#include "datapath/reactor/file_descriptor.h"
#include "datapath/uml/agent_channel.h"
#include "datapath/uml/console_log.h"
#include "datapath/uml/guest_command.h"
#include "datapath/uml/guest_host.h"
#include "datapath/uml/guest_spec.h"
#include "datapath/uml/mconsole.h"
#include "datapath/uml/session.h"
#include "datapath/uml/vnic_counters.h"
#include "datapath/uml/vnic_socket.h"

namespace violin::uml {

enum class GuestState : std::uint8_t { kStopped, kBooting, kRunning, kPaused, kDied };
using violin::to_string;  // beside this one
std::string_view to_string(GuestState state);

struct GuestOutcome {
  ExitStatus status;
  std::string output;
  std::string error;
};

class Guest final : private ReactorSource {
 public:
  static constexpr Duration kPatience = std::chrono::seconds(10);

  // The directory is the guest's own: start() makes it where it is missing, and takes a disk.cow
  // that is there. Nothing happens before start(). Throws std::invalid_argument of check(). The
  // host outlives the guest.
  Guest(GuestHost& host, GuestSpec spec, const std::filesystem::path& directory);
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;
  // remove(), whose errors are lost; of a guest that was never started, nothing.
  ~Guest() override;

  const GuestSpec& spec() const { return spec_; }
  const std::filesystem::path& directory() const { return directory_; }

  // Boots it, also after it has died; a disk keeps what was written before. Throws GuestError with
  // the remedy if the kernel cannot be run, std::system_error or std::filesystem::filesystem_error.
  void start();
  // Until all that the spec asks for is configured and commands can be run. Throws GuestError with
  // the last of the console if it ends first or the time is over.
  void wait_until_ready(Duration patience = std::chrono::seconds(60));
  // All its processes stand still, its clock does not. At most Mconsole::kPatience.
  void pause();
  void resume();
  // Switches it off in order: its processes may end, its disk is written. What does not end within
  // `grace` is killed. Its directory stays, with the disk.
  void stop(Duration grace = std::chrono::seconds(5));
  void kill();
  // kill(), and the directory goes.
  void remove();

  // Takes notice if it has died.
  GuestState state();
  // How it ended, after kDied: "was killed by signal 9 (Killed)".
  std::string how_it_died() const;
  // Calls `notice` on the host's thread when the kernel of a guest ends that nobody stopped. Asked
  // for while it is not started; it must neither block nor call the guest.
  void on_death(std::function<void()> notice) { on_death_ = std::move(notice); }
  // Readable once its kernel has ended; valid until the next start(), stop(), kill() or remove().
  int exit_descriptor() const;
  // The session that all its processes are of; to be recorded.
  pid_t session_id() const;

  // Starts a command. Throws GuestError if the guest is not there.
  std::unique_ptr<GuestCommand> exec(const ExecRequest& request);
  // Runs a command to its end. Throws GuestError also if it takes longer; it is killed then.
  GuestOutcome run(const std::vector<std::string>& argv, std::string_view input = {},
                   Duration patience = std::chrono::seconds(30));

  // Of a guest that does not run: the vNICs that it boots with from now on, in place of the spec's
  // and of those that were added. Throws std::invalid_argument as check() does.
  void set_vnics(std::vector<VNic> vnics);
  // While it runs. The new vNIC's index. Throws GuestError or MconsoleError, and then it is not
  // there.
  std::size_t add_vnic(const VNic& vnic);
  void remove_vnic(std::size_t index);
  // Of a vNIC that is there. Not while the guest is paused.
  VNicCounters counters(std::size_t index);
  // The last of these alone, which this host tells: also while it is paused.
  std::uint64_t socket_overruns(std::size_t index) const;
  // What the system granted its socket for what arrives; nothing if this host cannot tell.
  std::optional<Bytes> receive_buffer(std::size_t index) const;
  // Lines of guest/set_up.h for what else is to change.
  void set_up(const std::string& lines) { channel()->set_up(lines, kPatience); }
  // A file of the guest, of 64 KiB at most, whatever its root holds. Throws GuestError.
  std::string read_file(const std::string& path) { return channel()->read_file(path, kPatience); }
  // The guest's management console.
  Mconsole& mconsole();

  // From start() to ready; nothing before that.
  std::optional<Duration> boot_time() const { return boot_time_; }
  // What it takes of the host's memory (proportional set size).
  Bytes memory() const;
  std::string console() const;

 private:
  std::shared_ptr<AgentChannel> channel();
  void on_readable(TimePoint now) override;
  void stop_watching();
  [[noreturn]] void fail_boot(const std::string& what);
  void attach_vnic(std::size_t index, const VNic& vnic);
  void end();
  std::optional<VNicSocket> socket_of(std::size_t index) const;

  GuestHost& host_;
  GuestSpec spec_;
  std::filesystem::path directory_;
  GuestState state_ = GuestState::kStopped;
  bool used_ = false;  // the directory
  std::chrono::steady_clock::time_point started_;
  std::optional<Duration> boot_time_;
  std::string how_it_died_;
  std::function<void()> on_death_;
  bool watched_ = false;                    // the host's thread waits for its end
  std::vector<std::optional<VNic>> vnics_;  // by index; removed ones leave a gap
  std::unique_ptr<Session> session_;
  std::unique_ptr<ConsoleLog> console_;
  std::mutex mutex_;                       // guards channel_
  std::shared_ptr<AgentChannel> channel_;  // shared with commands that run
  std::unique_ptr<Mconsole> mconsole_;
};

}  // namespace violin::uml
