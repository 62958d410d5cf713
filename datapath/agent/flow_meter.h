// Measures flows where they enter and leave the network, at the vNICs of their ends: which
// datagrams and segments arrived, after how long, and how fast TCP's stream went forward. It needs
// no clock but the one that stamps what it is told, and knows no program at either end.
//
//   sender --vNIC--> on_frame(kLeavesEnd) ... network ... on_frame(kReachesEnd) --vNIC--> receiver
//
// A UDP datagram is known again by the first 16 bytes of its payload: in iperf3's, time and number
// (12 bytes); in a UdpSource's, flow and number (models/app/flow_header.h). Shorter ones are not
// counted. Of a fragmented one the first fragment counts. A TCP segment with data is known by
// sequence number, timestamp and size, so each transmission is one of its own.
//
// What the delay leaves out are the ends themselves: in a guest its program, kernel and virtual
// device, in a host model the wait for address resolution.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

#include "core/address.h"
#include "core/metrics.h"
#include "core/time.h"
#include "models/wire/ipv4.h"
#include "models/wire/tcp.h"

namespace violin {

struct MeteredFlow {
  wire::IpProtocol protocol = wire::IpProtocol::kUdp;
  std::vector<Ipv4Address> from;  // any of the sender's
  Ipv4Address to;
  std::optional<std::uint16_t> port;  // of the receiver; none: any
};

struct FlowMeasure {
  // Datagrams, or segments with data, from the first on that arrived. Those before it were lost or
  // late because addresses had to be resolved on the way, which iperf3's control connection has
  // done before its data go.
  std::uint64_t sent = 0;
  std::uint64_t arrived = 0;
  std::uint64_t before_first = 0;  // sent and not counted, therefore
  Histogram delay;                 // one way, nanoseconds
  std::vector<Duration> delays;    // the same, each, in order of arrival: for exact quantiles
  // Of TCP: the time from the first SYN's arrival until the receiver had acknowledged so many bytes
  // of the stream. Ascending.
  struct Progress {
    std::int64_t bytes;
    Duration after;
  };
  std::vector<Progress> progress;

  // What is on its way at the end counts as lost.
  std::uint64_t lost() const { return sent - arrived; }
  std::int64_t bytes() const { return progress.empty() ? 0 : progress.back().bytes; }
  // Of the first `bytes` of the stream; 0 if so many have not arrived.
  double goodput_bps(std::int64_t bytes) const;
};

class FlowMeter {
 public:
  enum class Passing : std::uint8_t { kLeavesEnd, kReachesEnd };

  // The flow's number. Where several match a frame, it is the first's.
  std::size_t add(const MeteredFlow& flow);
  // `bytes` is what is stored of a frame of `size` bytes. What belongs to no flow is ignored.
  void on_frame(Passing how, std::span<const std::uint8_t> bytes, std::size_t size, TimePoint when);
  // Of several connections (iperf3 has one for control), that which carried most.
  FlowMeasure measure(std::size_t flow) const;

 private:
  using Mark = std::array<std::uint64_t, 2>;  // by which a datagram or segment is known again
  struct Connection {
    FlowMeasure measure;
    std::uint64_t payload = 0;  // bytes sent
    std::map<Mark, TimePoint> under_way;
    std::optional<TimePoint> began;
    std::uint32_t next = 0;  // of TCP: what the receiver acknowledged last
    std::int64_t acknowledged = 0;
  };
  struct Flow {
    MeteredFlow what;
    std::map<std::pair<Ipv4Address, std::uint16_t>, Connection> connections;  // by the sender's end
  };
  struct Ends {
    Ipv4Address from;
    Ipv4Address to;
    std::uint16_t from_port;
    std::uint16_t to_port;
  };

  Connection* find(wire::IpProtocol protocol, const Ends& ends);
  void on_udp(Passing how, const wire::Ipv4Header& ip, std::span<const std::uint8_t> bytes,
              TimePoint when);
  void on_tcp(Passing how, const wire::Ipv4Header& ip, std::span<const std::uint8_t> bytes,
              TimePoint when);
  static void count(Connection& connection, Passing how, const Mark& mark, std::size_t payload,
                    TimePoint when);
  static void begin(Connection& connection, const wire::TcpHeader& syn, TimePoint when);
  static void acknowledge(Connection& connection, const wire::TcpHeader& ack, TimePoint when);

  std::vector<Flow> flows_;
};

}  // namespace violin
