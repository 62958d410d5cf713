// The memory file system that guests boot from: a cpio archive in the "newc" format.
// Source: Documentation/driver-api/early-userspace/buffer-format.rst of Linux.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "datapath/reactor/file_descriptor.h"

namespace violin::uml {

class CpioArchive {
 public:
  // Paths without '/' in front; directories before what is in them.
  void add_directory(std::string_view path, std::uint32_t permissions = 0755);
  void add_file(std::string_view path, std::string_view content, std::uint32_t permissions = 0644);
  void add_link(std::string_view path, std::string_view target);
  void add_character_device(std::string_view path, std::uint32_t major, std::uint32_t minor);
  // The whole archive, with its trailer.
  std::string finish() &&;

 private:
  void add(std::string_view path, std::uint32_t mode, std::string_view content,
           std::uint32_t major = 0, std::uint32_t minor = 0);
  std::string bytes_;
  std::uint32_t inode_ = 0;
};

// Just the guest's first program.
std::string minimal_initramfs();
// That and busybox, with a link for each of its applets: a root of 3 MB that needs no disk. Throws
// std::runtime_error naming the package if /bin/busybox is missing or not static.
std::string busybox_initramfs();

// The program that the build put into this library.
std::string_view guest_program();

// A file in memory that only this process and those it starts can see. Throws std::system_error.
FileDescriptor memory_file(const char* name, std::string_view content);

}  // namespace violin::uml
