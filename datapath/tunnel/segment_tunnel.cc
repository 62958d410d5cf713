#include "datapath/tunnel/segment_tunnel.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <vector>

#include "core/require.h"
#include "models/wire/big_endian.h"

namespace violin {

namespace {

using namespace std::chrono_literals;

// A peer is looked for more often than it is watched.
constexpr int kSearchBeats = 10;
constexpr std::uint64_t kSuspicious = 8;  // data segments of which none came

std::uint64_t wall_clock() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch())
          .count());
}

std::uint64_t nanoseconds(TimePoint t) {
  return static_cast<std::uint64_t>(t.time_since_epoch().count());
}

SegmentHeader header_of(const SegmentTunnelOptions& options) {
  return {.tunnel = options.id, .token = options.send_token, .epoch = wall_clock()};
}

Drop reason_of(int error) {
  switch (error) {
    case EAGAIN:
    case ENOBUFS:
    case ENOMEM:
      return Drop::kSocketFull;
    case EMSGSIZE:
    case EINVAL:  // of a train, before Linux 6.14
      return Drop::kOversize;
    default:
      return Drop::kNoRoute;
  }
}

}  // namespace

SegmentChannel::SegmentChannel(SegmentTunnel& tunnel, Kernel& kernel, std::string name,
                               ChannelId id)
    : FramePort(kernel, std::move(name)), tunnel_(tunnel), id_(id) {}

void SegmentChannel::receive(PortIndex /*port*/, std::span<Frame> burst, TimePoint /*now*/) {
  ledger_.in += burst.size();
  for (Frame& frame : burst) {
    tunnel_.packer_.add(id_, std::move(frame), ledger_);
  }
  tunnel_.flush_later();
}

std::uint64_t SegmentChannel::queued() const { return tunnel_.packer_.waiting(ledger_); }

void SegmentChannel::hand_over_arrived(TimePoint now) {
  hand_over(arrived_, now);
  arrived_.clear();
}

SegmentTunnel::SegmentTunnel(SegmentEndpoint& endpoint, Kernel& kernel, std::string name,
                             const SegmentTunnelOptions& options)
    : Component(kernel, std::move(name)),
      endpoint_(endpoint),
      options_(options),
      outlet_(endpoint.socket_),
      packer_(header_of(options), options.path_mtu.base, *this),
      unpacker_(kernel.frames(), *this),
      path_mtu_(options.path_mtu),
      beat_timer_(Timer::calling<&SegmentTunnel::beat>(kernel_, origin_, *this)),
      probe_timer_(Timer::calling<&SegmentTunnel::probe>(kernel_, origin_, *this)) {
  beat_timer_.arm(kernel.now());
}

SegmentTunnel::~SegmentTunnel() { endpoint_.reactor_.forget(static_cast<Flusher&>(*this)); }

SegmentChannel& SegmentTunnel::open(ChannelId id, std::string name) {
  const auto [place, is_new] = channels_.try_emplace(id);
  if (!is_new) {
    throw std::invalid_argument("cannot open " + name + " in tunnel " + this->name() +
                                ": its channel " + std::to_string(static_cast<std::uint32_t>(id)) +
                                " is " + place->second->name() + " already");
  }
  place->second = std::make_unique<SegmentChannel>(*this, kernel_, std::move(name), id);
  return *place->second;
}

Ledger SegmentTunnel::close(SegmentChannel& channel) {
  packer_.flush();
  endpoint_.forget(channel);
  last_ = nullptr;
  channel.ledger_.originated += channel.arrived_.size();
  for (Frame& frame : channel.arrived_) {
    channel.ledger_.drop(std::move(frame), Drop::kDetached);
  }
  Ledger books = std::move(channel.ledger_);
  require(channels_.erase(channel.id()) == 1, "a channel that is closed was open");
  return books;
}

SegmentTunnelStatistics SegmentTunnel::statistics() const {
  return {.up = up_,
          .segment_size = packer_.segment_size(),
          .round_trip = round_trip_,
          .received = window_.counters(),
          .sent = sent_ + packer_.data_segments(),
          .peer_received = peer_report_.received,
          .peer_lost = peer_report_.lost};
}

