#include "datapath/uml/guest_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <string_view>

namespace violin::uml {

namespace {

constexpr Bytes kLeastMemory{32 << 20};

[[noreturn]] void refuse(const GuestSpec& spec, const std::string& why) {
  throw std::invalid_argument(fmt::format("guest {}: {}", spec.name, why));
}

// The set-up's words and lines end with them.
bool has_control(const std::string& text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::iscntrl(c) != 0; });
}

// The kernel's command line knows no quoting.
bool has_space(const std::string& text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isspace(c) != 0; });
}

bool is_hostname(const std::string& name) {
  return !name.empty() && name.size() <= 63 && name[0] != '.' && name[0] != '-' &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
         });
}

void check_path(const GuestSpec& spec, const std::filesystem::path& path) {
  if (has_space(path.string()) || path.string().find(',') != std::string::npos) {
    refuse(spec,
           fmt::format("a guest kernel takes no spaces or commas in paths: '{}'", path.string()));
  }
}

// The driver reads sessions as signed numbers.
std::string signed_text(std::uint32_t value) {
  return std::to_string(static_cast<std::int32_t>(value));
}

std::string options(const L2tpv3Cable& cable) {
  std::string text = fmt::format(
      "transport=l2tpv3,udp=1,src={},srcport={},dst={},dstport={},tx_session={},rx_session={},"
      "pin_counter=0",
      to_string(cable.local), cable.local_port, to_string(cable.remote), cable.remote_port,
      signed_text(cable.tx_session), signed_text(cable.rx_session));
  if (cable.cookie == L2tpv3Cable::Cookie::k32Bits) {
    text += fmt::format(",tx_cookie={},rx_cookie={}", static_cast<std::uint32_t>(cable.tx_cookie),
                        static_cast<std::uint32_t>(cable.rx_cookie));
  } else if (cable.cookie == L2tpv3Cable::Cookie::k64Bits) {
    text += fmt::format(",cookie64=1,tx_cookie={},rx_cookie={}", cable.tx_cookie, cable.rx_cookie);
  }
  return text;
}

std::string line(const std::vector<std::string>& words) {
  return fmt::format("{}\n", fmt::join(words, "\t"));
}

std::string root_line(const GuestSpec& spec) {
  if (std::holds_alternative<HostRoot>(spec.root)) {
    return line({"root", "host", spec.modules.string()});
  }
  return std::holds_alternative<DiskRoot>(spec.root) ? line({"root", "disk", "/dev/ubda"})
                                                     : line({"root", "memory"});
}

}  // namespace

void check(const GuestSpec& spec) {
  if (!is_hostname(spec.name)) {
    refuse(spec, "a name has letters, digits, '-', '_' and '.', at most 63 of them");
  }
  if (spec.memory < kLeastMemory) {
    refuse(spec, fmt::format("{} bytes of memory are too few to boot: at least 32 MiB",
                             spec.memory.value));
  }
  if (const auto* disk = std::get_if<DiskRoot>(&spec.root)) {
    check_path(spec, disk->image);
  }
  for (const VNic& vnic : spec.vnics) {
    if (const auto* cable = std::get_if<UnixCable>(&vnic.cable)) {
      check_path(spec, cable->remote);
    }
  }
  for (const auto& [name, value] : spec.sysctls) {
    if (has_control(name + value)) {
      refuse(spec, fmt::format("the value of {} is not one line", name));
    }
  }
  for (const auto& [host, guest, read_only] : spec.shares) {
    if (has_control(host.string() + guest.string())) {
      refuse(spec, fmt::format("a guest takes no tabs in paths: '{}'", host.string()));
    }
  }
  for (const std::string& argument : spec.kernel_arguments) {
    if (argument.empty() || has_space(argument)) {
      refuse(spec, fmt::format("'{}' is no kernel argument: they have no spaces", argument));
    }
  }
}

std::vector<std::string> kernel_command_line(const GuestSpec& spec) {
  std::vector<std::string> words{
      fmt::format("umid={}", kUmid),
      "uml_dir=./",
      fmt::format("mem={}K", spec.memory.value / 1024),
      fmt::format("initrd=/proc/self/fd/{}", kInitramfsFd),
      "con=null",
      fmt::format("con0=null,fd:{}", kConsoleFd),
      fmt::format("ssl0=fd:{}", kLineFd),
      // Two thirds of what Debian's kernel takes to boot: it measures RAID algorithms, makes 256
      // terminals of an old kind, and calibrates a delay loop that nothing here uses.
      "initcall_blacklist=raid6_select_algo",
      "pty.legacy_count=0",
      "lpj=20000000",
      // A guest that crashes or reboots has ended.
      "panic=-1",
      "noreboot",
      "violin_guest=" + spec.name,
  };
  if (const auto* disk = std::get_if<DiskRoot>(&spec.root)) {
    words.push_back(
        fmt::format("ubd0={},{}", kCowFile, std::filesystem::absolute(disk->image).string()));
  }
  words.insert(words.end(), spec.kernel_arguments.begin(), spec.kernel_arguments.end());
  return words;
}

std::string device_of(std::size_t index, const VNic& vnic) {
  const auto* l2tpv3 = std::get_if<L2tpv3Cable>(&vnic.cable);
  const std::string cable = l2tpv3 != nullptr
                                ? options(*l2tpv3)
                                : fmt::format("transport=bess,src=./nic{},dst={}", index,
                                              std::get<UnixCable>(vnic.cable).remote.string());
  return fmt::format("vec{}:{},mac={},mtu={}", index, cable, to_string(vnic.mac), vnic.mtu);
}

std::string system_lines(const GuestSpec& spec) {
  std::string lines = root_line(spec);
  if (std::filesystem::is_directory(spec.modules)) {
    lines += line({"modules", spec.modules.string()});
  }
  lines += line({"hostname", spec.name});
  for (const SharedDirectory& share : spec.shares) {
    lines +=
        line({"share", share.host.string(), share.guest.string(), share.read_only ? "ro" : "rw"});
  }
  if (spec.forwards) {
    lines += line({"sysctl", "net.ipv4.ip_forward", "1"});
  }
  for (const auto& [name, value] : spec.sysctls) {
    lines += line({"sysctl", name, value});
  }
  return lines;
}

std::string vnic_lines(std::size_t index, const VNic& vnic) {
  const std::string name = fmt::format("vec{}", index);
  std::string lines = line({"link", name, "up", std::to_string(vnic.mtu)});
  for (const Ipv4Interface& address : vnic.addresses) {
    lines += line({"address", name, to_string(address)});
  }
  return lines;
}

std::string route_lines(const std::vector<GuestRoute>& routes) {
  std::string lines;
  for (const GuestRoute& route : routes) {
    lines += line({"route", to_string(route.destination), to_string(route.gateway)});
  }
  return lines;
}

}  // namespace violin::uml
