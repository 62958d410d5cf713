#include "models/vhost/tcp_host.h"

#include <memory>

#include "models/vhost/vhost.h"

namespace violin {

TcpStack& tcp_of(VHost& host, const TcpConfig& config) {
  TransportProtocol* tcp = host.transport(wire::IpProtocol::kTcp);
  if (tcp == nullptr) {
    tcp =
        &host.install(wire::IpProtocol::kTcp, std::make_unique<TcpStack>(host.services(), config));
  }
  return dynamic_cast<TcpStack&>(*tcp);
}

}  // namespace violin
