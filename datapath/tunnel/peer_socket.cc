#include "datapath/tunnel/peer_socket.h"

#include <algorithm>
#include <stdexcept>

#include "core/require.h"
#include "datapath/tunnel/l2tpv3.h"
#include "datapath/tunnel/vxlan.h"

namespace violin {

namespace {

KeyOrDrop key_of(TunnelFormat format, std::span<const std::uint8_t> datagram) {
  return format == TunnelFormat::kL2tpv3 ? L2tpv3::key_of(datagram) : Vxlan::key_of(datagram);
}

// Outside a simulation, a payload that was only counted is so many zeros.
void store_elided(Frame& frame) {
  if (const std::uint32_t elided = frame.elided(); elided != 0) {
    frame.set_elided(0);
    std::ranges::fill(frame.push_back(elided), std::uint8_t{0});
  }
}

}  // namespace

PeerPort::PeerPort(PeerSocket& socket, Kernel& kernel, std::string name,
                   std::unique_ptr<Encapsulation> tunnel, std::optional<UdpAddress> peer)
    : FramePort(kernel, std::move(name)),
      socket_(socket),
      tunnel_(std::move(tunnel)),
      peer_(peer),
      given_(peer.has_value()) {}

void PeerPort::receive(PortIndex /*port*/, std::span<Frame> burst, TimePoint /*now*/) {
  ledger_.in += burst.size();
  for (Frame& frame : burst) {
    if (!peer_) {
      ledger_.drop(std::move(frame), Drop::kDetached);
      continue;
    }
    store_elided(frame);
    tunnel_->encapsulate(frame);
    socket_.outlet_.send(*peer_, std::move(frame), ledger_);
  }
  socket_.flush_later();
}

std::uint64_t PeerPort::queued() const { return socket_.outlet_.waiting(ledger_); }

bool PeerPort::is_from(const UdpAddress& source) const {
  if (tunnel_->format() == TunnelFormat::kVxlan) {
    return peer_->address == source.address;
  }
  return *peer_ == source ||
         (!given_ && peer_->address.is_loopback() && source.address.is_loopback());
}

PeerSocket::PeerSocket(Kernel& kernel, Reactor& reactor, std::string name, UdpAddress local,
                       TunnelFormat format, const PeerSocketOptions& options)
    : Component(kernel, std::move(name)),
      reactor_(reactor),
      socket_(local, options.socket),
      format_(format),
      vxlan_port_(options.vxlan_port),
      intake_(socket_, kernel.frames()),
      outlet_(socket_) {
  reactor_.watch(socket_.fd(), *this);
}

PeerSocket::~PeerSocket() {
  reactor_.forget(socket_.fd());
  reactor_.forget(static_cast<Flusher&>(*this));
}

PeerPort& PeerSocket::expect(std::string name, std::unique_ptr<Encapsulation> tunnel,
                             std::optional<UdpAddress> peer) {
  require(tunnel->format() == format_, "a socket's peers speak its format");
  const TunnelKey key = tunnel->key();
  const auto [place, is_new] = ports_.try_emplace(key);
  if (!is_new) {
    throw std::invalid_argument("cannot expect " + name + " at " + to_string(local()) + ": " +
                                place->second->name() + " has key " +
                                std::to_string(static_cast<std::uint32_t>(key)) + " already");
  }
  place->second =
      std::make_unique<PeerPort>(*this, kernel_, std::move(name), std::move(tunnel), peer);
  return *place->second;
}

Ledger PeerSocket::remove(PeerPort& port) {
  const auto found = ports_.find(port.tunnel().key());
  require(found != ports_.end() && found->second.get() == &port, "a peer removed is one of ours");
  outlet_.forget(port.ledger(), Drop::kDetached);
  std::ranges::replace(touched_, &port, static_cast<PeerPort*>(nullptr));
  last_ = nullptr;
  port.ledger_.originated += port.arrived_.size();
  for (Frame& frame : port.arrived_) {
    port.ledger_.drop(std::move(frame), Drop::kDetached);
  }
  Ledger books = std::move(port.ledger_);
  ports_.erase(found);
  return books;
}

void PeerSocket::on_readable(TimePoint now) {
  int batches = kBatches;
  do {
    for (Datagram& datagram : intake_.receive()) {
      take(datagram);
    }
    hand_over(now);
  } while (--batches > 0 && intake_.may_have_more());
  count_lost(intake_.take_overruns());
}

void PeerSocket::count_overruns() { count_lost(socket_.new_overruns()); }

void PeerSocket::count_lost(std::uint64_t datagrams) {
  if (datagrams != 0) {
    ledger_.originated += datagrams;
    ledger_.count_drops(datagrams, Drop::kSocketOverrun);
  }
}

PeerPort* PeerSocket::find(TunnelKey key) {
  if (last_ == nullptr || last_->tunnel().key() != key) {
    const auto found = ports_.find(key);
    last_ = found == ports_.end() ? nullptr : found->second.get();
  }
  return last_;
}

void PeerSocket::take(Datagram& datagram) {
  const KeyOrDrop key = key_of(format_, datagram.frame.bytes());
  if (const Drop* reason = std::get_if<Drop>(&key)) {
    refuse(std::move(datagram.frame), *reason);
    return;
  }
  PeerPort* port = find(std::get<TunnelKey>(key));
  if (port == nullptr || (port->peer_ && !port->is_from(datagram.source))) {
    refuse(std::move(datagram.frame), Drop::kUnknownPeer);
    return;
  }
  if (const auto reason = port->tunnel_->decapsulate(datagram.frame)) {
    refuse(std::move(datagram.frame), *reason);
    return;
  }
  if (!admit(*port, datagram.source)) {
    refuse(std::move(datagram.frame), Drop::kUnknownPeer);
    return;
  }
  if (port->arrived_.empty()) {
    touched_.push_back(port);
  }
  port->arrived_.push_back(std::move(datagram.frame));
}

// Whether the port is there still: its datagram was valid.
bool PeerSocket::admit(PeerPort& port, const UdpAddress& source) {
  if (format_ == TunnelFormat::kL2tpv3) {
    port.peer_ = source;
  } else if (!port.peer_) {
    port.peer_ = UdpAddress{source.address, vxlan_port_};
  }
  if (port.heard_) {
    return true;
  }
  port.heard_ = true;
  if (!on_connect_) {
    return true;
  }
  const TunnelKey key = port.tunnel().key();
  on_connect_(port);
  return find(key) == &port;
}

void PeerSocket::refuse(Frame&& frame, Drop reason) {
  ++ledger_.originated;
  ledger_.drop(std::move(frame), reason);
}

void PeerSocket::hand_over(TimePoint now) {
  for (std::size_t i = 0; i < touched_.size(); ++i) {
    if (PeerPort* port = touched_[i]) {
      port->hand_over(port->arrived_, now);
      port->arrived_.clear();
    }
  }
  touched_.clear();
}

void PeerSocket::flush_later() {
  if (!flush_asked_) {
    flush_asked_ = true;
    reactor_.flush_later(*this);
  }
}

void PeerSocket::flush(TimePoint /*now*/) {
  flush_asked_ = false;
  outlet_.flush();
}

}  // namespace violin