void SegmentTunnel::count_drop(std::uint64_t number, Drop reason) {
  if (number != 0) {
    ledger_.originated += number;
    ledger_.count_drops(number, reason);
  }
}

// --- what has come

bool SegmentTunnel::is_new(const SegmentHeader& header) {
  if (header.epoch != peer_epoch_) {
    if (header.epoch < peer_epoch_) {
      return false;
    }
    peer_epoch_ = header.epoch;
    window_.reset();
    unpacker_.reset();
    last_probe_ = 0;
    last_probe_echo_ = 0;
  }
  if (header.kind == SegmentKind::kProbe || header.kind == SegmentKind::kProbeEcho) {
    std::uint64_t& last = header.kind == SegmentKind::kProbe ? last_probe_ : last_probe_echo_;
    if (header.sequence <= last) {
      return false;
    }
    last = header.sequence;
    return true;
  }
  return window_.accept(header.sequence);
}

void SegmentTunnel::receive(const SegmentHeader& header, Frame&& segment, TimePoint now) {
  if (!is_new(header)) {
    count_drop(1, Drop::kReplayed);
    return;
  }
  segment.pop_front(SegmentHeader::kSize);
  if (header.kind != SegmentKind::kData) [[unlikely]] {
    on_control(header, segment.bytes(), now);
    return;
  }
  ++received_data_;
  if (!unpacker_.unpack(std::move(segment), now)) {
    count_drop(1, Drop::kBadTunnel);
  }
  count_drop(unpacker_.take_abandoned(), Drop::kReassembly);
}

void SegmentTunnel::on_control(const SegmentHeader& header, std::span<const std::uint8_t> body,
                               TimePoint now) {
  if (header.kind == SegmentKind::kProbe) {
    on_probe(SegmentHeader::kSize + body.size());
    return;
  }
  if (header.kind == SegmentKind::kProbeEcho) {
    if (body.size() >= 4) {
      send_probe(path_mtu_.on_answer(wire::load32(body.data()), now));
      use_path_mtu();
    } else {
      count_drop(1, Drop::kBadTunnel);
    }
    return;
  }
  const auto hello = HelloBody::parse(body);
  if (!hello) {
    count_drop(1, Drop::kBadTunnel);
  } else if (header.kind == SegmentKind::kHello) {
    on_hello(*hello, now);
  } else {
    on_echo(*hello, now);
  }
}

void SegmentTunnel::take(ChannelId id, Frame&& frame) {
  if (last_ == nullptr || last_->id() != id) {
    const auto found = channels_.find(id);
    if (found == channels_.end()) {
      count_drop(1, Drop::kDetached);
      return;
    }
    last_ = found->second.get();
  }
  SegmentChannel& channel = *last_;
  if (channel.arrived_.empty()) {
    endpoint_.touch(channel);
  }
  channel.arrived_.push_back(std::move(frame));
}

void SegmentTunnel::on_hello(const HelloBody& hello, TimePoint now) {
  peer_report_ = hello;
  send_hello(SegmentKind::kHelloEcho, hello.timestamp);
  if (!up_ && beat_timer_.due() > now + options_.keep_alive / kSearchBeats / 2) {
    beat_timer_.arm(now);  // it is there: greet it at once
  }
}

void SegmentTunnel::on_echo(const HelloBody& echo, TimePoint now) {
  const std::uint64_t sent = nanoseconds(now) - echo.timestamp;
  if (sent > static_cast<std::uint64_t>(Duration(1h).count())) {
    return;  // of no hello of ours
  }
  round_trip_.add(Duration(static_cast<std::int64_t>(sent)));
  answered_ = now;
  const bool nothing_came = echo.received_data == peer_report_.received_data &&
                            data_at_hello_ - data_at_echo_ >= kSuspicious;
  data_at_echo_ = data_at_hello_;
  peer_report_ = echo;
  path_mtu_.set_patience(patience());
  if (!up_) {
    set_up(true);
    send_probe(path_mtu_.start(now, patience()));
  } else if (nothing_came) {
    send_probe(path_mtu_.suspect(now));
  }
  use_path_mtu();
}

