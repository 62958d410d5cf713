// A router whose interfaces end in recorders, and the datagrams that its stations send.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <numeric>
#include <vector>

#include "models/vrouter/vrouter.h"
#include "models/wire/arp.h"
#include "models/wire/ethernet.h"
#include "models/wire/icmp.h"
#include "models/wire/ipv4.h"

namespace violin::router_test {

using wire::ArpPacket;
using wire::EthernetHeader;
using wire::IcmpHeader;
using wire::IcmpType;
using wire::IpProtocol;
using wire::Ipv4Header;

constexpr std::size_t kLink = EthernetHeader::kSize;

inline Ipv4Prefix prefix(std::string_view text) { return Ipv4Prefix::parse(text).value(); }
inline Ipv4Interface interface(std::string_view text) { return Ipv4Interface::parse(text).value(); }

// A datagram as a station sends it; the payload counts 0, 1, 2, ... where `payload` is empty.
struct Datagram {
  Ipv4Address source{10, 0, 0, 2};
  Ipv4Address destination{10, 0, 1, 2};
  std::uint8_t ttl = 64;
  IpProtocol protocol = IpProtocol::kUdp;
  std::size_t size = 64;     // of the payload, stored
  std::uint32_t elided = 0;  // behind it
  bool dont_fragment = false;
  bool more_fragments = false;
  std::uint16_t fragment_offset = 0;
  std::uint16_t identification = 77;
  std::uint8_t tos = 0;
  std::vector<std::uint8_t> options{};
  std::vector<std::uint8_t> payload{};

  Ipv4Header header() const {
    Ipv4Header h{.tos = tos,
                 .identification = identification,
                 .dont_fragment = dont_fragment,
                 .more_fragments = more_fragments,
                 .fragment_offset = fragment_offset,
                 .ttl = ttl,
                 .protocol = protocol,
                 .source = source,
                 .destination = destination,
                 .options_size = static_cast<std::uint8_t>(options.size())};
    std::ranges::copy(options, h.options.begin());
    h.total_length = static_cast<std::uint16_t>(h.size() + stored().size() + elided);
    return h;
  }
  std::vector<std::uint8_t> stored() const {
    if (!payload.empty()) {
      return payload;
    }
    std::vector<std::uint8_t> counting(size);
    std::iota(counting.begin(), counting.end(), std::uint8_t{0});
    return counting;
  }
  // IPv4 header first.
  Frame bare(FramePool& pool) const {
    const Ipv4Header h = header();
    Frame frame = pool.copy_of(stored(), elided);
    h.serialize(frame.push_front(h.size()));
    return frame;
  }
  Frame frame(FramePool& pool, MacAddress to, MacAddress from = MacAddress::local(0x100)) const {
    Frame frame = bare(pool);
    EthernetHeader{.destination = to, .source = from, .tag = {}}.serialize(frame.push_front(kLink));
    return frame;
  }
};

inline std::vector<std::uint8_t> icmp_message(IcmpType type, std::uint8_t code, std::uint32_t rest,
                                              std::size_t data) {
  std::vector<std::uint8_t> message(IcmpHeader::kSize + data);
  std::iota(message.begin() + IcmpHeader::kSize, message.end(), std::uint8_t{1});
  IcmpHeader{type, code, rest}.serialize(message);
  return message;
}

// Keeps what leaves at one port.
class Recorder final : public FrameSink {
 public:
  void receive(PortIndex /*port*/, std::span<Frame> burst, TimePoint now) override {
    bursts.push_back(burst.size());
    for (Frame& frame : burst) {
      frames.push_back(std::move(frame));
      times.push_back(now);
    }
  }
  std::size_t size() const { return frames.size(); }
  EthernetHeader ethernet(std::size_t i = 0) const {
    return *EthernetHeader::parse(frames.at(i).bytes());
  }
  ArpPacket arp(std::size_t i = 0) const {
    return *ArpPacket::parse(frames.at(i).bytes().subspan(kLink));
  }
  bool is_arp(std::size_t i) const { return ethernet(i).type == wire::EtherType::kArp; }
  // Strictly parsed: checksum and lengths are right.
  Ipv4Header ip(std::size_t i = 0) const {
    const auto parsed =
        Ipv4Header::parse(frames.at(i).bytes().subspan(kLink), frames.at(i).size().value - kLink);
    require(static_cast<bool>(parsed), "what a router sends parses");
    return *parsed;
  }
  std::span<const std::uint8_t> payload(std::size_t i = 0) const {
    return frames.at(i).bytes().subspan(kLink + ip(i).size());
  }
  IcmpHeader icmp(std::size_t i = 0) const {
    const auto parsed = IcmpHeader::parse(payload(i));
    require(static_cast<bool>(parsed), "ICMP of a router parses");
    return *parsed;
  }
  // The datagram that an ICMP error quotes.
  std::span<const std::uint8_t> quote(std::size_t i = 0) const {
    return payload(i).subspan(IcmpHeader::kSize);
  }
  void clear() {
    frames.clear();
    times.clear();
    bursts.clear();
  }

