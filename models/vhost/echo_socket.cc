#include "models/vhost/echo_socket.h"

#include <stdexcept>

#include "core/require.h"
#include "models/vhost/vhost.h"

namespace violin {

EchoSocket::EchoSocket(VHost& host, EchoReceiver& receiver) : host_(host), receiver_(receiver) {
  const auto identifier = host.sockets_.echo.allocate(1);
  if (!identifier) {
    throw std::runtime_error("vHost '" + host.name() + "': no ICMP echo identifier is free");
  }
  identifier_ = *identifier;
  host.sockets_.echo.add(identifier_, *this);
}

EchoSocket::~EchoSocket() { host_.sockets_.echo.remove(identifier_); }

void EchoSocket::send(Ipv4Address destination, std::uint16_t sequence, Frame data, TimePoint now,
                      const IpSendOptions& options) {
  require(data.size().value <= kMaxPayload, "ICMP echo data has at most 65507 bytes");
  wire::IcmpHeader request;
  request.set_echo(identifier_, sequence);
  data.push_front(wire::IcmpHeader::kSize);
  request.serialize(data.writable());
  host_.send_datagram(wire::IpProtocol::kIcmp,
                      host_.source_for(destination).value_or(Ipv4Address{}), destination,
                      std::move(data), options, now);
}

}  // namespace violin
