// Forwarding to groups. RFC 1112 section 7, RFC 1812 sections 5.2.1.3 and 4.3.2.7 (no ICMP errors).

#include <algorithm>
#include <tuple>
#include <utility>

#include "models/vrouter/vrouter.h"

namespace violin {

namespace {

constexpr std::size_t kLink = wire::EthernetHeader::kSize;
constexpr PortIndex kNowhere{~std::uint32_t{0}};  // nobody is told of what cannot be sent
constexpr Ipv4Prefix kLinkLocal(Ipv4Address(224, 0, 0, 0), 24);

auto order(const MulticastRoute& route) { return std::tuple(route.group, route.source); }

}  // namespace

void VRouter::set_multicast_routes(Ipv4Address group, std::span<const MulticastRoute> routes) {
  require(group.is_multicast() && !kLinkLocal.contains(group),
          "the group is one that is forwarded");
  std::erase_if(multicast_routes_,
                [&](const MulticastRoute& route) { return route.group == group; });
  for (const MulticastRoute& route : routes) {
    require(route.group == group && exists(route.ingress) &&
                std::ranges::all_of(
                    route.egress,
                    [&](PortIndex port) { return exists(port) && port != route.ingress; }),
            "a multicast route leads from one interface to others");
    const auto at = std::ranges::lower_bound(multicast_routes_, order(route), {}, order);
    multicast_routes_.insert(at, route);
  }
}

const MulticastRoute* VRouter::multicast_route(const wire::Ipv4Header& header) const {
  const std::tuple key(header.destination, header.source);
  const auto found = std::ranges::lower_bound(multicast_routes_, key, {}, order);
  return found == multicast_routes_.end() || order(*found) != key ? nullptr : &*found;
}

void VRouter::forward_to_group(ReceivedDatagram datagram, const MulticastRoute& route,
                               TimePoint now) {
  wire::Ipv4Header& ip = datagram.header;
  Frame frame = std::move(datagram.packet.frame);
  if (datagram.ingress != route.ingress || route.egress.empty()) {
    ledger_.drop(std::move(frame), Drop::kNotForUs);
    return;
  }
  if (ip.ttl <= 1) {
    ledger_.drop(std::move(frame), Drop::kTtlExpired);
    return;
  }
  frame.pop_front(datagram.packet.at - kLink);  // a priority tag
  wire::decrement_ttl(frame.writable().subspan(kLink));
  --ip.ttl;
  ledger_.replicated += route.egress.size() - 1;
  const std::vector<PortIndex> egress = route.egress;
  for (const PortIndex port : std::span(egress).first(egress.size() - 1)) {
    send_to_group(ip, frame.share(), port, now);
  }
  send_to_group(ip, std::move(frame), egress.back(), now);
}

void VRouter::send_to_group(const wire::Ipv4Header& header, Frame frame, PortIndex egress,
                            TimePoint now) {
  if (header.dont_fragment && header.total_length > at(egress).config.mtu) {
    ledger_.drop(std::move(frame), Drop::kFragmentationNeeded);
    return;
  }
  const NextHop to_all{.delivery = Delivery::kBroadcast, .egress = egress, .gateway = {}};
  send_through(to_all, header, std::move(frame), kNowhere, now);
}

}  // namespace violin
