#include "models/vhost/tcp_stack.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/random.h"
#include "core/require.h"

namespace violin {

namespace {

constexpr std::uint16_t kFirstEphemeral = 32768;
constexpr std::uint16_t kLastEphemeral = 60999;
constexpr std::uint32_t kLeastMtu = 68;  // RFC 791 section 3.2

std::array<std::uint32_t, 2> draw_secret(const HostServices& host) {
  RandomStream random = host.kernel.random(std::string(host.name) + "/tcp");
  const std::uint64_t word = random();
  return {static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(word >> 32)};
}

std::array<std::uint32_t, 4> as_block(const TcpEndpoints& e) {
  return {e.local.bits(), e.remote.bits(), (std::uint32_t{e.ports.local} << 16) | e.ports.remote,
          0};
}

}  // namespace

std::size_t TcpStack::EndpointsHash::operator()(const TcpEndpoints& e) const noexcept {
  std::uint64_t h = (std::uint64_t{e.remote.bits()} << 32) | (std::uint32_t{e.ports.remote} << 16) |
                    e.ports.local;
  h = (h ^ e.local.bits()) * 0x9e37'79b9'7f4a'7c15ULL;
  return h ^ (h >> 29);
}

TcpStack::TcpStack(const HostServices& host, const TcpConfig& config)
    : host_(host), secret_(draw_secret(host)), next_port_(kFirstEphemeral) {
  keep(config);
}

const TcpConfig& TcpStack::keep(const TcpConfig& config) {
  for (const auto& kept : configs_) {
    if (kept.get() == &config || *kept == config) {
      return *kept;
    }
  }
  return *configs_.emplace_back(std::make_unique<const TcpConfig>(config));
}

bool TcpStack::listen(std::uint16_t port, TcpListener& listener, const TcpConfig& config) {
  return listeners_.try_emplace(port, Listening{&listener, &keep(config)}).second;
}

void TcpStack::stop_listening(std::uint16_t port) { listeners_.erase(port); }

TcpSocket* TcpStack::connect(Ipv4Address remote, std::uint16_t port, TcpSocketEvents& events,
                             TimePoint now, const TcpConfig& config) {
  const auto local = host_.ip.source_for(remote);
  if (!local) {
    return nullptr;
  }
  const std::uint16_t local_port = free_port(*local, remote, port);
  if (local_port == 0) {
    return nullptr;
  }
  TcpSocket& socket = open({*local, remote, {local_port, port}}, &events, keep(config), now);
  socket.connection_.connect(now);
  socket.timer_.arm(now);  // the SYN leaves once the caller has the socket
  return &socket;
}

// 0 if every ephemeral port is in use towards that peer.
std::uint16_t TcpStack::free_port(Ipv4Address local, Ipv4Address remote, std::uint16_t port) {
  for (int tries = kFirstEphemeral; tries <= kLastEphemeral; ++tries) {
    const std::uint16_t candidate = next_port_;
    next_port_ =
        candidate == kLastEphemeral ? kFirstEphemeral : static_cast<std::uint16_t>(candidate + 1);
    if (!listeners_.contains(candidate) && !sockets_.contains({local, remote, {candidate, port}})) {
      return candidate;
    }
  }
  return 0;
}

// RFC 6528: a clock of 4 us plus a keyed hash of the endpoints.
std::uint32_t TcpStack::initial_sequence(const TcpEndpoints& endpoints, TimePoint now) const {
  const auto clock =
      static_cast<std::uint32_t>(now.time_since_epoch() / std::chrono::microseconds(4));
  return clock + philox4x32(as_block(endpoints), secret_)[0];
}

TcpSocket& TcpStack::open(const TcpEndpoints& endpoints, TcpSocketEvents* events,
                          const TcpConfig& config, TimePoint now) {
  const std::uint32_t mtu = std::max(host_.ip.path_mtu(endpoints.remote, now), kLeastMtu);
  auto socket = std::make_unique<TcpSocket>(*this, config, endpoints,
                                            initial_sequence(endpoints, now), mtu, events);
  socket->number_ = next_number_++;
  return *sockets_.insert_or_assign(endpoints, std::move(socket)).first->second;
}

TcpSocket* TcpStack::find(const TcpEndpoints& endpoints) {
  if (latest_ != nullptr && latest_->endpoints_ == endpoints) {
    return latest_;
  }
  const auto found = sockets_.find(endpoints);
  if (found == sockets_.end()) {
    return nullptr;
  }
  latest_ = found->second.get();
  return latest_;
}

void TcpStack::remove(TcpSocket& socket) {
  if (latest_ == &socket) {
    latest_ = nullptr;
  }
  const auto found = sockets_.find(socket.endpoints_);
  if (found != sockets_.end() && found->second.get() == &socket) {
    sockets_.erase(found);
  }
}

void TcpStack::on_segment(const wire::Ipv4Header& header, Frame frame, TimePoint now) {
  const std::size_t size = frame.size().value;
  const auto parsed =
      wire::TcpHeader::parse(frame.bytes(), size, header.source, header.destination);
  if (!parsed) {
    host_.ledger.drop(std::move(frame), parsed.reason());
    return;
  }
  const TcpSegment segment{parsed->header, static_cast<std::uint32_t>(size - parsed->header_size)};
  const TcpEndpoints endpoints{header.destination,
                               header.source,
                               {segment.header.destination_port, segment.header.source_port}};
  TcpSocket* socket = find(endpoints);
  if (socket != nullptr && socket->connection_.may_be_replaced_by(segment.header, now) &&
      listeners_.contains(endpoints.ports.local)) {
    remove(*socket);
    socket = nullptr;
  }
  if (socket == nullptr) {
    if (accept(endpoints, segment, now)) {
      host_.ledger.consume(std::move(frame));
    } else {
      host_.ledger.drop(std::move(frame), Drop::kNoListener);
      reset_for_nobody(endpoints, segment);
      flush(now);
    }
    return;
  }
  host_.ledger.consume(std::move(frame));
  socket->connection_.on_segment(segment, now);
  if (socket->trace_ != nullptr && segment.header.ack) {
    socket->trace_->on_acknowledged(socket->connection_.sender(), now);
  }
  settle(*socket, now);
}

// Section 3.10.7.2: a listener takes a SYN and nothing else.
bool TcpStack::accept(const TcpEndpoints& endpoints, const TcpSegment& segment, TimePoint now) {
  const auto listener = listeners_.find(endpoints.ports.local);
  const wire::TcpHeader& header = segment.header;
  if (listener == listeners_.end() || !header.syn || header.ack || header.rst) {
    return false;
  }
  TcpSocket& socket = open(endpoints, nullptr, *listener->second.config, now);
  socket.connection_.accept(segment, now);
  socket.delivering_ = true;
  socket.events_ = &listener->second.listener->on_connection(socket);
  socket.delivering_ = false;
  settle(socket, now);
  return true;
}

// Section 3.10.7.1.
void TcpStack::reset_for_nobody(const TcpEndpoints& endpoints, const TcpSegment& segment) {
  if (segment.header.rst) {
    return;
  }
  ++resets_for_nobody_;
  TcpSegment reset{.header = {.source_port = endpoints.ports.local,
                              .destination_port = endpoints.ports.remote,
                              .rst = true}};
  if (segment.header.ack) {
    reset.header.sequence = segment.header.acknowledgment;
  } else {
    reset.header.ack = true;
    reset.header.acknowledgment = segment.header.sequence + segment.length();
  }
  post(endpoints.local, endpoints.remote, reset);
}

void TcpStack::on_icmp_error(wire::IcmpType type, std::uint8_t code, const wire::Ipv4Header& quoted,
                             std::span<const std::uint8_t> quoted_payload,
                             std::uint32_t next_hop_mtu, TimePoint now) {
  if (type != wire::IcmpType::kDestinationUnreachable || quoted_payload.size() < 8) {
    return;
  }
  const auto word = [&](std::size_t at) {
    return static_cast<std::uint32_t>((quoted_payload[at] << 8) | quoted_payload[at + 1]);
  };
  const TcpEndpoints endpoints{
      quoted.source,
      quoted.destination,
      {static_cast<std::uint16_t>(word(0)), static_cast<std::uint16_t>(word(2))}};
  TcpSocket* socket = find(endpoints);
  if (socket == nullptr || !socket->connection_.is_outstanding((word(4) << 16) | word(6))) {
    return;
  }
  const auto reason = static_cast<wire::UnreachableCode>(code);
  if (reason == wire::UnreachableCode::kFragmentationNeeded) {
    socket->connection_.on_path_mtu(
        next_hop_mtu != 0 ? next_hop_mtu : host_.ip.path_mtu(endpoints.remote, now), now);
  } else {
    socket->connection_.on_unreachable(reason == wire::UnreachableCode::kProtocol ||
                                       reason == wire::UnreachableCode::kPort);
  }
  settle(*socket, now);
}

void TcpStack::post(Ipv4Address local, Ipv4Address remote, const TcpSegment& segment) {
  const std::size_t header_size = segment.header.size();
  Frame frame = host_.kernel.frames().make(header_size, segment.payload);
  segment.header.serialize(frame.writable(), header_size + segment.payload, local, remote);
  outbox_.push_back({local, remote, std::move(frame)});
}

void TcpStack::flush(TimePoint now) {
  if (flushing_) {
    return;
  }
  flushing_ = true;
  static constexpr IpSendOptions kOptions{.dont_fragment = true};
  while (outbox_sent_ < outbox_.size()) {
    Outgoing next = std::move(outbox_[outbox_sent_++]);
    host_.ip.send_datagram(wire::IpProtocol::kTcp, next.local, next.remote, std::move(next.frame),
                           kOptions, now);
  }
  outbox_.clear();
  outbox_sent_ = 0;
  flushing_ = false;
}

void TcpStack::settle(TcpSocket& socket, TimePoint now) {
  const bool outermost = !socket.delivering_;
  socket.deliver_events();
  if (outermost) {
    if (socket.state() == TcpState::kClosed) {
      remove(socket);
    } else {
      socket.arm_timer();
    }
  }
  flush(now);
}

void TcpStack::abandon(Drop) {
  outbox_.clear();
  outbox_sent_ = 0;
  latest_ = nullptr;
  const auto gone = std::exchange(sockets_, {});
  std::vector<TcpSocket*> in_order;
  for (const auto& [endpoints, socket] : gone) {
    in_order.push_back(socket.get());
  }
  std::ranges::sort(in_order, {}, &TcpSocket::number_);
  for (TcpSocket* socket : in_order) {
    socket->connection_.vanish();
    socket->deliver_events();
  }
}

}  // namespace violin
