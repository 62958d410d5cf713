// The file systems of a guest. It boots from a memory file system that holds little more than this
// program; then it stays there, or goes on with the host's files under a layer of memory that takes
// what is written, or with a disk.
#pragma once

#include <string>

namespace violin::uml {

// /proc, /sys, /dev and /dev/pts, before all else.
void mount_kernel_file_systems();

// The host's `directory` at the guest's `target`, which is made where it is missing. All of these
// throw std::runtime_error.
void mount_host_directory(const std::string& directory, const std::string& target, bool read_only);

// Everything from now on sees the host's files as they are, and writes to memory; /run, /tmp and
// /var/tmp are empty. `modules` is where the host keeps the guest kernel's modules; empty: nowhere.
void enter_host_root(const std::string& modules);
// Everything from now on sees the disk's files.
void enter_disk_root(const std::string& device);
// The kernel's modules as /lib/modules.
void mount_modules(const std::string& modules);

// Ends every process, writes what disks are to hold, and switches the guest off.
[[noreturn]] void power_off();

}  // namespace violin::uml
