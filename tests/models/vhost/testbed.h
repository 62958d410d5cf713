// Hosts and the simplest cables for tests of what runs on hosts.
#pragma once

#include <deque>
#include <span>
#include <string>
#include <vector>

#include "core/component.h"
#include "core/frame_sink.h"
#include "models/vhost/vhost.h"
#include "models/wire/arp.h"
#include "models/wire/ethernet.h"
#include "models/wire/icmp.h"
#include "models/wire/ipv4.h"
#include "models/wire/udp.h"

namespace violin::testbed {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""ns;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""us;

inline Ipv4Address ip(std::string_view text) { return Ipv4Address::parse(text).value(); }
inline Ipv4Prefix prefix(std::string_view text) { return Ipv4Prefix::parse(text).value(); }
inline TimePoint at(Duration since_start) { return kRunStart + since_start; }

inline VNicConfig nic(std::string name, std::uint64_t mac, std::string_view address,
                      std::uint32_t mtu = 1500) {
  return {std::move(name), MacAddress::local(mac), Ipv4Interface::parse(address).value(), mtu};
}

// Keeps what it gets.
class Recorder final : public FrameSink {
 public:
  void receive(PortIndex /*port*/, std::span<Frame> burst, TimePoint /*now*/) override {
    for (Frame& frame : burst) {
      frames.push_back(std::move(frame));
    }
  }
  // The last frame's parts; the frame is there and is what is asked for.
  wire::EthernetHeader ethernet(std::size_t i) const {
    return *wire::EthernetHeader::parse(frames.at(i).bytes());
  }
  wire::ArpPacket arp(std::size_t i) const {
    return *wire::ArpPacket::parse(frames.at(i).bytes().subspan(14));
  }
  wire::Ipv4Header ipv4(std::size_t i) const {
    return *wire::Ipv4Header::parse(frames.at(i).bytes().subspan(14),
                                    frames.at(i).size().value - 14);
  }
  std::span<const std::uint8_t> payload(std::size_t i) const {
    return frames.at(i).bytes().subspan(14 + ipv4(i).size());
  }

  std::vector<Frame> frames;
};

// One direction of a cable: a constant delay, and drops of chosen frames.
class DelayLine final : public Component, public FrameSink {
 public:
  DelayLine(Kernel& kernel, std::string name, Duration delay, Attachment far)
      : Component(kernel, std::move(name)), delay_(delay), far_(far) {}

  void receive(PortIndex /*port*/, std::span<Frame> burst, TimePoint now) override {
    ledger_.in += burst.size();
    for (Frame& frame : burst) {
      pending_.emplace_back(now + delay_, std::move(frame));
    }
    if (!timer_.armed()) {
      timer_.arm(pending_.front().first);
    }
  }
  std::uint64_t queued() const override { return pending_.size(); }

 private:
  void arrive() {
    while (!pending_.empty() && pending_.front().first <= kernel_.now()) {
      Frame frame = std::move(pending_.front().second);
      pending_.pop_front();
      ++ledger_.out;
      far_.send(frame, kernel_.now());
    }
    if (!pending_.empty()) {
      timer_.arm(pending_.front().first);
    }
  }

  Duration delay_;
  Attachment far_;
  std::deque<std::pair<TimePoint, Frame>> pending_;
  Timer timer_ = Timer::calling<&DelayLine::arrive>(kernel_, origin_, *this);
};

// Two hosts in 10.0.0.0/24, joined by a cable with a delay.
struct TwoHosts {
  explicit TwoHosts(Duration delay = 1ms, const VHostConfig& config = kDefaultVHostConfig,
                    std::uint32_t mtu = 1500)
      : a(kernel, "a", config), b(kernel, "b", config) {
    a_port = a.add_vnic(nic("eth0", 1, "10.0.0.1/24", mtu));
    b_port = b.add_vnic(nic("eth0", 2, "10.0.0.2/24", mtu));
    a_to_b = std::make_unique<DelayLine>(kernel, "ab", delay, Attachment{&b, b_port});
    b_to_a = std::make_unique<DelayLine>(kernel, "ba", delay, Attachment{&a, a_port});
    a.plug(a_port, {a_to_b.get(), {}});
    b.plug(b_port, {b_to_a.get(), {}});
  }
  bool balances() const {
    return a.ledger().balances(a.queued()) && b.ledger().balances(b.queued()) &&
           a_to_b->ledger().balances(a_to_b->queued()) &&
           b_to_a->ledger().balances(b_to_a->queued());
  }