  std::vector<Frame> frames;
  std::vector<TimePoint> times;
  std::vector<std::size_t> bursts;
};

// Interface i has 10.0.i.1/24 and MAC i + 1; its one neighbor is 10.0.i.2 with MAC 0x100 + i.
class RouterTest : public testing::Test {
 protected:
  static constexpr std::uint32_t kPorts = 3;

  static Ipv4Address own(std::uint32_t i) {
    return Ipv4Address(10, 0, static_cast<std::uint8_t>(i), 1);
  }
  static Ipv4Address station(std::uint32_t i) {
    return Ipv4Address(10, 0, static_cast<std::uint8_t>(i), 2);
  }
  static MacAddress own_mac(std::uint32_t i) { return MacAddress::local(i + 1); }
  static MacAddress station_mac(std::uint32_t i) { return MacAddress::local(0x100 + i); }

  explicit RouterTest(const VRouterConfig& config = quiet()) : router_(kernel_, "r", config) {
    for (std::uint32_t i = 0; i < kPorts; ++i) {
      add(i);
    }
  }
  static const VRouterConfig& quiet() {
    static constexpr VRouterConfig kConfig{.announce_on_plug = false};
    return kConfig;
  }
  void TearDown() override { EXPECT_TRUE(balances()); }

  PortIndex add(std::uint32_t i, std::uint32_t mtu = 1500) {
    const PortIndex port =
        router_.add_interface({"eth" + std::to_string(i), own_mac(i), {own(i), 24}, mtu});
    router_.plug(port, {&out_.at(i), PortIndex{0}});
    return port;
  }
  // So that no test needs to go through ARP that is not about it.
  void know_stations() {
    for (std::uint32_t i = 0; i < kPorts; ++i) {
      router_.add_neighbor(PortIndex{i}, station(i), station_mac(i));
    }
  }
  // Interface `i` again, with another MTU.
  void set_mtu(std::uint32_t i, std::uint32_t mtu) {
    router_.remove_interface(PortIndex{i});
    ASSERT_EQ(add(i, mtu), PortIndex{i});
    router_.add_neighbor(PortIndex{i}, station(i), station_mac(i));
  }

  void receive(std::uint32_t port, Frame frame) {
    router_.receive(PortIndex{port}, {&frame, 1}, kernel_.now());
    EXPECT_FALSE(frame);
  }
  void receive(const Datagram& datagram, std::uint32_t port = 0) {
    receive(port, datagram.frame(kernel_.frames(), own_mac(port), station_mac(port)));
  }
  void receive_arp(std::uint32_t port, const ArpPacket& packet, MacAddress to) {
    Frame frame = kernel_.frames().make(kLink + ArpPacket::kSize);
    EthernetHeader{to, packet.sender_mac, wire::EtherType::kArp, {}}.serialize(frame.writable());
    packet.serialize(frame.writable().subspan(kLink));
    receive(port, std::move(frame));
  }
  void answer_arp(std::uint32_t port) {
    receive_arp(
        port,
        {ArpPacket::Operation::kReply, station_mac(port), station(port), own_mac(port), own(port)},
        own_mac(port));
  }

  std::uint64_t drops(Drop reason) const { return router_.ledger().drops(reason); }
  bool balances() const { return router_.ledger().balances(router_.queued()); }
  std::size_t sent() const { return out_[0].size() + out_[1].size() + out_[2].size(); }

  Kernel kernel_;
  std::array<Recorder, kPorts + 1> out_;
  VRouter router_;
};

}  // namespace violin::router_test
