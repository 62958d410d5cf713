#include "datapath/jetway/link_control.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "core/require.h"
#include "datapath/jetway/network_namespace.h"
#include "datapath/reactor/file_descriptor.h"

namespace violin {

namespace {

std::array<std::uint8_t, 6> octets_of(MacAddress mac) {
  std::array<std::uint8_t, 6> octets{};
  for (std::size_t i = 0; i < octets.size(); ++i) {
    octets[i] = static_cast<std::uint8_t>(mac.bits() >> (40 - 8 * i));
  }
  return octets;
}

MacAddress mac_in(const nlattr* attribute) {
  if (mnl_attr_get_payload_len(attribute) != 6) {
    return {};
  }
  std::array<std::uint8_t, 6> octets{};
  std::memcpy(octets.data(), mnl_attr_get_payload(attribute), octets.size());
  std::uint64_t bits = 0;
  for (const std::uint8_t octet : octets) {
    bits = bits << 8 | octet;
  }
  return MacAddress(bits);
}

// Texts may or may not end with a zero.
std::string text_in(const nlattr* attribute) {
  const auto* text = static_cast<const char*>(mnl_attr_get_payload(attribute));
  return {text, strnlen(text, mnl_attr_get_payload_len(attribute))};
}

int read_link_info(const nlattr* attribute, void* state) {
  if (mnl_attr_get_type(attribute) == IFLA_INFO_KIND) {
    static_cast<LinkState*>(state)->kind = text_in(attribute);
  }
  return MNL_CB_OK;
}

int read_attribute(const nlattr* attribute, void* context) {
  auto& state = *static_cast<LinkState*>(context);
  switch (mnl_attr_get_type(attribute)) {
    case IFLA_IFNAME:
      state.name = text_in(attribute);
      break;
    case IFLA_IFALIAS:
      state.alias = text_in(attribute);
      break;
    case IFLA_ADDRESS:
      state.mac = mac_in(attribute);
      break;
    case IFLA_MTU:
      state.mtu = mnl_attr_get_u32(attribute);
      break;
    case IFLA_MASTER:
      state.master = LinkId{static_cast<int>(mnl_attr_get_u32(attribute))};
      break;
    case IFLA_STATS64: {
      rtnl_link_stats64 statistics{};
      std::memcpy(&statistics, mnl_attr_get_payload(attribute),
                  std::min<std::size_t>(sizeof statistics, mnl_attr_get_payload_len(attribute)));
      state.tx_dropped = statistics.tx_dropped;
      break;
    }
    case IFLA_LINKINFO:
      mnl_attr_parse_nested(attribute, read_link_info, context);
      break;
    default:
      break;
  }
  return MNL_CB_OK;
}

int read_link(const nlmsghdr* message, void* context) {
  auto& found = *static_cast<std::vector<LinkState>*>(context);
  if (message->nlmsg_type != RTM_NEWLINK) {
    return MNL_CB_OK;
  }
  const auto* link = static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(message));
  LinkState& state = found.emplace_back();
  state.id = LinkId{link->ifi_index};
  state.up = (link->ifi_flags & IFF_UP) != 0;
  mnl_attr_parse(message, sizeof *link, read_attribute, &state);
  return MNL_CB_OK;
}

}  // namespace

// One message with its room.
struct LinkControl::Request {
  Request(std::uint16_t type, std::uint16_t flags) : header(mnl_nlmsg_put_header(room.data())) {
    header->nlmsg_type = type;
    header->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
  }
  ifinfomsg& for_link(int id) {
    auto* link = static_cast<ifinfomsg*>(mnl_nlmsg_put_extra_header(header, sizeof(ifinfomsg)));
    link->ifi_family = AF_UNSPEC;
    link->ifi_index = id;
    return *link;
  }

  alignas(nlmsghdr) std::array<char, 1024> room{};
  nlmsghdr* header;
  std::vector<LinkState> found;  // what the answer tells of
};

void LinkControl::Close::operator()(mnl_socket* socket) const { mnl_socket_close(socket); }

LinkControl::LinkControl(const std::string& path) {
  const NamespaceVisit visit(path);
  socket_.reset(mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC));
  if (!socket_ || mnl_socket_bind(socket_.get(), 0, MNL_SOCKET_AUTOPID) != 0) {
    throw_errno("cannot open a socket to the system's network devices");
  }
}

LinkControl::LinkControl(LinkControl&&) noexcept = default;
LinkControl& LinkControl::operator=(LinkControl&&) noexcept = default;
LinkControl::~LinkControl() = default;