  Kernel kernel;
  VHost a;
  VHost b;
  PortIndex a_port;
  PortIndex b_port;
  std::unique_ptr<DelayLine> a_to_b;
  std::unique_ptr<DelayLine> b_to_a;
};

// One host whose only cable ends in a recorder.
struct LoneHost {
  explicit LoneHost(const VHostConfig& config = kDefaultVHostConfig, std::uint32_t mtu = 1500)
      : host(kernel, "h", config) {
    port = host.add_vnic(nic("eth0", 1, "10.0.0.1/24", mtu));
    host.plug(port, {&sent, {}});
  }
  void receive(Frame frame) { host.receive(port, {&frame, 1}, kernel.now()); }

  Kernel kernel;
  Recorder sent;
  VHost host;
  PortIndex port;
};

class UdpRecorder final : public UdpReceiver {
 public:
  struct Arrival {
    Ipv4Address source;
    std::uint16_t source_port;
    Ipv4Address destination;
    std::vector<std::uint8_t> stored;
    std::size_t size;
    TimePoint when;
  };
  void on_datagram(UdpDatagram& d, TimePoint now) override {
    arrivals.push_back({d.source,
                        d.source_port,
                        d.destination,
                        {d.stored().begin(), d.stored().end()},
                        d.size(),
                        now});
  }
  void on_error(const UdpError& error, TimePoint /*now*/) override { errors.push_back(error); }

  std::vector<Arrival> arrivals;
  std::vector<UdpError> errors;
};

inline Frame bytes(Kernel& kernel, const std::vector<std::uint8_t>& content,
                   std::uint32_t elided = 0) {
  return kernel.frames().copy_of(content, elided);
}

// A frame to the lone host from its neighbor 10.0.0.2.
struct Datagram {
  wire::IpProtocol protocol = wire::IpProtocol::kUdp;
  Ipv4Address source{10, 0, 0, 2};
  Ipv4Address destination{10, 0, 0, 1};
  MacAddress to = MacAddress::local(1);
  std::uint16_t identification = 7;
  std::uint16_t fragment_offset = 0;
  bool more_fragments = false;
  std::uint8_t ttl = 64;

  Frame frame(Kernel& kernel, std::span<const std::uint8_t> payload,
              std::uint32_t elided = 0) const {
    wire::Ipv4Header header;
    header.total_length = static_cast<std::uint16_t>(20 + payload.size() + elided);
    header.identification = identification;
    header.fragment_offset = fragment_offset;
    header.more_fragments = more_fragments;
    header.ttl = ttl;
    header.protocol = protocol;
    header.source = source;
    header.destination = destination;
    Frame frame = kernel.frames().copy_of(payload, elided);
    header.serialize(frame.push_front(20));
    wire::EthernetHeader{to, MacAddress::local(2), wire::EtherType::kIpv4, {}}.serialize(
        frame.push_front(14));
    return frame;
  }
};

inline std::vector<std::uint8_t> udp_segment(std::uint16_t from, std::uint16_t to,
                                             std::vector<std::uint8_t> payload,
                                             Ipv4Address source = Ipv4Address{10, 0, 0, 2},
                                             Ipv4Address destination = Ipv4Address{10, 0, 0, 1}) {
  payload.insert(payload.begin(), 8, 0);
  wire::UdpHeader{from, to, static_cast<std::uint16_t>(payload.size())}.serialize(payload, source,
                                                                                  destination);
  return payload;
}

// The neighbor 10.0.0.2 tells its address.
inline Frame arp_from_neighbor(Kernel& kernel, wire::ArpPacket::Operation operation) {
  const wire::ArpPacket packet{operation, MacAddress::local(2), Ipv4Address{10, 0, 0, 2},
                               MacAddress::local(1), Ipv4Address{10, 0, 0, 1}};
  Frame frame = kernel.frames().make(14 + 28);
  wire::EthernetHeader{MacAddress::local(1), MacAddress::local(2), wire::EtherType::kArp, {}}
      .serialize(frame.writable());
  packet.serialize(frame.writable().subspan(14));
  return frame;
}

}  // namespace violin::testbed
