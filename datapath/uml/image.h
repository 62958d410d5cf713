// Disk images for guests: a Debian with what networks are made of, as an ext4 file system in a
// file. Many guests use one image at once, each with a copy-on-write file of its own.
//
// Nothing of VIOLIN is in the image: what guests need of it they boot from memory.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/quantity.h"

namespace violin::uml {

struct ImageSpec {
  std::filesystem::path file;
  std::string suite = "bookworm";
  std::string mirror = "http://deb.debian.org/debian";
  std::vector<std::string> packages{"frr",        "iproute2", "iperf3",  "smcroute", "iputils-ping",
                                    "traceroute", "tcpdump",  "ethtool", "procps",   "kmod"};
  Bytes size{2ULL << 30};  // of the file system; the file has holes where it is empty
};

// Where images are made and looked for if nothing else is said: violin/guest.ext4 under
// $XDG_DATA_HOME or ~/.local/share.
std::filesystem::path default_image();

// Makes the image with debootstrap and mkfs.ext4; `say` is told what happens. As root, or with
// fakeroot and fakechroot as anybody. Works in FILE.tree and FILE.part, which are gone afterwards,
// and replaces FILE only once it is complete. Throws std::runtime_error with the remedy.
void build_image(const ImageSpec& spec, const std::function<void(std::string_view)>& say);

// The files of a directory as an ext4 image. Throws std::runtime_error.
void make_ext4(const std::filesystem::path& tree, const std::filesystem::path& file, Bytes size);

}  // namespace violin::uml