void SegmentTunnel::on_probe(std::size_t size) {
  std::array<std::uint8_t, 4> body{};
  wire::store32(body.data(), static_cast<std::uint32_t>(size));
  SegmentHeader header = packer_.header(SegmentKind::kProbeEcho);
  header.sequence = last_probe_;
  send_apart(header, body);
}

// --- what goes

std::optional<Drop> SegmentTunnel::send_train(std::span<const iovec> train, std::size_t size,
                                              std::size_t each) {
  const auto error = outlet_.send(options_.peer, train, size, each);
  if (!error) {
    return std::nullopt;
  }
  if (reason_of(*error) == Drop::kOversize) {
    suspicious_ = true;  // a device's MTU has become less
    probe_timer_.arm(kernel_.now());
  }
  return reason_of(*error);
}

void SegmentTunnel::flush_later() {
  if (!flush_asked_) {
    flush_asked_ = true;
    endpoint_.reactor_.flush_later(*this);
  }
}

void SegmentTunnel::flush(TimePoint /*now*/) {
  flush_asked_ = false;
  packer_.flush();
}

std::optional<int> SegmentTunnel::send_apart(SegmentHeader header,
                                             std::span<const std::uint8_t> body) {
  std::vector<std::uint8_t> segment(SegmentHeader::kSize + body.size());
  header.serialize(segment.data());
  std::ranges::copy(body, segment.begin() + SegmentHeader::kSize);
  const iovec piece{segment.data(), segment.size()};
  return outlet_.send(options_.peer, {&piece, 1}, segment.size(), segment.size());
}

void SegmentTunnel::send_hello(SegmentKind kind, std::uint64_t timestamp) {
  packer_.flush();  // what is numbered first leaves first
  const SegmentWindow::Counters& counters = window_.counters();
  const HelloBody body{.timestamp = timestamp,
                       .received = counters.received,
                       .received_data = received_data_,
                       .lost = counters.lost};
  std::array<std::uint8_t, HelloBody::kSize> bytes{};
  body.serialize(bytes.data());
  send_apart(packer_.next_header(kind), bytes);
  ++sent_;
}

// A size that the system refuses at once is followed by the next.
void SegmentTunnel::send_probe(PathMtu::Probe size) {
  while (size) {
    const std::vector<std::uint8_t> padding(*size - SegmentHeader::kSize);
    SegmentHeader header = packer_.header(SegmentKind::kProbe);
    header.sequence = ++probes_sent_;
    const auto error = send_apart(header, padding);
    if (!error || reason_of(*error) != Drop::kOversize) {
      break;
    }
    size = path_mtu_.on_refused(*size, kernel_.now());
  }
  if (path_mtu_.due() != kNever) {
    probe_timer_.arm(path_mtu_.due());
  } else {
    probe_timer_.cancel();
  }
}

// --- what time brings

void SegmentTunnel::beat() {
  const TimePoint now = kernel_.now();
  if (up_ && now - answered_ > 3 * options_.keep_alive) {
    set_up(false);
    path_mtu_.stop();
    probe_timer_.cancel();
  }
  window_.settle();
  unpacker_.expire(now);
  count_drop(unpacker_.take_abandoned(), Drop::kReassembly);
  data_at_hello_ = packer_.data_segments();
  send_hello(SegmentKind::kHello, nanoseconds(now));
  beat_timer_.arm_after(up_ ? options_.keep_alive : options_.keep_alive / kSearchBeats);
}

void SegmentTunnel::probe() {
  const TimePoint now = kernel_.now();
  send_probe(std::exchange(suspicious_, false) ? path_mtu_.suspect(now) : path_mtu_.on_timer(now));
  use_path_mtu();
}

void SegmentTunnel::use_path_mtu() {
  if (path_mtu_.size() != packer_.segment_size()) {
    packer_.set_segment_size(path_mtu_.size());
  }
}

void SegmentTunnel::set_up(bool up) {
  up_ = up;
  if (on_change_) {
    on_change_(up);
  }
}

Duration SegmentTunnel::patience() const {
  return std::clamp<Duration>(2 * round_trip_.timeout(), 50ms, 1s);
}

}  // namespace violin
