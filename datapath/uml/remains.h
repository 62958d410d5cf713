// What guests leave when their owner is killed, and how it is found: by the guest's directory
// alone.
//
// In it are, by name: `guest` (the token), `console.log`, `disk.cow`, `nic<N>` and `uml/` with the
// management console. A process is the guest's if it holds the token open and runs the kernel that
// the token names. Nothing else is ended or removed.
#pragma once

#include <cstddef>
#include <filesystem>

#include "datapath/reactor/file_descriptor.h"

namespace violin::uml {

inline constexpr const char* kTokenFile = "guest";
inline constexpr const char* kConsoleFile = "console.log";

// Makes the directory, for this user only, and the token in it, or takes those that are there.
// Throws std::system_error.
FileDescriptor make_token(const std::filesystem::path& directory,
                          const std::filesystem::path& kernel);

struct Remains {
  std::size_t processes = 0;
  bool directory = false;  // it was there
};

// Ends the guest's processes and removes its files, and the directory if nothing else is in it. A
// directory that is not there, or is no guest's, is left alone. Throws std::runtime_error if
// something cannot be ended or removed.
Remains remove_guest_remains(const std::filesystem::path& directory);

// The files alone.
void remove_guest_files(const std::filesystem::path& directory);

}  // namespace violin::uml
