#include "models/vhost/tunnel_port.h"

#include <algorithm>
#include <stdexcept>
#include <tuple>

#include "models/vhost/vhost.h"
#include "models/wire/big_endian.h"
#include "models/wire/ethernet.h"

namespace violin {
namespace {

constexpr std::uint8_t kVniIsValid = 0x08;  // the I flag

}  // namespace

TunnelEndpoint::TunnelEndpoint(Kernel& kernel, std::string name, VHost& host)
    : Component(kernel, std::move(name)), host_(host), socket_(host, *this, kUdpPort) {}

void TunnelEndpoint::add(const Entry& entry) {
  if (find(entry.peer, entry.vni) != nullptr) {
    throw std::invalid_argument("tunnel endpoint '" + name() + "' has a port to " +
                                to_string(entry.peer) + " under VNI " + std::to_string(entry.vni));
  }
  const auto order = [](const Entry& e) { return std::tuple(e.peer, e.vni); };
  ports_.insert(std::ranges::upper_bound(ports_, order(entry), {}, order), entry);
}

void TunnelEndpoint::remove(const TunnelPort& port) {
  std::erase_if(ports_, [&](const Entry& entry) { return entry.port == &port; });
}

TunnelPort* TunnelEndpoint::find(Ipv4Address peer, std::uint32_t vni) const {
  const auto order = [](const Entry& e) { return std::tuple(e.peer, e.vni); };
  const auto at = std::ranges::lower_bound(ports_, std::tuple(peer, vni), {}, order);
  return at != ports_.end() && at->peer == peer && at->vni == vni ? at->port : nullptr;
}

void TunnelEndpoint::on_datagram(UdpDatagram& datagram, TimePoint now) {
  const Ipv4Address peer = datagram.source;
  Frame frame = datagram.take();
  const auto bytes = frame.bytes();
  const bool vxlan = bytes.size() >= TunnelPort::kHeaderSize + wire::EthernetHeader::kSize &&
                     (bytes[0] & kVniIsValid) != 0;
  if (!vxlan) {
    ++ledger_.originated;
    ledger_.drop(std::move(frame), Drop::kBadHeader);
    return;
  }
  TunnelPort* port = find(peer, wire::load32(bytes.data() + 4) >> 8);
  frame.pop_front(TunnelPort::kHeaderSize);
  if (port == nullptr) {
    ++ledger_.originated;
    ledger_.drop(std::move(frame), Drop::kUnknownPeer);
    return;
  }
  port->come_out(std::move(frame), now);
}

TunnelPort::TunnelPort(Kernel& kernel, std::string name, TunnelEndpoint& endpoint, Ipv4Address peer,
                       std::uint32_t vni)
    : Component(kernel, std::move(name)),
      endpoint_(endpoint),
      peer_(peer),
      vni_(vni),
      socket_(endpoint.host(), *this) {
  if (vni > kMaxVni) {
    throw std::invalid_argument("tunnel '" + this->name() + "': VNI " + std::to_string(vni) +
                                " has more than 24 bits");
  }
  endpoint_.add({peer, vni, this});
}

TunnelPort::~TunnelPort() { endpoint_.remove(*this); }

void TunnelPort::receive(PortIndex /*port*/, std::span<Frame> burst, TimePoint now) {
  ledger_.in += burst.size();
  for (Frame& frame : burst) {
    if (frame.size().value > UdpSocket::kMaxPayload - kHeaderSize) {
      ledger_.drop(std::move(frame), Drop::kOversize);
      continue;
    }
    ++ledger_.consumed;
    std::uint8_t* p = frame.push_front(kHeaderSize).data();
    wire::store32(p, std::uint32_t{kVniIsValid} << 24);
    wire::store32(p + 4, vni_ << 8);
    socket_.send_to(peer_, TunnelEndpoint::kUdpPort, std::move(frame), now);
  }
}

void TunnelPort::come_out(Frame frame, TimePoint now) {
  ++ledger_.originated;
  if (!inner_) {
    ledger_.drop(std::move(frame), Drop::kDetached);
    return;
  }
  ++ledger_.out;
  inner_.send(frame, now);
}

void TunnelPort::on_datagram(UdpDatagram& datagram, TimePoint /*now*/) {
  ++ledger_.originated;
  ledger_.drop(datagram.take(), Drop::kUnknownPeer);
}

}  // namespace violin