void LinkControl::ask(Request& request, const std::string& attempt) {
  request.header->nlmsg_seq = ++sequence_;
  if (mnl_socket_sendto(socket_.get(), request.header, request.header->nlmsg_len) < 0) {
    throw_errno(attempt);
  }
  std::array<char, 32'768> answer{};
  int more = MNL_CB_OK;
  while (more > MNL_CB_STOP) {
    const ssize_t n = mnl_socket_recvfrom(socket_.get(), answer.data(), answer.size());
    if (n < 0) {
      throw_errno(attempt);
    }
    more = mnl_cb_run(answer.data(), static_cast<std::size_t>(n), sequence_,
                      mnl_socket_get_portid(socket_.get()), read_link, &request.found);
  }
  if (more == MNL_CB_ERROR) {
    throw_errno(attempt);
  }
}

std::optional<LinkState> LinkControl::find(const std::string& name) {
  Request request(RTM_GETLINK, 0);
  request.for_link(0);
  mnl_attr_put_strz(request.header, IFLA_IFNAME, name.c_str());
  try {
    ask(request, "cannot look for the device " + name);
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::no_such_device) {
      return std::nullopt;
    }
    throw;
  }
  return request.found.empty() ? std::nullopt : std::optional(request.found.front());
}

std::vector<LinkState> LinkControl::ports(const LinkState& bridge) {
  Request request(RTM_GETLINK, NLM_F_DUMP);
  request.for_link(0);
  ask(request, "cannot list the ports of the bridge " + bridge.name);
  std::erase_if(request.found, [&](const LinkState& link) { return link.master != bridge.id; });
  return std::move(request.found);
}

void LinkControl::make_bridge(const std::string& name, MacAddress mac) {
  Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  request.for_link(0);
  mnl_attr_put_strz(request.header, IFLA_IFNAME, name.c_str());
  mnl_attr_put(request.header, IFLA_ADDRESS, 6, octets_of(mac).data());
  nlattr* info = mnl_attr_nest_start(request.header, IFLA_LINKINFO);
  mnl_attr_put_str(request.header, IFLA_INFO_KIND, "bridge");
  mnl_attr_nest_end(request.header, info);
  ask(request, "cannot make the bridge " + name);
}

void LinkControl::remove(const LinkState& link) {
  Request request(RTM_DELLINK, 0);
  request.for_link(static_cast<int>(link.id));
  ask(request, "cannot remove the device " + link.name);
}

void LinkControl::set_alias(const LinkState& link, const std::string& alias) {
  Request request(RTM_NEWLINK, 0);
  request.for_link(static_cast<int>(link.id));
  require(alias.size() < IFALIASZ, "a device's alias has less than 256 bytes");
  mnl_attr_put(request.header, IFLA_IFALIAS, alias.size(), alias.data());
  ask(request, "cannot set the alias of the device " + link.name);
}

void LinkControl::set_mtu(const LinkState& link, std::uint32_t mtu) {
  Request request(RTM_NEWLINK, 0);
  request.for_link(static_cast<int>(link.id));
  mnl_attr_put_u32(request.header, IFLA_MTU, mtu);
  ask(request, "cannot set the MTU of the device " + link.name + " to " + std::to_string(mtu));
}

void LinkControl::set_up(const LinkState& link) {
  Request request(RTM_NEWLINK, 0);
  ifinfomsg& message = request.for_link(static_cast<int>(link.id));
  message.ifi_flags = IFF_UP;
  message.ifi_change = IFF_UP;
  ask(request, "cannot bring up the device " + link.name);
}

void LinkControl::join(const LinkState& port, const LinkState& bridge) {
  Request request(RTM_NEWLINK, 0);
  request.for_link(static_cast<int>(port.id));
  mnl_attr_put_u32(request.header, IFLA_MASTER, static_cast<std::uint32_t>(bridge.id));
  ask(request, "cannot make the device " + port.name + " a port of the bridge " + bridge.name);
}

void LinkControl::add_address(const LinkState& link, Ipv4Interface address) {
  Request request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
  auto* message =
      static_cast<ifaddrmsg*>(mnl_nlmsg_put_extra_header(request.header, sizeof(ifaddrmsg)));
  message->ifa_family = AF_INET;
  message->ifa_prefixlen = address.prefix_length;
  message->ifa_index = static_cast<unsigned>(link.id);
  const std::uint32_t bits = htonl(address.address.bits());
  mnl_attr_put_u32(request.header, IFA_LOCAL, bits);
  mnl_attr_put_u32(request.header, IFA_ADDRESS, bits);
  if (const auto broadcast = address.subnet().broadcast()) {
    mnl_attr_put_u32(request.header, IFA_BROADCAST, htonl(broadcast->bits()));
  }
  ask(request,
      "cannot give the device " + link.name + " the address " + violin::to_string(address));
}

}  // namespace violin
