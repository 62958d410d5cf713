#include "datapath/uml/guest/set_up.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "datapath/uml/guest/failure.h"
#include "datapath/uml/guest/network.h"
#include "datapath/uml/guest/root.h"

namespace violin::uml {

namespace {

using Words = std::vector<std::string>;

void write_file(const std::string& path, const std::string& text, int flags) {
  const int fd = open(path.c_str(), flags | O_WRONLY | O_CLOEXEC, 0644);
  if (fd < 0) {
    fail("cannot open " + path);
  }
  const ssize_t written = write(fd, text.data(), text.size());
  const int error = errno;
  close(fd);
  if (written < 0) {
    errno = error;
    fail("cannot write '" + text + "' to " + path);
  }
}

void set_root(const Words& words) {
  if (words[1] == "host") {
    enter_host_root(words.size() > 2 ? words[2] : "");
  } else if (words[1] == "disk" && words.size() > 2) {
    enter_disk_root(words[2]);
  } else if (words[1] != "memory") {
    throw std::runtime_error("there is no root of the kind '" + words[1] + "'");
  }
}

void set_hostname(const Words& words) {
  const std::string& name = words[1];
  if (sethostname(name.data(), name.size()) != 0) {
    fail("cannot name the guest " + name);
  }
  if (access("/etc", W_OK) == 0) {
    write_file("/etc/hostname", name + "\n", O_CREAT | O_TRUNC);
    write_file("/etc/hosts", "127.0.0.1\tlocalhost " + name + "\n", O_CREAT | O_TRUNC);
  }
}

void set_sysctl(const Words& words) {
  std::string path = "/proc/sys/" + words[1];
  if (words[1].find('/') == std::string::npos) {
    std::replace(path.begin() + 10, path.end(), '.', '/');
  }
  write_file(path, words[2], 0);
}

void set_interface(const Words& words) {
  LinkSettings settings{.up = words[2] == "up", .mtu = std::nullopt};
  if (words.size() > 3) {
    std::uint32_t mtu = 0;
    std::from_chars(words[3].data(), words[3].data() + words[3].size(), mtu);
    settings.mtu = mtu;
  }
  set_link(words[1], settings);
}

struct Wish {
  std::string_view name;
  std::size_t words;  // at least, its own name included
  void (*grant)(const Words&);
};

constexpr std::array kWishes = {
    Wish{"root", 2, set_root},
    Wish{"modules", 2, [](const Words& words) { mount_modules(words[1]); }},
    Wish{"share", 4,
         [](const Words& words) { mount_host_directory(words[1], words[2], words[3] != "rw"); }},
    Wish{"hostname", 2, set_hostname},
    Wish{"sysctl", 3, set_sysctl},
    Wish{"link", 3, set_interface},
    Wish{"address", 3, [](const Words& words) { add_address(words[1], words[2]); }},
    Wish{"no-address", 3, [](const Words& words) { remove_address(words[1], words[2]); }},
    Wish{"route", 3, [](const Words& words) { set_route(words[1], words[2]); }},
    Wish{"no-route", 2, [](const Words& words) { remove_route(words[1]); }},
};

Words split(std::string_view line) {
  Words words;
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find('\t', begin), line.size());
    words.emplace_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

}  // namespace

void set_up(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const Words words = split(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
    const auto wish = std::find_if(kWishes.begin(), kWishes.end(),
                                   [&](const Wish& known) { return known.name == words[0]; });
    if (wish == kWishes.end() || words.size() < wish->words) {
      throw std::runtime_error("the guest does not understand '" + words[0] + "'");
    }
    wish->grant(words);
  }
}

}  // namespace violin::uml
