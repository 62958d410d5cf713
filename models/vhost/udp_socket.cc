#include "models/vhost/udp_socket.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "models/vhost/vhost.h"
#include "models/wire/udp.h"

namespace violin {

std::span<const std::uint8_t> UdpDatagram::stored() const {
  const auto bytes = frame_.bytes().subspan(payload_at_);
  return bytes.first(std::min(bytes.size(), size_));
}

Frame UdpDatagram::take() {
  frame_.pop_front(payload_at_);
  if (frame_.size().value > size_) {
    frame_.truncate(size_);
  }
  return std::move(frame_);
}

UdpSocket::UdpSocket(VHost& host, UdpReceiver& receiver, std::optional<std::uint16_t> port)
    : host_(host) {
  PortTable<UdpReceiver>& ports = host.sockets_.udp;
  port_ = port ? *port : ports.allocate(kFirstEphemeralPort).value_or(0);
  if (port_ == 0 || !ports.add(port_, receiver)) {
    throw std::invalid_argument("vHost '" + host.name() + "': UDP port " + std::to_string(port_) +
                                (port_ == 0 ? " is none" : " is in use"));
  }
}

UdpSocket::~UdpSocket() { host_.sockets_.udp.remove(port_); }

void UdpSocket::send_to(Ipv4Address destination, std::uint16_t port, Frame payload, TimePoint now,
                        const IpSendOptions& options) {
  require(payload.size().value <= kMaxPayload, "a UDP payload has at most 65507 bytes");
  if (path_.route_version() != host_.route_version_ || path_.flow().destination != destination ||
      path_.flow().destination_port != port || path_.flow().options != options) [[unlikely]] {
    prepare(destination, port, options);
  }
  if (path_.usable() && host_.send_stamped(path_, payload, now)) {
    return;
  }
  const Ipv4Address source = path_.flow().source;
  const auto size = static_cast<std::uint16_t>(wire::UdpHeader::kSize + payload.size().value);
  payload.push_front(wire::UdpHeader::kSize);
  wire::UdpHeader{port_, port, size}.serialize(payload.writable(), source, destination);
  host_.send_datagram(wire::IpProtocol::kUdp, source, destination, std::move(payload), options,
                      now);
}

void UdpSocket::prepare(Ipv4Address destination, std::uint16_t port, const IpSendOptions& options) {
  const UdpFlow flow{host_.source_for(destination).value_or(Ipv4Address{}), destination, port_,
                     port, options};
  const auto egress = host_.owns(destination) ? std::nullopt : host_.egress_for(destination);
  const MacAddress mac = egress ? host_.vnics_[to_index(egress->port)].mac : MacAddress{};
  path_ = UdpPath(flow, egress, mac, host_.route_version_);
}

}  // namespace violin
