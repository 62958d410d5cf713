// Where a live network keeps what it has on this machine: sockets, its journal, its log, a folder
// for each guest.
//
//   $XDG_RUNTIME_DIR/violin/NAME/     (or /run/user/UID, or /tmp/violin-UID where that is not
//   there)
//     control       unix socket on which `violin status`, `exec` ... are answered
//     journal.db    what exists on the machine (journal.h)
//     log           what the daemon had to say
//     guests/VIOLIN/VHOST/
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace violin {

class RunDirectory {
 public:
  // The folder of all live networks of this user, made (for the user alone) if it is not there.
  // Throws std::system_error or std::runtime_error with the remedy, also if it is another user's.
  static std::filesystem::path base();
  // Those that have a folder, by name.
  static std::vector<std::string> names();

  // Of the network of that name: letters, digits, '-', '_' and '.', at most 40, so that sockets'
  // paths stay short enough (std::invalid_argument).
  explicit RunDirectory(const std::string& name);

  // Throws std::runtime_error if there is one already: that network is up, or was not taken down.
  void create() const;
  bool exists() const;
  void remove() const;

  const std::string& name() const { return name_; }
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path control() const { return path_ / "control"; }
  std::filesystem::path journal() const { return path_ / "journal.db"; }
  std::filesystem::path log() const { return path_ / "log"; }

 private:
  std::string name_;
  std::filesystem::path path_;
};

}  // namespace violin
