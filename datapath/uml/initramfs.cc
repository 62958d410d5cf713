#include "datapath/uml/initramfs.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

// The guest's program, byte for byte.
asm(R"(
  .section .rodata
  .balign 16
violin_guest_begin:
  .incbin ")" VIOLIN_GUEST_PROGRAM R"("
violin_guest_end:
  .previous
)");
extern "C" {
// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern const char violin_guest_begin[];
extern const char violin_guest_end[];
}

namespace violin::uml {

namespace {

constexpr std::uint32_t kDirectory = 0040000;
constexpr std::uint32_t kFile = 0100000;
constexpr std::uint32_t kLink = 0120000;
constexpr std::uint32_t kCharacterDevice = 0020000;
constexpr const char* kBusybox = "/bin/busybox";

void pad(std::string& bytes) { bytes.resize((bytes.size() + 3) / 4 * 4, '\0'); }

void put_hex(std::string& bytes, std::size_t value) {
  std::array<char, 9> text{};
  std::snprintf(text.data(), text.size(), "%08zx", value);
  bytes.append(text.data(), 8);
}

CpioArchive with_program() {
  CpioArchive archive;
  archive.add_directory("dev");
  archive.add_character_device("dev/console", 5, 1);
  archive.add_file("init", guest_program(), 0755);
  return archive;
}

std::string read_busybox() {
  std::ifstream file(kBusybox, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), {}};
  if (content.empty()) {
    throw std::runtime_error(std::string("cannot make a root of busybox: there is no ") + kBusybox +
                             ": apt-get install busybox-static");
  }
  if (content.find("/lib64/ld-linux") != std::string::npos) {
    throw std::runtime_error(std::string("cannot make a root of busybox: ") + kBusybox +
                             " is linked with shared libraries: apt-get install busybox-static");
  }
  return content;
}

std::string applets() {
  const std::string command = std::string(kBusybox) + " --list-full";
  std::string paths;
  FILE* list = ::popen(command.c_str(), "re");
  if (list == nullptr) {
    throw_errno("cannot run " + command);
  }
  std::array<char, 4096> buffer{};
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), list)) {
    paths.append(buffer.data(), size);
  }
  if (::pclose(list) != 0) {
    throw std::runtime_error("cannot make a root of busybox: " + command + " failed");
  }
  return paths;
}

}  // namespace

void CpioArchive::add(std::string_view path, std::uint32_t mode, std::string_view content,
                      std::uint32_t major, std::uint32_t minor) {
  bytes_ += "070701";
  constexpr std::size_t kOwner = 0;
  constexpr std::size_t kLinks = 1;
  constexpr std::size_t kNone = 0;
  for (const std::size_t field :
       {std::size_t{++inode_}, std::size_t{mode}, kOwner, kOwner, kLinks, kNone, content.size(),
        kNone, kNone, std::size_t{major}, std::size_t{minor}, path.size() + 1, kNone}) {
    put_hex(bytes_, field);
  }
  bytes_.append(path).push_back('\0');
  pad(bytes_);
  bytes_ += content;
  pad(bytes_);
}

void CpioArchive::add_directory(std::string_view path, std::uint32_t permissions) {
  add(path, kDirectory | permissions, {});
}

void CpioArchive::add_file(std::string_view path, std::string_view content,
                           std::uint32_t permissions) {
  add(path, kFile | permissions, content);
}

void CpioArchive::add_link(std::string_view path, std::string_view target) {
  add(path, kLink | 0777, target);
}

void CpioArchive::add_character_device(std::string_view path, std::uint32_t major,
                                       std::uint32_t minor) {
  add(path, kCharacterDevice | 0600, {}, major, minor);
}

std::string CpioArchive::finish() && {
  add("TRAILER!!!", 0, {});
  return std::move(bytes_);
}

std::string minimal_initramfs() { return with_program().finish(); }

std::string busybox_initramfs() {
  CpioArchive archive = with_program();
  for (const char* path : {"bin", "sbin", "usr", "usr/bin", "usr/sbin", "etc", "root", "var",
                           "var/log", "run", "lib"}) {
    archive.add_directory(path);
  }
  archive.add_directory("tmp", 01777);
  archive.add_file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
  archive.add_file("etc/group", "root:x:0:\n");
  archive.add_file("bin/busybox", read_busybox(), 0755);
  std::istringstream paths(applets());
  for (std::string path; std::getline(paths, path);) {
    if (path != "bin/busybox" && path != "linuxrc") {
      archive.add_link(path, kBusybox);
    }
  }
  return std::move(archive).finish();
}

std::string_view guest_program() {
  return {violin_guest_begin, static_cast<std::size_t>(violin_guest_end - violin_guest_begin)};
}

FileDescriptor memory_file(const char* name, std::string_view content) {
  FileDescriptor file(::memfd_create(name, MFD_CLOEXEC));
  if (!file) {
    throw_errno("cannot make a file in memory");
  }
  while (!content.empty()) {
    const ssize_t written = ::write(file.get(), content.data(), content.size());
    if (written < 0) {
      throw_errno("cannot write a file in memory");
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return file;
}

}  // namespace violin::uml
