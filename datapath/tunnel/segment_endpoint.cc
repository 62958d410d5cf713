#include <algorithm>
#include <stdexcept>

#include "core/require.h"
#include "datapath/tunnel/segment_tunnel.h"

namespace violin {

namespace {

DatagramSocketOptions of_segments(DatagramSocketOptions options) {
  options.dont_fragment = true;  // or no path MTU could be told
  return options;
}

}  // namespace

SegmentEndpoint::SegmentEndpoint(Kernel& kernel, Reactor& reactor, std::string name,
                                 UdpAddress local, DatagramSocketOptions options)
    : Component(kernel, std::move(name)),
      reactor_(reactor),
      socket_(local, of_segments(options)),
      intake_(socket_, kernel.frames()) {
  reactor_.watch(socket_.fd(), *this);
}

SegmentEndpoint::~SegmentEndpoint() { reactor_.forget(socket_.fd()); }

SegmentTunnel& SegmentEndpoint::connect(std::string name, const SegmentTunnelOptions& options) {
  const auto [place, is_new] = tunnels_.try_emplace(options.id);
  if (!is_new) {
    throw std::invalid_argument("cannot connect " + name + " at " + to_string(local()) +
                                ": tunnel " + std::to_string(options.id) + " is " +
                                place->second->name() + " already");
  }
  place->second = std::make_unique<SegmentTunnel>(*this, kernel_, std::move(name), options);
  return *place->second;
}

void SegmentEndpoint::disconnect(SegmentTunnel& tunnel) {
  while (!tunnel.channels_.empty()) {
    tunnel.close(*tunnel.channels_.begin()->second);
  }
  last_ = nullptr;
  require(tunnels_.erase(tunnel.options().id) == 1, "a tunnel that is disconnected was connected");
}

void SegmentEndpoint::count_overruns() { count_drop(socket_.new_overruns(), Drop::kSocketOverrun); }

void SegmentEndpoint::count_drop(std::uint64_t number, Drop reason) {
  if (number != 0) {
    ledger_.originated += number;
    ledger_.count_drops(number, reason);
  }
}

void SegmentEndpoint::on_readable(TimePoint now) {
  int batches = kBatches;
  do {
    for (Datagram& segment : intake_.receive()) {
      take(segment.source, std::move(segment.frame), now);
    }
    hand_over(now);
  } while (--batches > 0 && intake_.may_have_more());
  count_drop(intake_.take_overruns(), Drop::kSocketOverrun);
}

void SegmentEndpoint::hand_over(TimePoint now) {
  for (std::size_t i = 0; i < touched_.size(); ++i) {
    if (touched_[i] != nullptr) {
      touched_[i]->hand_over_arrived(now);
    }
  }
  touched_.clear();
}

SegmentTunnel* SegmentEndpoint::find(std::uint32_t id) {
  if (last_ == nullptr || last_->options().id != id) {
    const auto found = tunnels_.find(id);
    last_ = found == tunnels_.end() ? nullptr : found->second.get();
  }
  return last_;
}

void SegmentEndpoint::take(const UdpAddress& source, Frame&& segment, TimePoint now) {
  const auto header = SegmentHeader::parse(segment.bytes());
  if (!header) {
    count_drop(1, Drop::kBadTunnel);
    return;
  }
  SegmentTunnel* tunnel = find(header->tunnel);
  if (tunnel == nullptr || header->token != tunnel->options().receive_token ||
      source != tunnel->options().peer) {
    count_drop(1, Drop::kUnknownPeer);
    return;
  }
  tunnel->receive(*header, std::move(segment), now);
}

void SegmentEndpoint::forget(SegmentChannel& channel) {
  std::ranges::replace(touched_, &channel, static_cast<SegmentChannel*>(nullptr));
}

}  // namespace violin
