#include "datapath/uml/guest/network.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <vector>

#include "datapath/uml/guest/failure.h"

namespace violin::uml {

namespace {

struct Prefix {
  in_addr address{};
  std::uint8_t length = 0;
};

in_addr parse_address(const std::string& text) {
  in_addr address{};
  if (inet_pton(AF_INET, text.c_str(), &address) != 1) {
    throw std::runtime_error("'" + text + "' is no IPv4 address");
  }
  return address;
}

Prefix parse_prefix(const std::string& text) {
  const auto slash = text.find('/');
  Prefix prefix{parse_address(text.substr(0, slash)), 32};
  if (slash != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + slash + 1, end, prefix.length);
    if (parsed.ec != std::errc{} || parsed.ptr != end || prefix.length > 32) {
      throw std::runtime_error("'" + text + "' is no IPv4 prefix");
    }
  }
  return prefix;
}

int index_of(const std::string& link) {
  const unsigned index = if_nametoindex(link.c_str());
  if (index == 0) {
    fail("there is no interface " + link);
  }
  return static_cast<int>(index);
}

// One request and its acknowledgement.
class Request {
 public:
  template <typename Body>
  Request(std::uint16_t type, std::uint16_t flags, const Body& body) {
    nlmsghdr header{};
    header.nlmsg_type = type;
    header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
    append(&header, sizeof header);
    append(&body, sizeof body);
  }
  template <typename Value>
  Request& with(std::uint16_t attribute, const Value& value) {
    const rtattr header{static_cast<std::uint16_t>(RTA_LENGTH(sizeof value)), attribute};
    append(&header, sizeof header);
    append(&value, sizeof value);
    return *this;
  }
  // 0, or the kernel's error.
  int send() {
    const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) {
      return errno;
    }
    const auto length = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &length, sizeof length);
    std::array<char, 4096> answer{};
    ssize_t received = -1;
    if (::send(fd, bytes_.data(), bytes_.size(), 0) >= 0) {
      received = recv(fd, answer.data(), answer.size(), 0);
    }
    const int error = received < 0 ? errno : 0;
    close(fd);
    if (error != 0) {
      return error;
    }
    nlmsgerr verdict{};
    std::memcpy(&verdict, answer.data() + NLMSG_HDRLEN, sizeof verdict);
    return -verdict.error;
  }

 private:
  void append(const void* data, std::size_t size) {
    const auto* bytes = static_cast<const char*>(data);
    bytes_.insert(bytes_.end(), bytes, bytes + size);
    bytes_.resize(NLMSG_ALIGN(bytes_.size()));
  }
  std::vector<char> bytes_;
};

void check(int error, const std::string& attempt, int allowed = 0) {
  if (error != 0 && error != allowed) {
    errno = error;
    fail(attempt);
  }
}

ifaddrmsg address_message(const std::string& link, const Prefix& prefix) {
  ifaddrmsg message{};
  message.ifa_family = AF_INET;
  message.ifa_prefixlen = prefix.length;
  message.ifa_index = static_cast<unsigned>(index_of(link));
  return message;
}

rtmsg route_message(const Prefix& prefix) {
  rtmsg message{};
  message.rtm_family = AF_INET;
  message.rtm_dst_len = prefix.length;
  message.rtm_table = RT_TABLE_MAIN;
  message.rtm_protocol = RTPROT_STATIC;
  message.rtm_scope = RT_SCOPE_UNIVERSE;
  message.rtm_type = RTN_UNICAST;
  return message;
}

}  // namespace

void set_link(const std::string& name, const LinkSettings& settings) {
  ifinfomsg message{};
  message.ifi_family = AF_UNSPEC;
  message.ifi_index = index_of(name);
  message.ifi_change = IFF_UP;
  message.ifi_flags = settings.up ? unsigned{IFF_UP} : 0U;
  Request request(RTM_NEWLINK, 0, message);
  if (settings.mtu) {
    request.with(IFLA_MTU, *settings.mtu);
  }
  check(request.send(),
        std::string("cannot set the interface ") + name + (settings.up ? " up" : " down"));
}

void add_address(const std::string& link, const std::string& address) {
  const Prefix prefix = parse_prefix(address);
  Request request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, address_message(link, prefix));
  request.with(IFA_LOCAL, prefix.address).with(IFA_ADDRESS, prefix.address);
  if (prefix.length < 31) {
    request.with(IFA_BROADCAST, in_addr{prefix.address.s_addr | htonl(~0U >> prefix.length)});
  }
  check(request.send(), "cannot give " + link + " the address " + address, EEXIST);
}

void remove_address(const std::string& link, const std::string& address) {
  const Prefix prefix = parse_prefix(address);
  Request request(RTM_DELADDR, 0, address_message(link, prefix));
  request.with(IFA_LOCAL, prefix.address);
  check(request.send(), "cannot take the address " + address + " from " + link);
}

void set_route(const std::string& destination, const std::string& gateway) {
  const Prefix prefix = parse_prefix(destination);
  Request request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, route_message(prefix));
  request.with(RTA_DST, prefix.address).with(RTA_GATEWAY, parse_address(gateway));
  check(request.send(), "cannot route " + destination + " via " + gateway);
}

void remove_route(const std::string& destination) {
  const Prefix prefix = parse_prefix(destination);
  Request request(RTM_DELROUTE, 0, route_message(prefix));
  request.with(RTA_DST, prefix.address);
  check(request.send(), "cannot remove the route to " + destination);
}

}  // namespace violin::uml
